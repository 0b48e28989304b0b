"""The memory adapters, by the shipped harness."""

from collections.abc import Callable

import pytest

from feedscript.ports import Clock
from feedscript.testing.contracts import ActivityLogContract, JobRepositoryContract
from feedscript.testing.fakes import FrozenClock
from feedscript.testing.lifecycle import JobLifecycle, Storage, lifecycle_test, memory_storage


class MemoryLifecycle(JobLifecycle):
    def __init__(self) -> None:
        self._memory = memory_storage()
        super().__init__()

    def make_storage(self, clock: Clock) -> Storage:
        return self._memory()


TestMemoryLifecycle = lifecycle_test(MemoryLifecycle, examples=100)


class TestMemoryJobRepository(JobRepositoryContract):
    @pytest.fixture
    def make_storage(self, clock: FrozenClock) -> Callable[[], Storage]:
        return memory_storage()


class TestMemoryActivityLog(ActivityLogContract):
    @pytest.fixture
    def make_storage(self, clock: FrozenClock) -> Callable[[], Storage]:
        return memory_storage()
