"""The file adapters, by the shipped harness."""

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from feedscript.ports import Clock
from feedscript.testing.contracts import ActivityLogContract, JobRepositoryContract
from feedscript.testing.fakes import FrozenClock
from feedscript.testing.lifecycle import JobLifecycle, lifecycle_test
from feedscript.testing.rig import Storage
from tests.integration.files.storage import FileStorage, file_storage, reopening


class TestFileJobRepository(JobRepositoryContract):
    @pytest.fixture
    def make_storage(self, tmp_path: Path, clock: FrozenClock) -> Callable[[], Storage]:
        return reopening(tmp_path, clock)


class TestFileActivityLog(ActivityLogContract):
    @pytest.fixture
    def make_storage(self, tmp_path: Path, clock: FrozenClock) -> Callable[[], Storage]:
        return reopening(tmp_path, clock)


class FileLifecycle(JobLifecycle):
    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="feedscript-lifecycle-"))
        self._made: list[FileStorage] = []
        super().__init__()

    def make_storage(self, clock: Clock) -> Storage:
        self._made.append(file_storage(self._folder, now=clock.now))
        return self._made[-1]

    def teardown(self) -> None:
        for repository, _ in self._made:
            repository.close()
        shutil.rmtree(self._folder)


TestFileLifecycle = lifecycle_test(FileLifecycle, examples=30, steps=25)
