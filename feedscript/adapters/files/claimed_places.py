"""Whose a destination is, and who writes there: a symbolic link each in `jobs/places/`, whose text tells.

The text is what lies there, the merchant, and the job that writes there or did last: `feed:m1:0199...`.
"""

import os
from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import quote, unquote

from feedscript.adapters._flock import locked
from feedscript.adapters._group import Group
from feedscript.adapters.files.fsio import Disk
from feedscript.adapters.place_key import place_key
from feedscript.ports.places import Owner, Places

LOCK_DIGITS = 3
"""So many hexadecimal digits of a place's name choose its lock: it is held for a commit, and so shared with few."""


class FilePlaces(Places):
    """`Places` in a folder that any number of processes of one machine may share.

    A link that an operator removes makes its place free again.
    """

    def __init__(self, jobs: Path, disk: Disk) -> None:
        self._folder = jobs / "places"
        self._locks = jobs / "locks"
        self._disk = disk
        self._syncs = Group[Path](self._sync)
        disk.make_root(jobs)
        for folder in (self._folder, self._locks):
            disk.make_folder(folder)

    def claim(self, place: str, owner: Owner, *, writer: str | None = None) -> Owner:
        """Make the link: the file system lets one of many racers win."""
        path = self._path(place)
        if self._disk.point(path, _text(owner, writer)):
            self._syncs.run(path)
            return owner
        return self.owner(place) or owner

    def held(self) -> Iterator[tuple[str, Owner, str | None]]:
        """All links, by their names."""
        for path in sorted(self._folder.iterdir()):
            if (found := _read(path)) is not None:
                yield path.name, *found

    def hold(self, key: str, owner: Owner, writer: str | None) -> None:
        """Make a link by its name."""
        self._disk.point(self._folder / key, _text(owner, writer))

    def release(self, place: str) -> None:
        """Remove the link."""
        self._disk.remove(self._path(place))

    def owner(self, place: str) -> Owner | None:
        """Read the link."""
        found = _read(self._name(place))
        return found[0] if found else None

    @contextmanager
    def alone(self, places: Collection[str]) -> Iterator[None]:
        """Hold the locks of all the places, always in the same order."""
        names = sorted({place_key(place)[:LOCK_DIGITS] for place in places})
        with ExitStack() as held:
            for name in names:
                held.enter_context(locked(self._locks / f"place-{name}"))
            yield

    def writer(self, place: str) -> str | None:
        """Read the link."""
        found = _read(self._name(place))
        return found[1] if found else None

    def hand_over(self, place: str, job_id: str) -> None:
        """Put another link in the place of the one that is there.

        It is not synced, as that would cost every start a second fsync: a power cut may take it back, and not the job.
        """
        path = self._path(place)
        found = _read(path)
        if found is not None and found[1] != job_id:
            self._disk.point_elsewhere(path, _text(found[0], job_id))

    def _sync(self, made: Sequence[Path]) -> list[None]:
        self._disk.sync_folder(self._folder)
        return [None] * len(made)

    def _path(self, place: str) -> Path:
        return Path(self._name(place))

    def _name(self, place: str) -> str:
        # A dozen are looked at for each call: no path is made for one that is only read.
        return f"{self._folder}/{place_key(place)}"


def _text(owner: Owner, writer: str | None) -> str:
    text = f"{owner.role}:{quote(owner.affiliate_merchant_id, safe='')}"
    return f"{text}:{writer}" if writer else text


def _read(path: Path | str) -> tuple[Owner, str | None] | None:
    """Whose the place is, and the job that writes there; links of earlier versions tell of no job."""
    try:
        role, merchant, *job = os.readlink(path).split(":")  # noqa: PTH115 - no path is made for the answer
    except FileNotFoundError:
        return None
    return Owner(unquote(merchant), role), job[0] if job else None
