"""The object stores that need no network, by the shipped contract."""

from pathlib import Path

import pytest

from feedscript.adapters.objects import FolderObjectStore
from feedscript.ports import ObjectStore
from feedscript.testing.contracts import ObjectStoreContract
from feedscript.testing.fakes import MemoryObjectStore


class TestFolderObjectStore(ObjectStoreContract):
    @pytest.fixture
    def store(self, tmp_path: Path) -> ObjectStore:
        return FolderObjectStore(tmp_path / "objects")


class TestMemoryObjectStore(ObjectStoreContract):
    @pytest.fixture
    def store(self) -> ObjectStore:
        return MemoryObjectStore()
