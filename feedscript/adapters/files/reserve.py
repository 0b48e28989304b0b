"""Room that is set aside so that, on a full disk, what has been begun can still be ended and recorded."""

import os
import secrets
import shutil
from pathlib import Path

NAME = ".reserve"
FILES = 32


class Reserve:
    """A folder of `FILES` files, `size` bytes together: given up, it frees bytes and inodes alike."""

    def __init__(self, folder: Path, size: int) -> None:
        self._folder = folder / NAME
        self._size = size

    def set_aside(self) -> None:
        """Allocate it where it is missing and fits; of several processes one does."""
        if self._size == 0 or self._folder.exists():
            return
        building = self._folder.with_name(f"{NAME}.{secrets.token_hex(6)}")
        try:
            building.mkdir(mode=0o700)
            for number in range(FILES):
                _allocate(building / f"{number:02}", self._size // FILES)
            building.rename(self._folder)
        except OSError:
            # No room, or somebody else was faster.
            shutil.rmtree(building, ignore_errors=True)

    def give_up(self) -> bool:
        """Free it; answers whether there is room now, whoever made it."""
        spent = self._folder.with_name(f"{NAME}.{secrets.token_hex(6)}")
        try:
            self._folder.rename(spent)
            shutil.rmtree(spent, ignore_errors=True)
        except OSError:
            pass  # somebody else has given it up, or there was none
        room = os.statvfs(self._folder.parent)
        return room.f_bavail > 0 and (room.f_files == 0 or room.f_favail > 0)


def _allocate(path: Path, size: int) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        if size:
            os.posix_fallocate(descriptor, 0, size)
    finally:
        os.close(descriptor)
