"""Executors that are stopped after the test, and what they ran with them."""

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
    for folder in tmp_path.glob("runs/*/*"):
        end_leftovers(str(folder))
    for executor in executors:
        executor.stop(10)
