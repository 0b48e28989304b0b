"""Executors that are stopped after the test, and what they ran with them."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from feedscript.adapters.subprocess import SubprocessExecutor
from feedscript.adapters.subprocess.leftovers import end_leftovers
from feedscript.ports import Run
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


@pytest.fixture
def carry_out(listener: FolderListener, start: StartExecutor) -> Any:
    """Run one attempt to its end."""

    def to_the_end(run: Run, **settings: Any) -> dict[str, Any]:
        executor = start(**settings)
        executor.submit(listener.accept(run))
        poll(lambda: listener.ends(run.job_id))
        # The folder goes when the end is recorded.
        poll(lambda: not any(executor._folders.present()))
        (end,) = listener.ends(run.job_id)
        return end

    return to_the_end
