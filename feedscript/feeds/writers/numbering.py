"""Whole numbers that stand for ids, for a partner who takes no others: kept beside the feed, and never used again.

An id that is itself such a number of at most 18 digits stays. Every other gets the next of the numbers from
1000000000000000001 on, which have 19 digits, so that none can be the id of another item. What a number once stood for
it stands for ever, also when the item has left the feed.
"""

import json
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

import duckdb
from duckdb.sqltypes import VARCHAR

from feedscript.feeds.engine.errors import FeedError
from feedscript.feeds.engine.sql import literal
from feedscript.feeds.profiles.model import Profile

#: What the name of a feed's numbers ends in, behind the feed's own.
NUMBERS_ENDING = ".numbers.json"

_VERSION = 1
_FIRST = 10**18 + 1
_LAST = 10**19 - 1
_OWN = r"[3-9]|[1-9]\d{1,17}"
_FUNCTION = "number_of_id"


class NumbersUnreadable(FeedError):
    """The file that tells which number stands for which id is damaged: to begin anew would give numbers twice.

    Attributes: `path`, `cause`.
    """

    def __init__(self, path: Path, cause: str) -> None:
        super().__init__(
            f"{path} does not tell which number stands for which id ({cause}); put back an older copy of it, because "
            "without it products would get numbers that stood for others"
        )
        self.path = path
        self.cause = cause


@dataclass(frozen=True)
class Numbering:
    """The number of each id that had one made."""

    numbers: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))

    def of(self, item_id: str) -> int | None:
        """The number that stands for an id; None where none was made yet."""
        return int(item_id) if re.fullmatch(_OWN, item_id, re.ASCII) else self.numbers.get(item_id)

    def extended(self, ids: Iterable[str]) -> "Numbering":
        """This numbering, and the next numbers for the ids that have none, in their order."""
        new = [each for each in dict.fromkeys(ids) if self.of(each) is None]
        begin = max(self.numbers.values(), default=_FIRST - 1) + 1
        return Numbering(
            MappingProxyType({**self.numbers, **dict(zip(new, range(begin, begin + len(new)), strict=True))})
        )

    def advice(self, before: "Numbering", kept: str) -> str | None:
        """What to say where the first numbers of all were made; None otherwise. `kept` is their file's name."""
        if before.numbers or not self.numbers:
            return None
        return (
            f"{kept} was not there, so ids were given the first numbers of all; if feeds went out under another name "
            "before, put their numbers there and generate again"
        )

    def text(self) -> str:
        """The numbering as it is kept: JSON, an id a line."""
        return json.dumps({"version": _VERSION, "numbers": dict(self.numbers)}, ensure_ascii=False, indent=0)


def read_numbering(path: Path) -> Numbering:
    """The numbering that is kept in a file, an empty one where there is none; raises NumbersUnreadable."""
    try:
        document = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return Numbering()
    except (OSError, ValueError, RecursionError) as error:
        raise NumbersUnreadable(path, str(error)) from error
    version = document.get("version") if isinstance(document, dict) else None
    if version != _VERSION:
        raise NumbersUnreadable(path, f"its version is {version!r}, not {_VERSION}")
    numbers = document.get("numbers")
    if not isinstance(numbers, dict) or not all(_is_made(each) for each in numbers.values()):
        raise NumbersUnreadable(path, f"numbers must be whole numbers from {_FIRST} to {_LAST} by id")
    if len(set(numbers.values())) != len(numbers):
        raise NumbersUnreadable(path, "a number stands for two ids")
    return Numbering(MappingProxyType(numbers))


def numbered(value: str) -> str:
    """SQL of the number that stands for an id, by the numbering that was last put to use."""
    return f"CASE WHEN {_is_own(value)} THEN {value} ELSE {_FUNCTION}({value}) END"


def asks_for_numbers(profile: Profile) -> str | None:
    """The canonical attribute whose values a partner has numbered; None where there is none."""
    return next((each.origin for each in profile.attributes if each.cell.take == "serial"), None)


def put_to_use(
    connection: duckdb.DuckDBPyConnection, items: str, cell: str, numbering: Numbering
) -> Numbering:
    """The numbering extended by the ids in `cell` of `items` (both SQL), which `numbered` asks from now on.

    Ids get numbers in the order in which the items stand.
    """
    ids = f"SELECT {cell} FROM {items} WHERE {cell} IS NOT NULL AND NOT {_is_own(cell)}"
    extended = numbering.extended(row[0] for row in connection.execute(ids).fetchall())

    def number(item_id: str) -> str:
        return str(extended.numbers[item_id])

    with suppress(duckdb.InvalidInputException):
        connection.remove_function(_FUNCTION)
    connection.create_function(_FUNCTION, number, [VARCHAR], VARCHAR)
    return extended


def _is_own(value: str) -> str:
    return f"regexp_full_match({value}, {literal(_OWN)})"


def _is_made(number: object) -> bool:
    return isinstance(number, int) and not isinstance(number, bool) and _FIRST <= number <= _LAST
