"""Plans of feeds like those that were checked before, made ready in a process that forks its validations."""

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import count
from typing import Any

from feedscript.feeds.engine.ready import READY_ENGINE, ReadyEngine
from feedscript.feeds.profiles.header import read_header
from feedscript.feeds.profiles.loading import profile_ids, shipped_profile
from feedscript.feeds.rules.compilation import compile_rules
from feedscript.feeds.scanning.prepared import AS_OF_SECONDS, PreparedScan

#: A plan takes up to half a megabyte for each column that it reads, and three milliseconds to make.
MOST_COLUMNS = 300
_MOST_OF_ONE = 50
_MOST_CHARACTERS = 16_000


@dataclass(frozen=True)
class Shape:
    """All that shapes the query of a text feed: with the same, one plan fits.

    `profile` is the id of a shipped one, `day` that on which its rules are asked, `skipped` the ids of those that are
    not.
    """

    profile: str
    columns: tuple[str, ...]
    country: str
    day: date
    skipped: frozenset[str]

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> "Shape | None":
        """What `document` wrote; None for anything else, whoever wrote it."""
        try:
            columns, skipped = (tuple(document[name]) for name in ("columns", "skipped"))
            texts = (document["profile"], document["country"], *columns, *skipped)
            if not all(isinstance(text, str) for text in texts):
                return None
            day = date.fromisoformat(document["day"])
        except (KeyError, TypeError, ValueError):
            return None
        shape = cls(document["profile"], columns, document["country"], day, frozenset(skipped))
        return shape if shape.is_worth_it else None

    def document(self) -> dict[str, Any]:
        """The shape as a JSON document."""
        return {
            "profile": self.profile,
            "columns": self.columns,
            "country": self.country,
            "day": self.day.isoformat(),
            "skipped": sorted(self.skipped),
        }

    @property
    def is_worth_it(self) -> bool:
        """Whether it is no larger than those of feeds that come again and again, and of a shipped profile."""
        texts = (*self.columns, *self.skipped)
        small = len(self.columns) <= _MOST_OF_ONE and sum(map(len, texts)) <= _MOST_CHARACTERS
        return small and self.profile in profile_ids()


@dataclass
class Plans:
    """Plans by shape, the last that were made, of `MOST_COLUMNS` together; and the shape that a child had none for."""

    engine: ReadyEngine
    lacking: Shape | None = None
    _made: OrderedDict[Shape, PreparedScan] = field(default_factory=OrderedDict)
    _numbers: Iterator[int] = field(default_factory=count)

    def of(self, shape: Shape) -> PreparedScan | None:
        """The plan of this shape; where there is none, it is noted as lacking."""
        found = self._made.get(shape)
        if found is None and shape.is_worth_it:
            self.lacking = shape
        return found

    def make(self, shape: Shape) -> None:
        """Make the plan of a shape, if there is none; the oldest are given up for what is too many."""
        if shape in self._made:
            return
        profile = shipped_profile(shape.profile)
        header = read_header(profile, shape.columns)
        places = sorted({place for found in header.columns.values() for place in found})
        if not places:
            return
        plan = compile_rules(
            profile,
            header,
            country=shape.country,
            as_of=datetime(shape.day.year, shape.day.month, shape.day.day, tzinfo=UTC),
            as_of_seconds=AS_OF_SECONDS,
            joined=False,
            skipped=shape.skipped,
            shortcuts=False,
        )
        connection = self.engine.open()
        while (
            self._made and len(places) + sum(len(each.places) for each in self._made.values()) > MOST_COLUMNS
        ):
            _, oldest = self._made.popitem(last=False)
            oldest.drop(connection)
        name = f"prepared{next(self._numbers)}"
        self._made[shape] = PreparedScan.prepare(connection, name, plan, places)


PLANS = Plans(READY_ENGINE)
