"""Whose a destination is: a symbolic link each in `jobs/places/`, whose text is what lies there and whose it is."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, unquote

from feedscript.adapters.files.fsio import Disk
from feedscript.ports.places import Owner, Places


class FilePlaces(Places):
    """`Places` in a folder that any number of processes of one machine may share.

    A link that an operator removes makes its place free again.
    """

    def __init__(self, jobs: Path, disk: Disk) -> None:
        self._folder = jobs / "places"
        self._disk = disk
        disk.make_root(jobs)
        disk.make_folder(self._folder)

    def claim(self, place: str, owner: Owner) -> Owner:
        """Make the link: the file system lets one of many racers win."""
        path = self._path(place)
        if (found := _read(path)) is not None:
            return found
        if self._disk.point(path, _text(owner)):
            self._disk.sync_folder(self._folder)
            return owner
        return _read(path) or owner

    def held(self) -> Iterator[tuple[str, Owner]]:
        """All links, by their names."""
        for path in sorted(self._folder.iterdir()):
            if (owner := _read(path)) is not None:
                yield path.name, owner

    def hold(self, key: str, owner: Owner) -> None:
        """Make a link by its name."""
        self._disk.point(self._folder / key, _text(owner))

    def release(self, place: str) -> None:
        """Remove the link."""
        self._disk.remove(self._path(place))

    def owner(self, place: str) -> Owner | None:
        """Read the link."""
        return _read(self._path(place))

    def _path(self, place: str) -> Path:
        # Hashed, so that no text of a caller's becomes part of a path.
        return self._folder / hashlib.sha256(place.encode()).hexdigest()


def _text(owner: Owner) -> str:
    return f"{owner.role}:{quote(owner.affiliate_merchant_id, safe='')}"


def _read(path: Path) -> Owner | None:
    try:
        role, _, merchant = str(path.readlink()).partition(":")
    except FileNotFoundError:
        return None
    return Owner(unquote(merchant), role)
