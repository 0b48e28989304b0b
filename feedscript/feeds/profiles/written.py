"""How a partner has feeds written: the cells of its columns, and the forms of file that it takes, as frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

#: How sure a rule's source is: the partner's own page or package, a copy of it, somebody else's, nobody's.
Mark = Literal["vendor", "copy", "third_party", "unconfirmed"]
#: What of a canonical value a partner's column holds: an amount or a currency of a price, a number or a unit of a
#: measure, the beginning or the end of a range of times, the first or the others of several values, the topmost level
#: of a category's path or those below it, a number kept for an id, or only whether there is a value (true).
Taken = Literal[
    "amount", "currency", "number", "unit", "begin", "end", "first", "rest", "top", "below", "serial", "given"
]


@dataclass(frozen=True, kw_only=True)
class Cell:
    """How a partner has the values of a canonical attribute written, where not as they are.

    `take` is what of a value is written, `words` are the partner's by canonical word, and `nearest` those that stand
    for a word which the partner has not; `dropped` ones, in any case of letters, are not written at all: both are told
    as a repair. `separator` stands between several values, or levels; in addresses it is percent-encoded where it is
    `encoded`. `levels` stands between those of a category's path. `compact` leaves out the space before a price's
    currency, `spaced` sets one before a measure's unit, `rounded` takes a measure's number to the attribute's decimals
    (told as a repair), `day` leaves out the time of a moment. `cut` ends a text at a word where the partner's attribute
    ends. `constant` is written for every item. `json` is a cell of JSON: a list of several values, an object of a
    value's parts, or what the text is where that is JSON; in a file of JSON it stands there itself. Where a feed is
    read, the signs `parted_by` part values as well.

    Other canonical attributes are named by some: of several values `place` is which one, from 1, and those of
    `followed_by` come behind them. Without any of `beside_any` nothing is written, which is told as a repair. Of
    measures, all in one unit, `unit_of` are the others: the first that the item has tells the unit, and what is in
    another is not written. `instead` is written where the item has it, `beside` is what it must have; neither
    counts for an item that has `unless`, nor, being prices, where they are not below that of `lower_than`, in its
    currency. `members` make a JSON object.
    """

    take: Taken | None = None
    place: int | None = None
    words: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    nearest: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    dropped: tuple[str, ...] = ()
    separator: str = ","
    encoded: bool = False
    parted_by: tuple[str, ...] = ()
    levels: str | None = None
    compact: bool = False
    spaced: bool = False
    rounded: bool = False
    day: str | None = None
    cut: bool = False
    constant: str | None = None
    json: bool = False
    followed_by: str | None = None
    instead: str | None = None
    beside: str | None = None
    beside_any: tuple[str, ...] = ()
    unless: str | None = None
    lower_than: str | None = None
    unit_of: tuple[str, ...] = ()
    members: tuple[str, ...] = ()

    @property
    def others(self) -> tuple[str, ...]:
        """The canonical attributes that it is written from beside the attribute's own."""
        named = (self.followed_by, self.instead, self.beside, self.unless, self.lower_than)
        several = (*self.beside_any, *self.unit_of, *self.members)
        return (*(name for name in named if name is not None), *several)


@dataclass(frozen=True, kw_only=True)
class FeedFile:
    """A form of file that a partner takes.

    `endings` are those of names, before that of a compression; `compressions` are gz, zip, zst, and gzip for gz under
    another ending. `delimiter` and
    `quoting` are of delimited text, which has a line of column names unless `header` is false. `line_end` ends
    its lines. `preamble` stands before the items and `trailer` behind them, with {items} for their number and names
    that the merchant's file gives (`generation: names:`). `elements` are the names from the root to an item (XML), or
    the key of the list (JSON). `naming` is what the partner calls such files, before compression: {YYYYMMDD} stands for
    a day, and other names in braces for what the merchant's file gives or, where it does not, anything. A partner that
    only sets bounds to names has `name_pattern`, a pattern of the whole name, and `name_form`, which tells it. A file
    has at most `max_items`, and `max_bytes` before compression; what is beyond goes into further files.
    """

    format: Literal["csv", "tsv", "positional", "rss", "atom", "xml", "json", "jsonl", "parquet"]
    endings: tuple[str, ...]
    compressions: tuple[str, ...] = ("gz",)
    delimiter: str = ","
    quoting: Literal["needed", "always", "never"] = "needed"
    encoding: str = "utf-8"
    bom: bool = False
    line_end: Literal["\n", "\r\n"] = "\n"
    header: bool = True
    preamble: str | None = None
    trailer: str | None = None
    elements: tuple[str, ...] = ()
    naming: str | None = None
    name_pattern: str | None = None
    name_form: str | None = None
    max_items: int | None = None
    max_bytes: int | None = None
    mark: Mark = "vendor"
