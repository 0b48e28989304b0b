"""Letters as files: each in the outbox until it has been delivered, then, where nobody took it, in `dead/`.

`known/` names those of jobs that are not settled yet, so that none is taken in twice.
"""

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from feedscript.adapters._flock import open_lock, try_lock
from feedscript.adapters.letter_box import LetterBox
from feedscript.ports import DeliveryState

ENDING = ".json"
SURE_AFTER = 2.0
"""Seconds after which a folder's time tells of every change: the kernel's clock for it is coarse."""


class Storage(Protocol):
    """What the box needs of a disk: whatever is written is durable when the call returns."""

    def make_root(self, path: Path) -> None:
        """Make the folder and those above it."""

    def replace(self, path: Path, data: bytes) -> None:
        """Make `data` the file's content in one step."""

    def point(self, path: Path, target: str) -> bool:
        """Make a symbolic link, not durably; answers False where there is one."""

    def move(self, path: Path, to: Path) -> None:
        """Rename across folders; does nothing where it is gone."""

    def remove(self, path: Path) -> None:
        """Remove the name, if it is there, not durably."""


class FolderLetterBox(LetterBox):
    """A folder that any number of processes of one machine may share; the one that holds its lock delivers."""

    def __init__(self, folder: Path, storage: Storage) -> None:
        self._folder = folder
        self._known = folder / "known"
        self._dead = folder / "dead"
        self._storage = storage
        self._unchanged_since = 0
        self._lock: int | None = None

    def make(self) -> None:
        """Make the folders, private to the service's user."""
        if not self._known.is_dir():
            for folder in (self._folder, self._known, self._dead):
                self._storage.make_root(folder)

    def leads(self) -> bool:
        """Take the lock if it is free; it is this process's until it resigns or ends."""
        if self._lock is None:
            self._lock = open_lock(self._folder / ".lock")
        return try_lock(self._lock)

    def resign(self) -> None:
        """Let the lock go."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def put(self, name: str, document: bytes) -> bool:
        """Write the letter, then make its name known: of two racers the later one writes the same again."""
        self.make()
        known = self._known / name
        if os.path.lexists(known):
            return False
        self._storage.replace(self._path(known.name), document)
        self._storage.point(known, "told")
        return True

    def forget(self, beginning: str) -> None:
        """Remove the names."""
        for name in self._known.glob(f"{beginning}*"):
            self._storage.remove(name)

    def known(self) -> list[str]:
        """List the names."""
        return sorted(os.listdir(self._known)) if self._known.is_dir() else []  # noqa: PTH208 - no path is made for each

    def names(self) -> list[str] | None:
        """All that wait; None where nothing has changed since the last look."""
        changed = self._folder.stat().st_mtime_ns
        if changed == self._unchanged_since:
            return None
        sure = time.time_ns() - changed > SURE_AFTER * 1e9
        self._unchanged_since = changed if sure else 0
        return sorted(_names_in(self._folder))

    def read(self, name: str) -> bytes | None:
        """Read the letter's file."""
        try:
            return self._path(name).read_bytes()
        except FileNotFoundError:
            return None

    def replace(self, name: str, document: bytes) -> None:
        """Replace the letter's file."""
        self._storage.replace(self._path(name), document)

    def remove(self, name: str) -> None:
        """Remove the letter's file."""
        self._storage.remove(self._path(name))

    def set_aside(self, name: str, document: bytes | None = None) -> None:
        """Move the letter's file to `dead/`."""
        if document is not None:
            self.replace(name, document)
        self._storage.move(self._path(name), self._dead_path(name))

    def all_in(self, state: DeliveryState, *, after: str) -> Iterator[tuple[str, bytes | None]]:
        """Read the files one after the other."""
        folder = self._dead if state is DeliveryState.DEAD else self._folder
        if not folder.is_dir():
            return
        for name in sorted(_names_in(folder)):
            if name > after:
                try:
                    yield name, (folder / f"{name}{ENDING}").read_bytes()
                except FileNotFoundError:
                    continue
                except OSError:
                    yield name, None

    def dead(self, name: str) -> bytes | None:
        """Read the dead letter's file."""
        try:
            return self._dead_path(name).read_bytes()
        except OSError:
            return None

    def revive(self, name: str, document: bytes) -> None:
        """Replace the dead letter's file, and move it back."""
        self._storage.replace(self._dead_path(name), document)
        self._storage.move(self._dead_path(name), self._path(name))

    def discard(self, name: str) -> bool:
        """Remove the dead letter's file."""
        dead = self._dead_path(name)
        try:
            found = dead.exists()
        except OSError:  # no file can have such a name
            return False
        if found:
            self._storage.remove(dead)
        return found

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}{ENDING}"

    def _dead_path(self, name: str) -> Path:
        return self._dead / f"{name}{ENDING}"


def _names_in(folder: Path) -> Iterator[str]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.endswith(ENDING) and not entry.name.startswith("."):
                yield entry.name.removesuffix(ENDING)
