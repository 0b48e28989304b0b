"""Executors that are stopped after the test, and what they ran with them."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from feedscript.adapters.subprocess import SubprocessExecutor
from feedscript.adapters.subprocess.leftovers import end_leftovers
from tests.integration.live_server import poll
from tests.integration.subprocess.scene import FolderListener, make_executor

StartExecutor = Callable[..., SubprocessExecutor]


@pytest.fixture
def listener(tmp_path: Path) -> FolderListener:
    return FolderListener(tmp_path)


@pytest.fixture
def start(tmp_path: Path, listener: FolderListener) -> Iterator[StartExecutor]:
    """Start an executor over the test's folder."""
    executors: list[SubprocessExecutor] = []

    def start_one(*, leads: bool = True, **settings: Any) -> SubprocessExecutor:
        executor = make_executor(tmp_path, **settings)
        executor.start(listener)
        executors.append(executor)
        if leads:
            poll(lambda: executor.health().leads)
        return executor

    yield start_one
    for executor in executors:
        executor.stop(0)
    # Unlike a glob this does not mind folders that go while it looks.
    for folder, _, _ in os.walk(tmp_path / "runs"):
        end_leftovers(folder)
    for executor in executors:
        executor.stop(10)
