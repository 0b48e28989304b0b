"""What a partner accepts, as frozen values: profiles, attributes and the conditions between attributes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Literal

from feedscript.feeds.profiles.written import Cell, FeedFile, Mark
from feedscript.feeds.readers.shapes import AS_JSON

Severity = Literal["error", "warning", "info"]


#: Where a price has its currency: behind the amount and a space; there, and the space is not asked for; there, but
#: neither is asked for; on either side; nowhere.
Currency = Literal["behind", "close", "optional", "either", "none"]


class Type(StrEnum):
    """What kind of value an attribute holds."""

    TEXT = "text"
    URL = "url"
    PRICE = "price"
    ENUM = "enum"
    INTEGER = "integer"
    NUMBER = "number"
    DATETIME = "datetime"
    DATETIME_RANGE = "datetime_range"
    MEASURE = "measure"
    GTIN = "gtin"
    CATEGORY = "category"
    COUNTRY = "country"
    STRUCTURED = "structured"


@dataclass(frozen=True, kw_only=True)
class Part:
    """A sub-attribute of a structured value, in its place between colons.

    `bounds_in` is the currency of a price's bounds, without which they hold as a number in any currency. `excludes`
    are other parts that may not stand beside it.
    """

    name: str
    type: Type = Type.TEXT
    required: bool = False
    max_length: int | None = None
    values: tuple[str, ...] = ()
    pattern: str | None = None
    units: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    bounds_in: str | None = None
    excludes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Condition:
    """A statement about one item: an operator of the closed list in `conditions.py`, and what it is about."""

    operator: str
    operands: tuple["str | float | Condition", ...]

    def attributes(self) -> Iterator[str]:
        """The attributes it speaks about."""
        if self.operator in {"all", "any", "not"}:
            for operand in self.operands:
                if isinstance(operand, Condition):
                    yield from operand.attributes()
        elif self.operator in {"in", "under", "matches", "shallower"}:
            yield str(self.operands[0])
        elif self.operator != "country":
            yield from (operand for operand in self.operands if isinstance(operand, str))


@dataclass(frozen=True, kw_only=True)
class CrossField:
    """Where `when` holds (None: where there is a value), `expect` must hold too, or `code` is found."""

    code: str
    expect: Condition
    when: Condition | None = None
    severity: Severity | None = None
    message: str | None = None
    remedy: str | None = None


@dataclass(frozen=True, kw_only=True)
class Words:
    """What a finding about one attribute says in place of its code's own words; templates as those are."""

    message: str | None = None
    remedy: str | None = None


