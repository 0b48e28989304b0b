"""All writing to disk, in one place: durable, whole or not at all, and open to injected faults.

A file is written to a temporary name in its own folder, fsynced, renamed (or linked, where it must not exist yet),
and the folder is fsynced; what a journal holds already needs no fsync. A failed fsync leaves the kernel's pages marked
clean though they never reached the disk (Rebello et al., "Can Applications Recover from fsync Failures?", ATC 2020),
so it is never tried again: from then on the `Disk` refuses everything, and the process is to end.
"""

import os
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial, wraps
from itertools import count
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from feedscript.adapters._flock import OUT_OF_ROOM
from feedscript.adapters.files.reserve import Reserve
from feedscript.adapters.files.system_calls import SystemCalls
from feedscript.ports.errors import StorageBroken, StorageFull

NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
APPEND = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
INODE_FLOOR = 64
"""The inodes that must stay free for new work to be taken: what runs needs a few to end."""
DiskError = StorageFull | StorageBroken


@dataclass(frozen=True, slots=True)
class Staged:
    """New content for the file `path`, under a temporary name."""

    path: Path
    temporary: Path


P = ParamSpec("P")
T = TypeVar("T")


def _with_reserve(write: Callable[Concatenate["Disk", P], T]) -> Callable[Concatenate["Disk", P], T]:
    """On a full disk give up the reserve and write again; a write that found no room has done nothing."""

    @wraps(write)
    def write_or_make_room(self: "Disk", /, *args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return write(self, *args, **kwargs)
        except StorageFull:
            if self.reserve is None or not self.reserve.give_up():
                raise
            return write(self, *args, **kwargs)

    return write_or_make_room


class Disk(SystemCalls):
    """The file system, as the adapters may use it.

    `floor` is the number of bytes that must stay free for new work to be taken; `reserve` is what everything else may
    still use then.
    """

    def __init__(self, *, floor: int = 0, reserve: Reserve | None = None) -> None:
        self._floor = floor
        self.reserve = reserve
        self._durable_folders: set[Path] = set()
        # Names of temporary files: no other process's, whatever became of it, and no other thread's.
        self._unique = f"{secrets.token_hex(6)}-"
        self._numbers = count()
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
        self.publish(self.stage(path, data, mode=mode))

    @_with_reserve
    def stage(self, path: Path, data: bytes, *, mode: int = 0o600, durable: bool = True) -> Staged:
        """Write what is to become the file's content beside it; `publish` puts it in its place."""
        return self.stage_pieces(path, (data,), mode=mode, durable=durable)

    def stage_pieces(
        self, path: Path, pieces: Iterable[bytes], *, mode: int = 0o600, durable: bool = True
    ) -> Staged:
        """Like `stage`, for content that is made as it is written; the reserve is left alone."""
        self.refuse_if_broken(path)
        self.make_folder(path.parent)
        temporary = self._temporary(path)
        descriptor = self._opened(temporary, NEW_FILE, mode, told_as=path)
        try:
            for piece in pieces:
                self._write_all(descriptor, piece)
            if durable:
                self.sync(descriptor, path)
        except OSError as error:
            self._discard(temporary)
            raise self.translated(error, path) from error
        except Exception:
            self._discard(temporary)
            raise
        finally:
            os.close(descriptor)
        return Staged(path, temporary)

    def publish(self, staged: Staged) -> None:
        """Put the content in its file's place in one step, durably."""
        error = self.put_in_place(staged)
        if error is not None:
            raise error
        self.sync_folder(staged.path.parent)

    def put_in_place(self, staged: Staged) -> DiskError | None:
        """Like `publish`, not durably; answers what went wrong."""
        try:
            self._rename(staged.temporary, staged.path)
        except OSError as error:
            self._discard(staged.temporary)
            return self.translated(error, staged.path)
        return None

    @_with_reserve
    def mark(self, path: Path, blank: Path) -> None:
        """Make the name, if it is not there: a link to the file `blank`, which costs no file of its own.

        Where that cannot be linked (it is not there, or has all the names that it may have), a symbolic link to it.
        Not durable before `sync_folder`.
        """
        try:
            self._named(path, partial(self._link, blank, path))
        except StorageBroken:
            self.point(path, blank.name)

    def discard(self, staged: Staged) -> None:
        """Give up content that was not published."""
        self._discard(staged.temporary)

    @_with_reserve
    def create(self, path: Path, data: bytes, *, mode: int = 0o600) -> bool:
        """Make the file with `data`, durably, unless there is one; answers whether it was made."""
        staged = self.stage(path, data, mode=mode)
        made = True
        try:
            self._link(staged.temporary, path)
        except FileExistsError:
            made = False
        except OSError as error:
            raise self.translated(error, path) from error
        finally:
            self._discard(staged.temporary)
        # Also where it was there: whoever made it may have died before this step.
        self.sync_folder(path.parent)
        return made

    @_with_reserve
    def point(self, path: Path, target: str) -> bool:
        """Make a symbolic link that holds the short text `target`; answers False where there is one.

        Not durable before `sync_folder`.
        """
        return self._named(path, partial(self._symlink, target, path))

    @_with_reserve
    def point_elsewhere(self, path: Path, target: str) -> None:
        """Let the symbolic link, which may be there, hold another short text, in one step.

        Not durable before `sync_folder`; until then a power cut leaves the one text or the other.
        """
        temporary = self._temporary(path)
        self._named(temporary, partial(self._symlink, target, temporary))
        try:
            self._rename(temporary, path)
        except OSError as error:
            self._discard(temporary)
            raise self.translated(error, path) from error

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

    @_with_reserve
    def open_append(self, path: Path) -> int:
        """A descriptor that reads anywhere and writes at the end; the file is made where it is missing.

        The name is not durable before `sync_folder`.
        """
        self.refuse_if_broken(path)
        self.make_folder(path.parent)
        return self._opened(path, APPEND, 0o600)

    @_with_reserve
    def open_new(self, path: Path) -> int:
        """A descriptor for writing a file that is not there yet; the name is not durable before `sync_folder`."""
        self.refuse_if_broken(path)
        return self._opened(path, NEW_FILE, 0o600)

    @_with_reserve
    def append(self, descriptor: int, data: bytes, path: Path) -> None:
        """Add `data` at the end of an open file, not durably; a write that fails is taken back: nothing half stays."""
        self.refuse_if_broken(path)
        before = os.fstat(descriptor).st_size
        try:
            self._write_all(descriptor, data)
        except OSError as error:
            # Where that fails, a torn line stays behind, which the next append cuts off.
            self._take_back(descriptor, before, path, error)
            raise self.translated(error, path) from error

    def fill(self, descriptor: int, start: int, length: int, path: Path) -> bool:
        """Write zeros at the end, which is `start`, for `overwrite`; where they do not fit there are none: False."""
        self.refuse_if_broken(path)
        try:
            self._write_all_at(descriptor, bytes(length), start)
        except OSError as error:
            self._take_back(descriptor, start, path, error)
            return False
        return True

    @_with_reserve
    def overwrite(self, descriptor: int, data: bytes, start: int, path: Path) -> None:
        """Write in place, durably; a write that fails ends the file at `start`, so nothing half stays.

        Over bytes that are there and durable this needs no change of the file's own record, and fdatasync syncs none.
        """
        self.refuse_if_broken(path)
        try:
            self._write_all_at(descriptor, data, start)
        except OSError as error:
            self._take_back(descriptor, start, path, error)
            raise self.translated(error, path) from error
        self._sync(descriptor, path, self._fdatasync)

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

    @_with_reserve
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
        self._sync(descriptor, path, self._fsync)

    def _sync(self, descriptor: int, path: Path, call: Callable[[int], None]) -> None:
        self.refuse_if_broken(path)
        try:
            call(descriptor)
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

    def sync_file_system(self, path: Path) -> None:
        """Make durable whatever anybody has written to the file system that the folder lies in (syncfs)."""
        self._sync_opened(path, os.O_RDONLY | os.O_DIRECTORY, self._syncfs)

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
        if self.reserve is not None:
            self.reserve.set_aside()

    def translated(self, error: OSError, path: Path) -> StorageFull | StorageBroken:
        """The port's error for the system's."""
        if error.errno in OUT_OF_ROOM:
            return StorageFull(str(path), 0, self._floor)
        return StorageBroken(str(path), error.strerror or str(error))

    # The protocol's steps

    def _opened(self, path: Path, flags: int, mode: int, *, told_as: Path | None = None) -> int:
        try:
            return self._open(path, flags, mode)
        except OSError as error:
            raise self.translated(error, told_as or path) from error

    def _named(self, path: Path, make: Callable[[], None]) -> bool:
        """Make the name, and its folder where that is missing; answers False where there is one."""
        self.refuse_if_broken(path)
        self.make_folder(path.parent)
        try:
            make()
        except FileExistsError:
            return False
        except OSError as error:
            raise self.translated(error, path) from error
        return True

    def _temporary(self, path: Path) -> Path:
        return path.with_name(f".{path.name}.{self._unique}{next(self._numbers):x}.tmp")

    def _make_missing(self, path: Path) -> None:
        self.refuse_if_broken(path)
        try:
            self._mkdir(path)
        except FileExistsError:
            pass
        except OSError as error:
            raise self.translated(error, path) from error
        self.sync_folder(path.parent)

    def _sync_opened(self, path: Path, flags: int, call: Callable[[int], None] | None = None) -> None:
        self.refuse_if_broken(path)
        descriptor = self._opened(path, flags | os.O_CLOEXEC, 0)
        try:
            self._sync(descriptor, path, call or self._fsync)
        finally:
            os.close(descriptor)

    def _write_all(self, descriptor: int, data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[self._write(descriptor, view) :]

    def _write_all_at(self, descriptor: int, data: bytes, start: int) -> None:
        view = memoryview(data)
        while view:
            written = self._pwrite(descriptor, view, start)
            view, start = view[written:], start + written

    def _take_back(self, descriptor: int, size: int, path: Path, cause: OSError) -> None:
        """Cut off what a failed write has left behind; where that fails, writing again would go on from it."""
        try:
            self._truncate(descriptor, size)
        except OSError:
            raise StorageBroken(str(path), f"half written: {cause.strerror}") from cause

    def _discard(self, temporary: Path) -> None:
        try:
            self._unlink(temporary)
        except OSError:
            # A left-over temporary file is harmless; the first error is the one to tell.
            return
