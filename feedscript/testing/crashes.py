"""A machine that loses its power: what a file system may keep of writes and names that were not synced.

`CrashDisk` does its work in a real folder and keeps book of what an fsync has promised. At any system call it can be
made to die (`Killed`); `World.survivors` then makes a folder that a machine could come up with: of every file the
synced content and, of what was written since, nothing, a part, zeros, or all, and likewise, piece by piece, of what
was written over it; of every folder the synced names and any of the changes since. This is harsher than journalling
file systems are, but within what POSIX promises.
"""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from feedscript.adapters.files import Disk


class Killed(BaseException):
    """The process is gone; no `except Exception` keeps it alive."""


@dataclass(eq=False)
class _File:
    """A file's content and mode as they are, and as the last fsync left them."""

    live: bytes = b""
    mode: int = 0o600
    synced: bytes = b""
    synced_mode: int = 0o600

    def sync(self) -> None:
        self.sync_data()
        self.synced_mode = self.mode

    def sync_data(self) -> None:
        self.synced = self.live

    def write(self, data: bytes, start: int) -> None:
        self.live = self.live[:start] + data + self.live[start + len(data) :]


Entry = _File | str | None
"""What a name leads to: a file, a symbolic link's text, or, where None, a folder."""


@dataclass(eq=False)
class _Change:
    """A change of names in one or two folders: what is put where, and what is taken away."""

    put: dict[Path, Entry] = field(default_factory=dict)
    taken: tuple[Path, ...] = ()
    durable: bool = False


@dataclass
class World:
    """What is on the disk below `base`, synced or not; shared by the processes that come and go."""

    base: Path
    names: dict[Path, Entry] = field(default_factory=dict)
    synced: dict[Path, Entry] = field(default_factory=dict)
    changes: list[_Change] = field(default_factory=list)
    by_inode: dict[int, _File] = field(default_factory=dict)

    def change(self, put: dict[Path, Entry], *taken: Path) -> None:
        """Note a change of names that no fsync has made durable."""
        self.changes.append(_Change(put, taken))
        for path in taken:
            self.names.pop(path, None)
        self.names.update(put)

    def sync_folder(self, folder: Path) -> None:
        """Make the changes durable that concern names in the folder."""
        for change in self.changes:
            if any(path.parent == folder for path in (*change.put, *change.taken)):
                self._keep(self.synced, change)
                change.durable = True
        self.changes = [change for change in self.changes if not change.durable]

    def sync_names(self) -> None:
        """Make all changes of names durable."""
        for change in self.changes:
            self._keep(self.synced, change)
        self.changes.clear()

    def survivors(self, chance: Random, place: Path) -> "World":
        """The world that a machine could come up with, in the folder `place`."""
        names = dict(self.synced)
        likely = chance.choice((0.0, 0.5, 1.0))
        for change in self.changes:
            if chance.random() < likely:
                self._keep(names, change)
        world = World(place)
        place.mkdir()
        for path in sorted(names):
            new = place / path.relative_to(self.base)
            # A folder whose own name is lost takes all that is in it along.
            if new.parent.is_dir():
                world.names[new] = _restored(names[path], new, chance)
        world.synced = dict(world.names)
        world.by_inode = {path.stat().st_ino: file for path, file in world.files()}
        return world

    def files(self) -> Iterator[tuple[Path, _File]]:
        """The files and where they lie."""
        return ((path, entry) for path, entry in self.names.items() if isinstance(entry, _File))

    @staticmethod
    def _keep(names: dict[Path, Entry], change: _Change) -> None:
        for path in change.taken:
            names.pop(path, None)
        names.update(change.put)