@dataclass(frozen=True, kw_only=True)
class Attribute:
    """An attribute of an item and everything that its partner says of it.

    `aliases` are other names that the partner takes, the better before the worse, and all behind its own unless that
    is among them. `column` is how the partner writes the name, `canonical` the attribute of the canonical product that
    it is written from (Google's names and forms; its own name where there is no such), `cell` how. `mark` says how sure
    the source of what is said here is, `marks` where single codes differ.

    Lengths count Unicode characters, and beyond an `advised_` one there is only advice. `decimals` are the most that a
    measure or a price may have. `max_distinct` is how many different values a feed may have. Of an enumeration,
    `doubtful` words are not `values`, and nobody knows that they are none. `max_values` above 1 makes it repeatable.
    `alternatives` are attributes that do as well where this one is required. Files of `refused_extensions` are not
    taken, and those of `unlisted_extensions` not named among those that are. `form` and `example` tell a person what
    `pattern` means. An enumeration that is `exact` takes its words in no other case or punctuation. `severities`
    re-grade single codes, and `words` say of this attribute what their own words do not. `local_currency` asks for a
    price in a currency of the country it is sold in. `currency` says where a price has its currency, and
    `default_currency` which it is where there is none. Two values of a `unique` attribute that is `caseless` are the
    same in either case, and where `blanks_run_together`, with one blank or several. `max_bytes` counts those of UTF-8.
    Objects of JSON have the `same_names_within` those that share another attribute's value, and values are
    `unlike_within` them.
    """

    name: str
    type: Type = Type.TEXT
    required: bool = False
    required_when: Condition | None = None
    alternatives: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    unique: bool = False
    caseless: bool = False
    blanks_run_together: bool = False
    same_within: str | None = None
    same_names_within: str | None = None
    unlike_within: str | None = None
    advised_min_length: int | None = None
    advised_max_length: int | None = None
    max_length: int | None = None
    max_bytes: int | None = None
    max_total_length: int | None = None
    min_values: int | None = None
    max_values: int = 1
    max_distinct: int | None = None
    values: tuple[str, ...] = ()
    doubtful: tuple[str, ...] = ()
    exact: bool = False
    accepts: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    placeholders: tuple[str, ...] = ()
    pattern: str | None = None
    form: str | None = None
    example: str | None = None
    extensions: tuple[str, ...] = ()
    refused_extensions: tuple[str, ...] = ()
    unlisted_extensions: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    decimals: int | None = None
    minimum: float | None = None
    above: float | None = None
    maximum: float | None = None
    maximum_by_unit: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    max_days_ahead: int | None = None
    local_currency: bool = False
    currency: Currency = "behind"
    default_currency: str | None = None
    quality: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    conditions: tuple[CrossField, ...] = ()
    severities: Mapping[str, Severity] = field(default_factory=lambda: MappingProxyType({}))
    words: Mapping[str, Words] = field(default_factory=lambda: MappingProxyType({}))
    doc: str | None = None
    column: str | None = None
    canonical: str | None = None
    cell: Cell = field(default_factory=Cell)
    mark: Mark = "vendor"
    marks: Mapping[str, Mark] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def names(self) -> tuple[str, ...]:
        """What it may be called, best first."""
        return self.aliases if self.name in self.aliases else (self.name, *self.aliases)

    @property
    def title(self) -> str:
        """The name of its column in a feed."""
        return self.column or self.name

    def mark_of(self, code: str) -> Mark:
        """How sure the source of the rule of this code is."""
        return self.marks.get(code, self.mark)

    @property
    def origin(self) -> str:
        """The canonical attribute that it is written from."""
        return self.canonical or self.name

    @property
    def repeatable(self) -> bool:
        """Whether one item may carry several values."""
        return self.max_values > 1


@dataclass(frozen=True, kw_only=True)
class Branches:
    """Branches of a taxonomy, as their categories are written: every id, and the paths of the topmost ones.

    A path is its names joined by ` > `; what lies below it belongs to the branch.
    """

    ids: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Change:
    """What a version of a profile brought, on which day."""

    version: str
    date: str
    changes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Profile:
    """A partner's rules as versioned data.

    `extends` is the profile that it was made from. `files` are the forms of file that the partner takes, the usual one
    first.

    With `exact_names` the partner knows a column by its title alone, letter for letter. `unchecked` are names of
    attributes that the partner knows, and of which nothing is asked here. `history` is what each version brought, the
    newest first.
    """

    id: str
    version: str
    title: str
    doc: str
    item: str
    attributes: tuple[Attribute, ...]
    exact_names: bool = False
    unchecked: tuple[str, ...] = ()
    taxonomy: str | None = None
    categories: Mapping[str, Branches] = field(default_factory=lambda: MappingProxyType({}))
    restricted_prefixes: tuple[str, ...] = ()
    coupon_prefixes: tuple[str, ...] = ()
    history: tuple[Change, ...] = ()
    extends: str | None = None
    files: tuple[FeedFile, ...] = (
        FeedFile(format="csv", endings=(".csv", ".txt"), compressions=("gz", "zst")),
    )

    def attribute(self, name: str) -> Attribute:
        """The attribute of this name."""
        return next(each for each in self.attributes if each.name == name)

    @property
    def shapes(self) -> Mapping[str, tuple[str, ...]]:
        """The order of sub-attributes of every structured attribute, and which are JSON, for the readers."""
        parted = {
            each.name: tuple(part.name for part in each.parts) for each in self.attributes if each.parts
        }
        objects = [each.name for each in self.attributes if each.cell.json and not each.parts]
        return parted | dict.fromkeys(objects, AS_JSON)
