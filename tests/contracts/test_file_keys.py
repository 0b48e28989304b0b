"""Keys in files, by the shipped contract, and what a folder adds to it."""

from pathlib import Path

import pytest

from feedscript.adapters.files import Disk, FileKeys
from feedscript.ports import Keys
from feedscript.ports.errors import StorageBroken
from feedscript.testing.contracts import KeysContract
from feedscript.testing.contracts.faults import DEATH, ERROR, Fault
from feedscript.testing.contracts.keys import a_key
from feedscript.testing.failing import FailingDisk
from feedscript.testing.fakes import NOON


class TestFileKeys(KeysContract):
    faults = (ERROR, DEATH)

    def open_keys(self, folder: Path) -> Keys:
        return FileKeys(folder / "jobs", Disk())

    def open_failing(self, folder: Path, fault: Fault) -> Keys:
        return FileKeys(folder / "jobs", FailingDisk(fault))


def test_a_key_is_the_owners_alone_and_its_use_is_written_rarely(tmp_path: Path) -> None:
    keys, key = FileKeys(tmp_path, Disk()), a_key()
    keys.add(key)
    (path,) = tmp_path.rglob("*.json")
    assert path.stat().st_mode & 0o777 == 0o600
    keys.used(key.id, NOON)
    (used,) = tmp_path.rglob("*.used")
    before = used.stat().st_ino
    for _ in range(100):
        keys.used(key.id, NOON)
    assert used.stat().st_ino == before


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", '{"document_version": 2}', "\xff"])
def test_a_damaged_key_is_told_and_opens_nothing(tmp_path: Path, text: str) -> None:
    keys, key = FileKeys(tmp_path, Disk()), a_key()
    (tmp_path / "keys" / f"{key.id}.json").write_text(text)
    with pytest.raises(StorageBroken, match=key.id):
        keys.find(key.id)
    assert not keys.empty()


def test_a_use_that_cannot_be_noted_is_no_error(tmp_path: Path) -> None:
    keys, key = FileKeys(tmp_path, Disk()), a_key()
    keys.add(key)
    (tmp_path / "keys" / f"{key.id}.used").mkdir()
    keys.used(key.id, NOON)
    assert keys.last_used(key.id) is None
