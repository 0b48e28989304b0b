"""The object stores that need no network, by the shipped contract."""

import errno
import os
import stat
from pathlib import Path

import pytest

from feedscript.adapters.objects import FolderObjectStore, fsync
from feedscript.ports import ObjectStore
from feedscript.ports.errors import ObjectStoreFailed
from feedscript.testing.contracts import ObjectStoreContract
from feedscript.testing.contracts.faults import DEATH, ERROR, Fault
from feedscript.testing.fakes import MemoryObjectStore


class TestFolderObjectStore(ObjectStoreContract):
    syncs = True
    faults = (ERROR, DEATH)

    @pytest.fixture
    def store(self, tmp_path: Path) -> ObjectStore:
        self._root, self._synced = tmp_path / "objects", set[int]()
        return FolderObjectStore(self._root, sync=self._sync)

    def _sync(self, place: Path) -> None:
        fsync(place)
        self._synced.add(place.stat().st_ino)

    def open_failing(self, store: ObjectStore, fault: Fault) -> ObjectStore:
        def sync(place: Path) -> None:
            if fault.meets():
                raise OSError(errno.EIO, os.strerror(errno.EIO))

        return FolderObjectStore(self._root, sync=sync)

    def synced(self, uri: str) -> bool:
        place = self._root / uri.removeprefix("s3://")
        done, self._synced = self._synced, set()
        return {place.stat().st_ino, place.parent.stat().st_ino} <= done


class TestMemoryObjectStore(ObjectStoreContract):
    @pytest.fixture
    def store(self) -> ObjectStore:
        return MemoryObjectStore()


@pytest.fixture
def linked(tmp_path: Path) -> Path:
    """A folder of objects with links in it that lead out: to a bucket, a folder and an object."""
    outside, root = tmp_path / "outside", tmp_path / "objects"
    (outside / "folder").mkdir(parents=True)
    (outside / "folder/secret").write_text("secret")
    (root / "bucket").mkdir(parents=True)
    (root / "other").symlink_to(outside)
    (root / "bucket/folder").symlink_to(outside / "folder")
    (root / "bucket/object").symlink_to(outside / "folder/secret")
    (root / "bucket/dangling").symlink_to(outside / "nothing")
    return root


@pytest.mark.parametrize(
    "uri",
    [
        "s3://other/folder/secret",
        "s3://bucket/folder/secret",
        "s3://bucket/folder/new/secret",
        "s3://bucket/object",
        "s3://bucket/dangling",
    ],
)
def test_links_are_not_followed(linked: Path, tmp_path: Path, uri: str) -> None:
    store = FolderObjectStore(linked)
    (tmp_path / "up").write_text("written")
    for use in (
        lambda: store.read(uri, limit=100),
        lambda: store.fetch(uri, tmp_path / "down"),
        lambda: store.publish(tmp_path / "up", uri),
    ):
        with pytest.raises(ObjectStoreFailed, match="links are not followed") as caught:
            use()
        assert str(tmp_path) not in str(caught.value)
    assert not (tmp_path / "down").exists()
    assert {p.read_text() for p in (tmp_path / "outside").rglob("*") if p.is_file()} == {"secret"}


def test_a_publication_that_fails_leaves_no_part_behind(tmp_path: Path) -> None:
    def sync(_: Path) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    (tmp_path / "objects/bucket").mkdir(parents=True)
    (tmp_path / "up").write_text("feed")
    with pytest.raises(ObjectStoreFailed):
        FolderObjectStore(tmp_path / "objects", sync=sync).publish(tmp_path / "up", "s3://bucket/feed")
    assert [*(tmp_path / "objects/bucket").iterdir()] == []


def test_what_is_no_file_is_not_read(tmp_path: Path) -> None:
    store = FolderObjectStore(tmp_path / "objects")
    (tmp_path / "objects/bucket/folder").mkdir(parents=True)
    os.mkfifo(tmp_path / "objects/bucket/pipe")
    for name in ("folder", "pipe"):
        with pytest.raises(ObjectStoreFailed):
            store.read(f"s3://bucket/{name}", limit=100)
        (tmp_path / "up").write_text("written")
        with pytest.raises(ObjectStoreFailed):
            store.publish(tmp_path / "up", f"s3://bucket/{name}")


def test_others_of_the_machine_may_read_nothing(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        store = FolderObjectStore(tmp_path / "objects")
        (tmp_path / "up").write_text("feed")
        store.publish(tmp_path / "up", "s3://bucket/folder/feed")
    finally:
        os.umask(before)
    modes = {p.name: stat.S_IMODE(p.stat().st_mode) for p in (tmp_path / "objects").rglob("*")}
    assert modes == {"bucket": 0o750, "folder": 0o750, "feed": 0o640}
