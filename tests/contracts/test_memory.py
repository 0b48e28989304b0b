"""The memory adapters, by the shipped harness."""

from pathlib import Path

import pytest

from feedscript.adapters.memory import MemoryKeys
from feedscript.ports import Clock, Keys
from feedscript.testing.contracts import ActivityLogContract, JobRepositoryContract, KeysContract
from feedscript.testing.rig import Storage, memory_storage


class InMemory:
    """Storage that outlives a service's restart, though not its process."""

    outlives_its_process = False

    @pytest.fixture(autouse=True)
    def _forget(self) -> None:
        self._memory = memory_storage()

    def open_storage(self, folder: Path, clock: Clock) -> Storage:
        return self._memory()


class TestMemoryJobRepository(InMemory, JobRepositoryContract):
    pass


class TestMemoryActivityLog(InMemory, ActivityLogContract):
    pass


class TestMemoryKeys(KeysContract):
    outlives_its_process = False

    @pytest.fixture(autouse=True)
    def _forget(self) -> None:
        self._keys = MemoryKeys()

    def open_keys(self, folder: Path) -> Keys:
        return self._keys
