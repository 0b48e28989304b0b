"""Faults in storage: single system calls that fail, and a machine that loses its power.

Both replace the underscored methods of `Disk`, the only place where feedscript writes.
"""

import os
import stat
from pathlib import Path

from feedscript.adapters.files import Disk


class FaultyDisk(Disk):
    """A `Disk` on which a kind of system call fails, when told to.

    The kinds: `open`, `write` (also in place), `fsync file` (also of its data alone), `fsync folder`, `syncfs`,
    `rename`, `link`, `symlink`, `unlink`, `mkdir`, `chmod`, `truncate`.
    """

    def __init__(self, *, floor: int = 0) -> None:
        super().__init__(floor=floor)
        self.heal()

    def fail(self, kind: str, number: int, *, after: int = 1, half: bool = False) -> None:
        """From the `after`-th such call on, each fails with the error number; a write may do half its work first."""
        self._kind, self._number, self._left, self._half = kind, number, after, half
        self.failed = False

    def fail_also(self, kind: str) -> None:
        """Have another kind of call fail from the moment on at which the first one does."""
        self._also = kind

    def heal(self) -> None:
        """No call fails any more."""
        self._kind, self._number, self._left, self._half, self._also = "", 0, 0, False, ""
        self.failed = False
        """Whether any call has failed since."""

    def _meet(self, kind: str) -> None:
        if kind == self._also and self._left <= 0:
            raise OSError(self._number, os.strerror(self._number))
        if kind == self._kind:
            self._left -= 1
            if self._left <= 0:
                self.failed = True
                raise OSError(self._number, os.strerror(self._number))

    def _open(self, path: Path, flags: int, mode: int) -> int:
        self._meet("open")
        return super()._open(path, flags, mode)

    def _write(self, descriptor: int, data: memoryview) -> int:
        return super()._write(descriptor, self._writable(data))

    def _pwrite(self, descriptor: int, data: memoryview, start: int) -> int:
        return super()._pwrite(descriptor, self._writable(data), start)

    def _writable(self, data: memoryview) -> memoryview:
        if self._kind == "write" and self._half and self._left == 1 and len(data) > 1:
            self._half = False
            return data[: len(data) // 2]
        self._meet("write")
        return data

    def _fsync(self, descriptor: int) -> None:
        folder = stat.S_ISDIR(os.fstat(descriptor).st_mode)
        self._meet("fsync folder" if folder else "fsync file")
        super()._fsync(descriptor)

    def _fdatasync(self, descriptor: int) -> None:
        self._meet("fsync file")
        super()._fdatasync(descriptor)

    def _syncfs(self, descriptor: int) -> None:
        self._meet("syncfs")
        super()._syncfs(descriptor)

    def _rename(self, path: Path, to: Path) -> None:
        self._meet("rename")
        super()._rename(path, to)

    def _link(self, path: Path, to: Path) -> None:
        self._meet("link")
        super()._link(path, to)

    def _symlink(self, target: str, path: Path) -> None:
        self._meet("symlink")
        super()._symlink(target, path)

    def _unlink(self, path: Path) -> None:
        self._meet("unlink")
        super()._unlink(path)

    def _mkdir(self, path: Path) -> None:
        self._meet("mkdir")
        super()._mkdir(path)

    def _chmod(self, path: Path, mode: int) -> None:
        self._meet("chmod")
        super()._chmod(path, mode)

    def _truncate(self, descriptor: int, size: int) -> None:
        self._meet("truncate")
        super()._truncate(descriptor, size)