class CrashDisk(Disk):
    """A `Disk` that keeps book of what is durable, and dies at its `fatal_call`-th system call, or never.

    With `file_syncs` or `folder_syncs` off it promises what it does not do: the control that a crash test must fail.
    """

    def __init__(
        self, world: World, *, fatal_call: int = 0, file_syncs: bool = True, folder_syncs: bool = True
    ) -> None:
        super().__init__()
        self._world = world
        self._left = fatal_call
        self._dead = False
        self._file_syncs = file_syncs
        self._folder_syncs = folder_syncs

    def _count(self) -> None:
        self._left -= 1
        if self._dead or self._left == 0:
            self._dead = True
            raise Killed

    def _open(self, path: Path, flags: int, mode: int) -> int:
        self._count()
        descriptor = super()._open(path, flags, mode)
        if flags & os.O_CREAT and path not in self._world.names:
            file = _File(mode=mode, synced_mode=mode)
            self._world.by_inode[os.fstat(descriptor).st_ino] = file
            self._world.change({path: file})
        return descriptor

    def _write(self, descriptor: int, data: memoryview) -> int:
        return self._pwrite(descriptor, data, len(self._file(descriptor).live))

    def _pwrite(self, descriptor: int, data: memoryview, start: int) -> int:
        if self._left == 1 and len(data) > 1:
            # Half of it is written when death comes.
            self._written(descriptor, data[: len(data) // 2], start)
        self._count()
        return self._written(descriptor, data, start)

    def _written(self, descriptor: int, data: memoryview, start: int) -> int:
        length = super()._pwrite(descriptor, data, start)
        self._file(descriptor).write(bytes(data[:length]), start)
        return length

    def _fsync(self, descriptor: int) -> None:
        # The real one is spared: the folder is thrown away, and its time is the most of a test's.
        self._count()
        status = os.fstat(descriptor)
        if not stat.S_ISDIR(status.st_mode):
            if self._file_syncs:
                self._file(descriptor).sync()
        elif self._folder_syncs:
            self._world.sync_folder(Path(f"/proc/self/fd/{descriptor}").readlink())

    def _fdatasync(self, descriptor: int) -> None:
        self._count()
        if self._file_syncs:
            self._file(descriptor).sync_data()

    def _syncfs(self, descriptor: int) -> None:  # noqa: ARG002 - all folders lie in one file system
        self._count()
        for _, file in self._world.files():
            if self._file_syncs:
                file.sync()
        if self._folder_syncs:
            self._world.sync_names()

    def boot_id(self) -> str:
        """The folder's name: every power cut leads to another."""
        return self._world.base.name

    def _rename(self, path: Path, to: Path) -> None:
        self._count()
        super()._rename(path, to)
        self._world.change({to: self._world.names[path]}, path)

    def _link(self, path: Path, to: Path) -> None:
        self._count()
        super()._link(path, to)
        self._world.change({to: self._world.names[path]})

    def _symlink(self, target: str, path: Path) -> None:
        self._count()
        super()._symlink(target, path)
        self._world.change({path: target})

    def _unlink(self, path: Path) -> None:
        self._count()
        super()._unlink(path)
        self._world.change({}, path)

    def _mkdir(self, path: Path) -> None:
        self._count()
        super()._mkdir(path)
        self._world.change({path: None})

    def _chmod(self, path: Path, mode: int) -> None:
        self._count()
        super()._chmod(path, mode)
        file = self._world.names[path]
        assert isinstance(file, _File), "only files change their mode"
        file.mode = mode

    def _truncate(self, descriptor: int, size: int) -> None:
        self._count()
        super()._truncate(descriptor, size)
        file = self._file(descriptor)
        file.live = file.live[:size]

    def _file(self, descriptor: int) -> _File:
        return self._world.by_inode[os.fstat(descriptor).st_ino]


def _restored(entry: Entry, path: Path, chance: Random) -> Entry:
    if entry is None:
        path.mkdir()
        return None
    if isinstance(entry, str):
        path.symlink_to(entry)
        return entry
    content = _survived(entry, chance)
    mode = chance.choice((entry.synced_mode, entry.mode))
    path.write_bytes(content)
    path.chmod(mode)
    return _File(content, mode, content, mode)


def _survived(file: _File, chance: Random) -> bytes:
    """The synced content, and some of what was written since: pieces of it may be missing, or be zeros."""
    before, live = file.synced, file.live
    if len(live) < len(before):
        return chance.choice((before, live))
    kept = _written_over(before, live[: len(before)], chance)
    since = live[len(before) :]
    a, b, end = sorted(chance.randint(0, len(since)) for _ in range(3))
    survived = {
        "none": b"",
        "all": since,
        "torn": since[:end],
        "zeros": b"\0" * end,
        "hole": since[:a] + b"\0" * (b - a) + since[b:end],
        "hole, then all": since[:a] + b"\0" * (b - a) + since[b:],
    }
    return kept + survived[chance.choice(list(survived))]


def _written_over(before: bytes, after: bytes, chance: Random) -> bytes:
    """One of the two, or some of both."""
    if before == after:
        return after
    differing = [at for at, (old, new) in enumerate(zip(before, after, strict=True)) if old != new]
    first, last = differing[0], differing[-1] + 1
    a, b = sorted(chance.randint(first, last) for _ in range(2))
    either = {
        "none": before,
        "all": after,
        "torn": after[:a] + before[a:],
        "hole": after[:a] + before[a:b] + after[b:],
        "end alone": before[:a] + after[a:],
    }
    return either[chance.choice(list(either))]
