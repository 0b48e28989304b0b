"""The room that is set aside for a full disk."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from feedscript.adapters.files import Disk, Reserve
from feedscript.adapters.files.reserve import FILES
from feedscript.ports.errors import StorageFull

SIZE = FILES * 4096


class FullDisk(Disk):
    """Has no room for a new file until its reserve is given up."""

    def _open(self, path: Path, flags: int, mode: int) -> int:
        if flags & os.O_CREAT and (path.parent / ".reserve").exists():
            raise OSError(28, "No space left on device")
        return super()._open(path, flags, mode)


def allocated(folder: Path) -> int:
    return sum(path.stat().st_blocks * 512 for path in folder.glob(".reserve*/*"))


def test_it_is_allocated_once_and_given_up_whole(tmp_path: Path) -> None:
    reserve = Reserve(tmp_path, SIZE)
    reserve.set_aside()
    reserve.set_aside()
    assert allocated(tmp_path) >= SIZE
    assert reserve.give_up()
    assert list(tmp_path.iterdir()) == []


def test_whoever_comes_second_finds_the_room_that_the_first_made(tmp_path: Path) -> None:
    first, second = Reserve(tmp_path, SIZE), Reserve(tmp_path, SIZE)
    first.set_aside()
    assert first.give_up()
    assert second.give_up()


def test_none_is_kept_where_none_is_wanted(tmp_path: Path) -> None:
    Reserve(tmp_path, 0).set_aside()
    assert list(tmp_path.iterdir()) == []


def test_a_write_on_a_full_disk_gives_it_up_and_goes_through(tmp_path: Path) -> None:
    disk = FullDisk(reserve=Reserve(tmp_path, SIZE))
    disk.need_room(tmp_path)
    disk.replace(tmp_path / "job", b"ended")
    assert (tmp_path / "job").read_bytes() == b"ended"
    assert allocated(tmp_path) == 0
    disk.need_room(tmp_path)
    assert allocated(tmp_path) >= SIZE, "it is set aside again when there is room"


@pytest.mark.parametrize("opened", [Disk.open_append, Disk.open_new])
def test_a_file_that_cannot_be_made_gives_it_up(tmp_path: Path, opened: Callable[[Disk, Path], int]) -> None:
    disk = FullDisk(reserve=Reserve(tmp_path, SIZE))
    disk.need_room(tmp_path)
    os.close(opened(disk, tmp_path / "file"))
    assert allocated(tmp_path) == 0


def test_without_one_a_full_disk_is_full(tmp_path: Path) -> None:
    disk = FullDisk()
    Reserve(tmp_path, SIZE).set_aside()
    with pytest.raises(StorageFull):
        disk.replace(tmp_path / "job", b"ended")
