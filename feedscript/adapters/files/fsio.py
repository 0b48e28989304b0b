"""All writing to disk, in one place: durable, whole or not at all, and open to injected faults.

A file is written to a temporary name in its own folder, fsynced, renamed (or linked, where it must not exist yet),
and the folder is fsynced. A failed fsync leaves the kernel's pages marked clean though they never reached the disk
(Rebello et al., "Can Applications Recover from fsync Failures?", ATC 2020), so it is never tried again: from then on
the `Disk` refuses everything, and the process is to end.
"""

import errno
import os
import secrets
from collections.abc import Iterable
from pathlib import Path

from feedscript.ports.errors import StorageBroken, StorageFull

NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
OUT_OF_ROOM = (errno.ENOSPC, errno.EDQUOT)


class Disk:
    """The file system, as the adapters may use it.

    `floor` is the number of bytes that must stay free for new work to be taken. The methods whose names begin with
    an underscore are single system calls: what a test replaces to inject a fault or to model a crash.
    """

    def __init__(self, *, floor: int = 0) -> None:
        self._floor = floor
        self.broken: str | None = None

    # What adapters call

    def replace(self, path: Path, data: bytes, *, mode: int = 0o600, after: Iterable[Path] = ()) -> None:
        """Make `data` the file's content, in one step, durably; the names in the folders `after` become so before.

        They are synced after the new content: what a journalling file system commits with it is not written twice.
        """
        temporary = self._write_beside(path, data, mode)
        for folder in after:
            self.sync_folder(folder)
        try:
            self._rename(temporary, path)
        except OSError as error:
            self._discard(temporary)
            raise self._translated(error, path) from error
        self.sync_folder(path.parent)

    def create(self, path: Path, data: bytes, *, mode: int = 0o600) -> bool:
        """Make the file with `data`, durably, unless there is one; answers whether it was made."""
        temporary = self._write_beside(path, data, mode)
        try:
            self._link(temporary, path)
        except FileExistsError:
            return False
        except OSError as error:
            raise self._translated(error, path) from error
        finally:
            self._discard(temporary)
        self.sync_folder(path.parent)
        return True

    def point(self, path: Path, target: str) -> bool:
        """Make a symbolic link that holds the short text `target`; answers False where there is one.

        Not durable before `sync_folder`.
        """
        self._refuse_if_broken(path)
        self.make_folder(path.parent)
        try:
            self._symlink(target, path)
        except FileExistsError:
            return False
        except OSError as error:
            raise self._translated(error, path) from error
        return True

    def remove(self, path: Path) -> None:
        """Remove the name, if it is there; not durable before `sync_folder`."""
        self._refuse_if_broken(path)
        try:
            self._unlink(path)
        except FileNotFoundError:
            return
        except OSError as error:
            raise self._translated(error, path) from error

    def set_mode(self, path: Path, mode: int) -> None:
        """Change the permissions; not durable by itself."""
        self._refuse_if_broken(path)
        path.chmod(mode)

    def move(self, path: Path, to: Path) -> None:
        """Rename across folders, durably."""
        self._refuse_if_broken(path)
        self.make_folder(to.parent)
        try:
            self._rename(path, to)
        except OSError as error:
            raise self._translated(error, path) from error
        self.sync_folder(to.parent)
        self.sync_folder(path.parent)

    def append(self, descriptor: int, data: bytes, path: Path, *, durable: bool) -> None:
        """Add `data` at the end of an open file; a write that fails is taken back, so nothing half stays."""
        self._refuse_if_broken(path)
        before = os.fstat(descriptor).st_size
        try:
            self._write_all(descriptor, data)
        except OSError as error:
            self._truncate(descriptor, before)
            raise self._translated(error, path) from error
        if durable:
            self._sync(descriptor, path)

    def sync(self, descriptor: int, path: Path) -> None:
        """Make what was written to the open file durable."""
        self._refuse_if_broken(path)
        self._sync(descriptor, path)

    def truncate(self, descriptor: int, size: int, path: Path) -> None:
        """Cut the open file to `size` bytes, durably."""
        self._refuse_if_broken(path)
        self._truncate(descriptor, size)
        self._sync(descriptor, path)

    def make_folder(self, path: Path) -> None:
        """Make the folder and what is missing above it, durably."""
        if path.is_dir():
            return
        self.make_folder(path.parent)
        try:
            self._mkdir(path)
        except FileExistsError:
            return
        except OSError as error:
            raise self._translated(error, path) from error
        self.sync_folder(path.parent)

    def sync_folder(self, path: Path) -> None:
        """Make the names in the folder durable."""
        self._refuse_if_broken(path)
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            self._sync(descriptor, path)
        finally:
            os.close(descriptor)

    def need_room(self, path: Path) -> None:
        """Raise `StorageFull` where new work would eat what running work still needs."""
        room = os.statvfs(path)
        free = room.f_bavail * room.f_frsize
        if free < self._floor or (room.f_files and not room.f_favail):
            raise StorageFull(str(path), free, self._floor)

    # The protocol's steps

    def _write_beside(self, path: Path, data: bytes, mode: int) -> Path:
        self._refuse_if_broken(path)
        self.make_folder(path.parent)
        temporary = path.parent / f".{path.name}.{secrets.token_hex(6)}.tmp"
        try:
            descriptor = self._open(temporary, NEW_FILE, mode)
        except OSError as error:
            raise self._translated(error, path) from error
        try:
            self._write_all(descriptor, data)
            self._sync(descriptor, path)
        except OSError as error:
            self._discard(temporary)
            raise self._translated(error, path) from error
        except StorageBroken:
            self._discard(temporary)
            raise
        finally:
            os.close(descriptor)
        return temporary

    def _write_all(self, descriptor: int, data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[self._write(descriptor, view) :]

    def _sync(self, descriptor: int, path: Path) -> None:
        try:
            self._fsync(descriptor)
        except OSError as error:
            self.broken = f"fsync failed: {error.strerror}"
            raise StorageBroken(str(path), self.broken) from error

    def _discard(self, temporary: Path) -> None:
        try:
            self._unlink(temporary)
        except OSError:
            # A left-over temporary file is harmless; the first error is the one to tell.
            return

    def _refuse_if_broken(self, path: Path) -> None:
        if self.broken is not None:
            raise StorageBroken(str(path), self.broken)

    def _translated(self, error: OSError, path: Path) -> StorageFull | StorageBroken:
        if error.errno in OUT_OF_ROOM:
            return StorageFull(str(path), 0, self._floor)
        return StorageBroken(str(path), error.strerror or str(error))

    # Single system calls

    def _open(self, path: Path, flags: int, mode: int) -> int:
        return os.open(path, flags, mode)

    def _write(self, descriptor: int, data: memoryview) -> int:
        return os.write(descriptor, data)

    def _fsync(self, descriptor: int) -> None:
        os.fsync(descriptor)

    def _rename(self, path: Path, to: Path) -> None:
        path.rename(to)

    def _link(self, path: Path, to: Path) -> None:
        to.hardlink_to(path)

    def _symlink(self, target: str, path: Path) -> None:
        path.symlink_to(target)

    def _unlink(self, path: Path) -> None:
        path.unlink()

    def _mkdir(self, path: Path) -> None:
        path.mkdir(mode=0o700)

    def _truncate(self, descriptor: int, size: int) -> None:
        os.ftruncate(descriptor, size)
