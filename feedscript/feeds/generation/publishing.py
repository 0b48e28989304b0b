"""Where a feed and what tells of it are put, in which order, and what guards the feed that lies there."""

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path, PurePath

from feedscript.feeds.engine.endings import (
    DELTAS_ENDING,
    MANIFEST_ENDING,
    REJECTS_ENDING,
    REJECTS_TABLE_ENDING,
)
from feedscript.feeds.engine.series import series_name
from feedscript.feeds.generation.errors import FeedDropped
from feedscript.feeds.writers.numbering import NUMBERS_ENDING

#: The part of the last feed's items that may be missing from the new one.
MAX_DROP = 0.3
#: No manifest of ours comes near it.
MANIFEST_BYTES = 16 * 1024 * 1024
#: So much of a digest names a feed.
_LEAST_OF_DIGEST = 8


@dataclass(frozen=True)
class Shelf:
    """The place of a feed, and the places beside it.

    Each file is written in a folder whose name begins with a dot, and renamed when all are whole. Several files cannot
    be renamed at once: whoever reads a manifest looks whether it is of the feed's very bytes (`sha256`).

    Feeds whose names differ by the day alone are a series. What the next of them has to know lies beside the series'
    name (`series_name`): the numbers of ids, and the manifest of the last feed.
    """

    feed: Path

    @property
    def rejects(self) -> Path:
        """Every finding of the items that were left out."""
        return self.beside(REJECTS_ENDING)

    @property
    def rejects_table(self) -> Path:
        """The errors of the items that were left out, as CSV."""
        return self.beside(REJECTS_TABLE_ENDING)

    @property
    def deltas(self) -> Path:
        """What changed against the feed before."""
        return self.beside(DELTAS_ENDING)

    @property
    def manifest(self) -> Path:
        """What the feed was made of, and how."""
        return self.beside(MANIFEST_ENDING)

    def beside(self, ending: str) -> Path:
        """The place of the file whose name has this ending behind the feed's."""
        return self.feed.with_name(self.feed.name + ending)

    @property
    def numbers(self) -> Path:
        """The numbers that a partner has instead of ids, in all feeds of the series."""
        return self._beside_series(NUMBERS_ENDING)

    @property
    def last_manifest(self) -> Path:
        """The manifest of the last feed of the series; the feed's own where its name has no day."""
        return self._beside_series(MANIFEST_ENDING)

    @property
    def last_feed(self) -> Path:
        """Where the last feed of the series lies, by its manifest; the feed's own place where that tells of none."""
        last = last_published(self.last_manifest)
        if last is None or series_name(last.name) != series_name(self.feed.name):
            return self.feed
        return self.feed.with_name(last.name)

    def _beside_series(self, ending: str) -> Path:
        return self.feed.with_name(series_name(self.feed.name) + ending)

    @property
    def folder(self) -> Path:
        """Where all is written before it is put, beside the feed."""
        return self.feed.with_name(f".{self.feed.name}.{os.getpid()}.partial")

    def partial(self, path: Path) -> Path:
        """Where a file is written that is to be put at `path`."""
        return self.folder / path.name

    def put(self, feeds: tuple[str, ...]) -> tuple[str, ...]:
        """Put all that was written, whole and durably; answers the names in order.

        What explains the feed is there before it, and no number that it gives can be given again. Manifests come last,
        as they tell of a feed that is there.
        """
        explaining = (self.rejects, self.rejects_table, self.deltas, self.numbers)
        manifests = dict.fromkeys((self.manifest.name, self.last_manifest.name))
        return self._put((*(each.name for each in explaining), *feeds, *manifests))

    def put_rejects(self) -> tuple[str, ...]:
        """Put the lists of what was left out, and no feed; answers their names."""
        return self._put((self.rejects.name, self.rejects_table.name))

    def _put(self, wanted: tuple[str, ...]) -> tuple[str, ...]:
        names = [name for name in wanted if (self.folder / name).exists()]
        for name in names:
            with (self.folder / name).open("rb") as file:
                os.fsync(file.fileno())
        for name in names:
            (self.folder / name).replace(self.feed.with_name(name))
        return tuple(names)

    def clear(self) -> None:
        """Remove what was not put."""
        shutil.rmtree(self.folder, ignore_errors=True)


@dataclass(frozen=True, kw_only=True)
class Guard:
    """How far a feed may fall below the last one.

    `allow_drop_from` is the sha256 of a feed, or its beginning, below which the next may fall as far as it will: once,
    as the next has another.
    """

    max_drop: float = MAX_DROP
    allow_drop_from: str | None = None

    def accept(self, destination: str, items: int, before: "Published | None") -> None:
        """Raise FeedDropped where the feed would have too few items."""
        if before is None or before.items - items <= self.max_drop * before.items:
            return
        allowed = (self.allow_drop_from or "").lower()
        if len(allowed) >= _LEAST_OF_DIGEST and before.sha256.startswith(allowed):
            return
        raise FeedDropped(destination, items, before.items, before.sha256, self.max_drop)


@dataclass(frozen=True)
class Published:
    """What the manifest of the last feed tells: its name, how many items it has, and its digest in hexadecimal."""

    name: str
    items: int
    sha256: str


def last_published(manifest: Path) -> Published | None:
    """What the manifest at this place tells of the feed; None where there is none, or it is no manifest of ours."""
    try:
        if manifest.stat().st_size > MANIFEST_BYTES:
            return None
        document = json.loads(manifest.read_bytes())
        name = PurePath(str(document["feed"])).name
        return Published(name, int(document["items"]), str(document["sha256"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
