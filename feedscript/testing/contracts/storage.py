"""What the contracts of storage share."""

from collections.abc import Callable

import pytest

from feedscript.ports import ActivityLog, JobRepository
from feedscript.testing.fakes import FrozenClock, SequentialIds
from feedscript.testing.rig import Storage


class StorageContract:
    """The fixtures that the contracts of storage share."""

    @pytest.fixture
    def clock(self) -> FrozenClock:
        return FrozenClock()

    @pytest.fixture
    def make_storage(self, clock: FrozenClock) -> Callable[[], Storage]:
        """The hook: a function that answers a fresh repository and log over the same ground."""
        raise NotImplementedError

    @pytest.fixture
    def storage(self, make_storage: Callable[[], Storage]) -> Storage:
        return make_storage()

    @pytest.fixture
    def repository(self, storage: Storage) -> JobRepository:
        return storage[0]

    @pytest.fixture
    def log(self, storage: Storage) -> ActivityLog:
        return storage[1]

    @pytest.fixture
    def ids(self, clock: FrozenClock) -> SequentialIds:
        return SequentialIds(clock)
