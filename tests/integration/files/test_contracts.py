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
from tests.integration.files.storage import file_storage, reopening


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
        super().__init__()

    def make_storage(self, clock: Clock) -> Storage:
        return file_storage(self._folder, now=clock.now)

    def teardown(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)


TestFileLifecycle = lifecycle_test(FileLifecycle, examples=30, steps=25)
