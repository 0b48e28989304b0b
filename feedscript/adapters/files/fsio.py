"""All writing to disk, in one place: durable, whole or not at all, and open to injected faults.

A file is written to a temporary name in its own folder, fsynced, renamed (or linked, where it must not exist yet),
and the folder is fsynced. A failed fsync leaves the kernel's pages marked clean though they never reached the disk
(Rebello et al., "Can Applications Recover from fsync Failures?", ATC 2020), so it is never tried again: from then on
the `Disk` refuses everything, and the process is to end.
"""

import errno
import os
import secrets
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from feedscript.ports.errors import StorageBroken, StorageFull

NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
APPEND = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
INODE_FLOOR = 64
"""The inodes that must stay free for new work to be taken: what runs needs a few to end."""
OUT_OF_ROOM = (errno.ENOSPC, errno.EDQUOT)


DiskError = StorageFull | StorageBroken


@dataclass(frozen=True, slots=True)
class Replacement:
    """New content for a file, whether or not there is one."""

    path: Path
    data: bytes
    mode: int = 0o600


@dataclass(frozen=True, slots=True)
class _Temporary:
    """A file that is to become `target`, still open."""

    target: Path
    path: Path
    descriptor: int


class Disk:
    """The file system, as the adapters may use it.

    `floor` is the number of bytes that must stay free for new work to be taken. The methods whose names begin with
    an underscore are single system calls: what a test replaces to inject a fault or to model a crash.
    """

    def __init__(self, *, floor: int = 0) -> None:
        self._floor = floor
        self._durable_folders: set[Path] = set()
        self.broken: str | None = None
        self.on_broken: Callable[[], None] | None = None
        """Called once, when a failed fsync has ended the disk's use."""

    # What adapters call

    def refuse_if_broken(self, path: Path) -> None:
        """Raise `StorageBroken` once an fsync has failed."""
        if self.broken is not None:
            raise StorageBroken(str(path), self.broken)

    def replace(self, path: Path, data: bytes, *, mode: int = 0o600) -> None:
        """Make `data` the file's content, in one step, durably."""
        (error,) = self.replace_all([Replacement(path, data, mode)])
        if error is not None:
            raise error

    def replace_all(
        self, changes: Sequence[Replacement], *, after: Iterable[Path] = ()
    ) -> list[DiskError | None]:
        """Make each replacement in one step, all of them durable on return; answers what went wrong with each.

        The names in the folders `after` are durable before any new content can be seen. All is written before the
        first sync: a journalling file system then commits it once.
        """
        staged = [self._staged(change) for change in changes]
        temporaries = [each for each in staged if isinstance(each, _Temporary)]
        try:
            for each in temporaries:
                self.sync(each.descriptor, each.target)
            for folder in sorted(set(after)):
                self.sync_folder(folder)
            errors = [self._published(each) if isinstance(each, _Temporary) else each for each in staged]
            for folder in sorted({change.path.parent for change in changes}):
                self.sync_folder(folder)
        except StorageBroken:
            for each in temporaries:
                self._discard(each.path)
            raise
        finally:
            for each in temporaries:
                os.close(each.descriptor)
        return errors

    def create(self, path: Path, data: bytes, *, mode: int = 0o600) -> bool:
        """Make the file with `data`, durably, unless there is one; answers whether it was made."""
        temporary = self._write_beside(Replacement(path, data, mode))
        made = True
        try:
            self.sync(temporary.descriptor, path)
            self._link(temporary.path, path)
        except FileExistsError:
            made = False
        except OSError as error:
            raise self.translated(error, path) from error
        finally:
            os.close(temporary.descriptor)
            self._discard(temporary.path)
        # Also where it was there: whoever made it may have died before this step.
        self.sync_folder(path.parent)
        return made

    def point(self, path: Path, target: str) -> bool:
        """Make a symbolic link that holds the short text `target`; answers False where there is one.

        Not durable before `sync_folder`.
        """
        self.refuse_if_broken(path)
        self.make_folder(path.parent)
        try:
            self._symlink(target, path)
        except FileExistsError:
            return False
        except OSError as error:
            raise self.translated(error, path) from error
        return True

    def remove(self, path: Path) -> None:
        """Remove the name, if it is there; not durable before `sync_folder`."""
        self.refuse_if_broken(path)
        try:
            self._unlink(path)
        except FileNotFoundError:
            return
        except OSError as error:
            raise self.translated(error, path) from error

    def set_mode(self, path: Path, mode: int) -> None:
        """Change the permissions; not durable by itself."""
        self.refuse_if_broken(path)
        try:
            self._chmod(path, mode)
        except OSError as error:
            raise self.translated(error, path) from error

    def move(self, path: Path, to: Path) -> None:
        """Rename across folders, durably; does nothing where somebody else has moved it already."""
        self.refuse_if_broken(path)
        self.make_folder(to.parent)
        try:
            self._rename(path, to)
        except FileNotFoundError:
            return
        except OSError as error:
            raise self.translated(error, path) from error
        self.sync_folder(to.parent)
        self.sync_folder(path.parent)

    def open_append(self, path: Path) -> int:
        """A descriptor that reads anywhere and writes at the end; the file is made where it is missing.

        The name is not durable before `sync_folder`.
        """
        self.refuse_if_broken(path)
        self.make_folder(path.parent)
        try:
            return self._open(path, APPEND, 0o600)
        except OSError as error:
            raise self.translated(error, path) from error

    def append(self, descriptor: int, data: bytes, path: Path, *, durable: bool) -> None:
        """Add `data` at the end of an open file; a write that fails is taken back, so nothing half stays."""
        self.refuse_if_broken(path)
        before = os.fstat(descriptor).st_size
        try:
            self._write_all(descriptor, data)
        except OSError as error:
            # Should this fail as well, a torn line stays behind, which the next append cuts off.
            with suppress(OSError):
                self._truncate(descriptor, before)
            raise self.translated(error, path) from error
        if durable:
            self.sync(descriptor, path)

    def truncate(self, descriptor: int, size: int, path: Path) -> None:
        """Cut the open file to `size` bytes, durably."""
        self.refuse_if_broken(path)
        try:
            self._truncate(descriptor, size)
        except OSError as error:
            raise self.translated(error, path) from error
        self.sync(descriptor, path)

    def make_root(self, path: Path) -> None:
        """Make the folder that an adapter keeps its files in, and what is missing above it, durably."""
        if not path.is_dir():
            self.make_root(path.parent)
            self._make_missing(path)
        elif os.access(path.parent, os.R_OK):
            # Whoever made it may have died before this step.
            self.sync_folder(path.parent)
        self._durable_folders.add(path)

    def make_folder(self, path: Path) -> None:
        """Make the folder, and what is missing between it and its adapter's root, durably.

        A folder that is there may be another process's, made a moment ago and not durable yet; so each process syncs
        the name of each folder once, whoever made it.
        """
        if path in self._durable_folders or path.parent == path:
            return
        self.make_folder(path.parent)
        self._make_missing(path)
        self._durable_folders.add(path)

    def sync(self, descriptor: int, path: Path) -> None:
        """Make durable whatever was written through the descriptor; `path` is for the error."""
        self.refuse_if_broken(path)
        try:
            self._fsync(descriptor)
        except OSError as error:
            first, self.broken = self.broken is None, f"fsync failed: {error.strerror}"
            if first and self.on_broken is not None:
                self.on_broken()
            raise StorageBroken(str(path), self.broken) from error

    def sync_file(self, path: Path) -> None:
        """Make durable whatever anybody has written to the file."""
        self._sync_opened(path, os.O_RDONLY)

    def sync_folder(self, path: Path) -> None:
        """Make the names in the folder durable."""
        self._sync_opened(path, os.O_RDONLY | os.O_DIRECTORY)

    def need_room(self, path: Path) -> None:
        """Raise `StorageFull` where new work would eat what running work still needs."""
        try:
            room = self._statvfs(path)
        except OSError as error:
            raise self.translated(error, path) from error
        free = room.f_bavail * room.f_frsize
        # A file system that counts no inodes makes as many as it needs.
        if free < self._floor or (room.f_files and room.f_favail < INODE_FLOOR):
            raise StorageFull(str(path), free, self._floor)

    def translated(self, error: OSError, path: Path) -> StorageFull | StorageBroken:
        """The port's error for the system's."""
        if error.errno in OUT_OF_ROOM:
            return StorageFull(str(path), 0, self._floor)
        return StorageBroken(str(path), error.strerror or str(error))

    # The protocol's steps

    def _staged(self, change: Replacement) -> _Temporary | DiskError:
        try:
            return self._write_beside(change)
        except (StorageFull, StorageBroken) as error:
            return error

    def _write_beside(self, change: Replacement) -> _Temporary:
        """Write the content to a temporary file in the path's folder; not durable yet."""
        path = change.path
        self.refuse_if_broken(path)
        self.make_folder(path.parent)
        temporary = path.with_name(f".{path.name}.{secrets.token_hex(6)}.tmp")
        try:
            descriptor = self._open(temporary, NEW_FILE, change.mode)
        except OSError as error:
            raise self.translated(error, path) from error
        try:
            self._write_all(descriptor, change.data)
        except OSError as error:
            os.close(descriptor)
            self._discard(temporary)
            raise self.translated(error, path) from error
        return _Temporary(path, temporary, descriptor)

    def _published(self, temporary: _Temporary) -> DiskError | None:
        try:
            self._rename(temporary.path, temporary.target)
        except OSError as error:
            self._discard(temporary.path)
            return self.translated(error, temporary.target)
        return None

    def _make_missing(self, path: Path) -> None:
        self.refuse_if_broken(path)
        try:
            self._mkdir(path)
        except FileExistsError:
            pass
        except OSError as error:
            raise self.translated(error, path) from error
        self.sync_folder(path.parent)

    def _sync_opened(self, path: Path, flags: int) -> None:
        self.refuse_if_broken(path)
        try:
            descriptor = self._open(path, flags | os.O_CLOEXEC, 0)
        except OSError as error:
            raise self.translated(error, path) from error
        try:
            self.sync(descriptor, path)
        finally:
            os.close(descriptor)

    def _write_all(self, descriptor: int, data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[self._write(descriptor, view) :]

    def _discard(self, temporary: Path) -> None:
        try:
            self._unlink(temporary)
        except OSError:
            # A left-over temporary file is harmless; the first error is the one to tell.
            return

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

    def _chmod(self, path: Path, mode: int) -> None:
        path.chmod(mode)

    def _statvfs(self, path: Path) -> os.statvfs_result:
        return os.statvfs(path)

    def _truncate(self, descriptor: int, size: int) -> None:
        os.ftruncate(descriptor, size)
