"""Notifications that are still to be delivered, as files.

Each is a file in the outbox until it has been delivered, so a restart loses none; what could not be delivered in the
end is kept in `dead/`. `known/` names those of jobs that are not settled yet, so that none is taken in twice.
"""

import logging
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from feedscript.adapters.webhooks.letters import Letter, Unreadable, name_of
from feedscript.ports import DeliveryState, Notification

logger = logging.getLogger(__name__)

ENDING = ".json"
SURE_AFTER = 2.0
"""Seconds after which a folder's time tells of every change: the kernel's clock for it is coarse."""


class Storage(Protocol):
    """What the outbox needs of a disk: whatever is written is durable when the call returns."""

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


class Outbox:
    """The folder of letters; a letter that comes back after a power cut is delivered again."""

    def __init__(self, folder: Path, storage: Storage) -> None:
        self._folder = folder
        self._known = folder / "known"
        self._dead = folder / "dead"
        self._storage = storage
        self._unchanged_since = 0

    @property
    def lock(self) -> Path:
        """Whoever holds this file's lock delivers."""
        return self._folder / ".lock"

    def make(self) -> None:
        """Make the folders, private to the service's user."""
        if not self._known.is_dir():
            for folder in (self._folder, self._known, self._dead):
                self._storage.make_root(folder)

    def take_in(self, notification: Notification) -> bool:
        """Keep a notification; answers False where its job has brought it before."""
        self.make()
        known = self._known / name_of(notification.id)
        if os.path.lexists(known):
            return False
        self._storage.replace(self._path(known.name), Letter(notification=notification).to_bytes())
        self._storage.point(known, "told")
        return True

    def forget(self, job_id: str) -> None:
        """Drop the names of the job's notifications."""
        for name in self._known.glob(f"{name_of(job_id)}*"):
            self._storage.remove(name)

    def names(self) -> list[str] | None:
        """The names of all letters that wait, in their order; None where nothing has changed since the last look."""
        changed = self._folder.stat().st_mtime_ns
        if changed == self._unchanged_since:
            return None
        sure = time.time_ns() - changed > SURE_AFTER * 1e9
        self._unchanged_since = changed if sure else 0
        return sorted(_names_in(self._folder))

    def read(self, name: str) -> Letter | None:
        """The letter that waits under the name; None where it is gone, or was put aside as none."""
        try:
            return Letter.from_bytes(self._path(name).read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, Unreadable) as error:
            logger.error("%s cannot be read (%s); put aside", self._path(name), error)  # noqa: TRY400 - the text tells it all
            self._storage.move(self._path(name), self._dead_path(name))
            return None

    def delivered(self, name: str) -> None:
        """The letter has arrived."""
        self._storage.remove(self._path(name))

    def put_off(self, name: str, letter: Letter) -> None:
        """The letter has not arrived, and is tried again when it says."""
        self._storage.replace(self._path(name), letter.to_bytes())

    def give_up(self, name: str, letter: Letter) -> None:
        """Keep the letter where nobody tries it again."""
        self.put_off(name, letter)
        self._storage.move(self._path(name), self._dead_path(name))

    # What was given up

    def all_in(self, state: DeliveryState, *, after: str = "") -> Iterator[tuple[str, Letter | None]]:
        """The letters behind a name, in the order of their names; None stands for what is no letter."""
        folder = self._dead if state is DeliveryState.DEAD else self._folder
        if not folder.is_dir():
            return
        for name in sorted(_names_in(folder)):
            if name > after:
                try:
                    yield name, Letter.from_bytes((folder / f"{name}{ENDING}").read_bytes())
                except FileNotFoundError:
                    continue
                except (OSError, Unreadable):
                    yield name, None

    def replay(self, notification_id: str) -> Letter | None:
        """Put one that was given up among those that wait, as if it were new; None where there is none."""
        name = name_of(notification_id)
        dead = self._dead_path(name)
        try:
            letter = Letter.from_bytes(dead.read_bytes()).anew()
        except (OSError, Unreadable):
            return None
        self._storage.replace(dead, letter.to_bytes())
        self._storage.move(dead, self._path(name))
        return letter

    def discard(self, notification_id: str) -> bool:
        """Drop one that was given up, readable or not; answers False where there is none."""
        dead = self._dead_path(name_of(notification_id))
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
