"""The object stores that need no network, by the shipped contract."""

from pathlib import Path

import pytest

from feedscript.adapters.objects import FolderObjectStore, fsync
from feedscript.ports import ObjectStore
from feedscript.testing.contracts import ObjectStoreContract
from feedscript.testing.fakes import MemoryObjectStore


class TestFolderObjectStore(ObjectStoreContract):
    syncs = True

    @pytest.fixture
    def store(self, tmp_path: Path) -> ObjectStore:
        self._root, self._synced = tmp_path / "objects", list[Path]()
        return FolderObjectStore(self._root, sync=self._sync)

    def _sync(self, place: Path) -> None:
        fsync(place)
        self._synced.append(place)

    def synced(self, uri: str) -> bool:
        place = self._root / uri.removeprefix("s3://")
        done, self._synced = {*self._synced}, []
        return {place, place.parent} <= done


class TestMemoryObjectStore(ObjectStoreContract):
    @pytest.fixture
    def store(self) -> ObjectStore:
        return MemoryObjectStore()
