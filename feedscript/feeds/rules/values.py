"""What makes a value of each type well-formed, as patterns and SQL over one value."""

from collections.abc import Iterable

from feedscript.feeds.profiles.model import Attribute, Part, Type
from feedscript.feeds.profiles.vocabulary import COUNTRIES, CURRENCIES, UNIT_FAMILIES
from feedscript.feeds.rules import sql

_NUMBER = r"[+-]?\d{1,15}(?:\.\d{1,9})?"
_DAY = r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])"
_CLOCK = r"(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d)?"
_ZONE = r"(?:Z|[+-](?:0\d|1[0-4]):?[0-5]\d)"
_DATETIME = rf"{_DAY}T{_CLOCK}{_ZONE}"
_URL = r"(?i:https?)://[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?\.[a-zA-Z0-9-]{2,}(?::\d{1,5})?(?:[/?#][!-;=?-~]*)?"
_FREE = r"(?:[^:\\]|\\.)"


def _any_of(words: Iterable[str]) -> str:
    return "|".join(words)


def _price() -> str:
    whole, cents, mills = (_any_of(CURRENCIES[digits]) for digits in (0, 2, 3))
    amount = r"-?\d{1,15}"
    return rf"{amount}(?:(?:\.\d{{1,2}})? (?:{cents})|(?:\.00?)? (?:{whole})|(?:\.\d{{1,3}})? (?:{mills}))"


PRICE = _price()

_PATTERNS = {
    Type.URL: _URL,
    Type.PRICE: PRICE,
    Type.INTEGER: r"[+-]?\d{1,15}",
    Type.NUMBER: _NUMBER,
    Type.DATETIME: _DATETIME,
    Type.DATETIME_RANGE: rf"{_DATETIME}\s?/\s?{_DATETIME}",
    Type.GTIN: r"(?:\d[ -]?){7,13}[\dxX]",
    Type.CATEGORY: r"\d{1,7}|[^\d\s>][^>]*(?:\s>\s[^>\s][^>]*)*",
    Type.COUNTRY: _any_of(COUNTRIES),
}


def pattern(attribute: Attribute) -> str | None:
    """The pattern of one well-formed value, None where any text will do."""
    if attribute.pattern is not None:
        return attribute.pattern
    if attribute.type is Type.STRUCTURED:
        return structured_pattern(attribute.parts)
    if attribute.type is Type.MEASURE:
        return measure_pattern(attribute.units)
    return _PATTERNS.get(attribute.type)


def measure_pattern(units: tuple[str, ...]) -> str:
    """A number, an optional space, one of the units."""
    return rf"{_NUMBER}\s?(?i:{_any_of(units)})"


def structured_pattern(parts: tuple[Part, ...]) -> str:
    """Parts between colons; those behind the last required one may be left out with their colons."""
    pattern = ""
    for part in reversed(parts):
        here = _part_pattern(part)
        here = here if part.required else rf"(?:{here})?"
        separator = "" if part is parts[0] else r"\s?:\s?"
        rest = pattern if any(later.required for later in _after(parts, part)) else rf"(?:{pattern})?"
        pattern = f"{separator}{here}{rest if pattern else ''}"
    return pattern


def _after(parts: tuple[Part, ...], part: Part) -> tuple[Part, ...]:
    return parts[parts.index(part) + 1 :]


def _part_pattern(part: Part) -> str:
    if part.pattern is not None:
        return f"(?:{part.pattern})"
    if part.values:
        return f"(?i:{_any_of(part.values)})"
    if part.units:
        return f"(?:{measure_pattern(part.units)})"
    if part.type in _PATTERNS:
        return f"(?:{_PATTERNS[part.type]})"
    # RE2 allows at most 1000 repetitions of one piece.
    if part.max_length is not None and part.max_length <= 1000:  # noqa: PLR2004 - said above
        return rf"{_FREE}{{1,{part.max_length}}}"
    return rf"{_FREE}+"


def normal(value: str) -> str:
    """The value of an enumeration in one spelling: lower case, underscores for spaces and hyphens."""
    return f"translate(lower({sql.trimmed(value)}), ' -', '__')"


def spelling(word: str) -> str:
    """What `normal` makes of a word.

    >>> spelling("In stock")
    'in_stock'
    """
    return word.strip().lower().replace(" ", "_").replace("-", "_")


def amount(value: str) -> str:
    """The number that a price, a measure or a plain number begins with."""
    return f"TRY_CAST(regexp_extract({value}, '[+-]?[0-9]+([.][0-9]+)?') AS DOUBLE)"


def currency(value: str) -> str:
    """The currency of a well-formed price."""
    return f"right({sql.trimmed(value)}, 3)"


def unit(value: str) -> str:
    """The unit of a well-formed measure."""
    return f"lower(regexp_extract({value}, '[a-zA-Z]+'))"


def unit_family(value: str) -> str:
    """What a well-formed measure measures."""
    branches = [
        (f"{unit(value)} IN ({sql.literals(tuple(units))})", sql.literal(family))
        for family, units in UNIT_FAMILIES.items()
    ]
    return sql.choice(branches, "NULL")


def moment(value: str) -> str:
    """A well-formed time as seconds since 1970; NULL for a day that no calendar has."""
    return f"epoch(TRY_CAST({sql.trimmed(value)} AS TIMESTAMPTZ))"


def begin(value: str) -> str:
    """Where a range of times begins."""
    return moment(f"split_part({value}, '/', 1)")


def end(value: str) -> str:
    """Where a range of times ends."""
    return moment(f"split_part({value}, '/', 2)")


def host(value: str) -> str:
    """The host of a well-formed URL."""
    return f"lower(regexp_extract({value}, '://([^/?#:]+)', 1))"
