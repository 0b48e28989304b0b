"""What makes a value of each type well-formed, as patterns and SQL over one value."""

import re
import string
from collections.abc import Iterable
from functools import cache

from feedscript.feeds.engine import sql
from feedscript.feeds.profiles.model import Attribute, Currency, Part, Type
from feedscript.feeds.profiles.vocabulary import COUNTRIES, CURRENCIES, UNIT_FAMILIES
from feedscript.feeds.rules.addresses import ADDRESS, ENCODED_ONLY
from feedscript.feeds.rules.currencies import currency_facts
from feedscript.feeds.rules.derivation import Value

_NUMBER = r"[+-]?\d{1,15}(?:\.\d{1,9})?"
_DAY = r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])"
_CLOCK = r"(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d)?"
_ZONE = r"(?:Z|[+-](?:0\d|1[0-4]):?[0-5]\d)"
_DATETIME = rf"{_DAY}T{_CLOCK}{_ZONE}"
#: Within a structured value, a range may be written with a space or a comma as well.
_PART_RANGE = rf"{_DATETIME}(?:\s?[/,]\s?|\s){_DATETIME}"
_COLON = r"\s?:\s?"
#: So many digits before the point has a usual price at most.
_LONGEST_USUAL = 6
#: What `url_encode` leaves as it is.
_UNRESERVED = string.ascii_letters + string.digits + "_.~-"


def _any_of(words: Iterable[str]) -> str:
    return "|".join(words)


@cache
def _price(currency: Currency, most: int | None = None) -> str:
    """A price with at most so many decimals, in a withdrawn currency too: that is told apart, by the day."""
    whole, mills = (_any_of(CURRENCIES[digits]) for digits in (0, 3))
    cents = _any_of(dict.fromkeys([*CURRENCIES[2], *currency_facts().withdrawn]))
    # A zero before other digits is the trace of a thousands sign or decimal point that somebody misread.
    amount = r"-?(?:0|[1-9]\d{0,14})"
    third = 3 if most is None else min(most, 3)
    forms = [(r"(?:\.\d{1,2})?", cents), (r"(?:\.00?)?", whole), (rf"(?:\.\d{{1,{third}}})?", mills)]
    behind = rf"{amount}(?:{_any_of(f'{decimals} (?:{codes})' for decimals, codes in forms)})"
    match currency:
        case "behind":
            return behind
        case "close":
            return rf"{amount}(?:{_any_of(f'{decimals} ?(?:{codes})' for decimals, codes in forms)})"
        case "either":
            return _any_of([behind, *(f"(?:{codes}) {amount}{decimals}" for decimals, codes in forms)])
        case "none":
            return rf"{amount}(?:\.\d{{1,{third}}})?"
        case "optional":
            loose = _any_of(f"{decimals} ?(?:{codes})" for decimals, codes in forms)
            return rf"{amount}(?:{loose}|(?:\.\d{{1,{third}}})?)"


_PATTERNS = {
    Type.URL: ADDRESS,
    Type.INTEGER: r"[+-]?\d{1,15}",
    Type.NUMBER: _NUMBER,
    Type.DATETIME: _DATETIME,
    Type.DATETIME_RANGE: rf"{_DATETIME}\s?/\s?{_DATETIME}",
    Type.CATEGORY: r"\d{1,7}|[^\d\s>][^>]*(?:>\s*[^>\s][^>]*)*",
    Type.COUNTRY: _any_of(COUNTRIES),
}


def pattern(attribute: Attribute) -> str | None:
    """The pattern of one well-formed value, None where any text will do."""
    if attribute.pattern is not None:
        return attribute.pattern
    if attribute.type is Type.STRUCTURED:
        return structured_pattern(attribute.parts)
    if attribute.type is Type.MEASURE:
        return measure_pattern(attribute.units, attribute.decimals)
    if attribute.type is Type.PRICE:
        return _price(attribute.currency, attribute.decimals)
    return _pattern_of(attribute.type)


def _pattern_of(kind: Type) -> str | None:
    return _price("behind") if kind is Type.PRICE else _PATTERNS.get(kind)


def well_formed(attribute: Attribute, value: str, *, seldom: bool = False) -> str | None:
    """Whether a value is of its type's form; None where any text is. `seldom` says that few values are asked.

    Patterns cost several nanoseconds a byte, so that long values are first asked what settles most of them.
    """
    form = pattern(attribute)
    if form is None:
        return None
    exact = sql.seldom_matches(value, form) if seldom else sql.matches(value, form)
    if attribute.pattern is None and attribute.type is Type.CATEGORY:
        return sql.choice([(_is_path(value), "true")], exact)
    return exact


def plainly_formed(attribute: Attribute, value: str) -> str | None:
    """What is true only of values of the type's form, and of most, at a fraction of its pattern's cost."""
    if attribute.pattern is not None:
        return _without_signs(attribute.pattern, value)
    return _is_path(value) if attribute.type is Type.CATEGORY else None


def is_usual_price(value: str, currency: str) -> str:
    """Whether it is a price in this currency with two decimals and no needless zero, as most are.

    Of such prices the longer is the higher, and of two of one length that which is sorted behind. A pattern of fixed
    length is many times faster than any other.
    """
    digit, tail = "[0-9]", f".[0-9][0-9] {currency}"
    shapes = [digit, *(f"[1-9]{digit * more}" for more in range(1, _LONGEST_USUAL))]
    lengths = [
        f"WHEN {whole + len(f'.00 {currency}')} THEN {value} GLOB {sql.literal(shape + tail)}"
        for whole, shape in enumerate(shapes, start=1)
    ]
    return f"CASE strlen({value}) {' '.join(lengths)} ELSE false END"


def is_usual_link(value: Value, origins: tuple[str, ...]) -> str | None:
    """Whether it is a URL that begins with one of the origins, up to the slash behind the host; None without any."""
    sound = [each for each in origins if re.fullmatch(ADDRESS, each)]
    known = [(sql.begins_with(value.text, each), _needs_no_encoding(value)) for each in sound]
    return sql.choice(known, "false") if known else None


def _needs_no_encoding(value: Value) -> str:
    return f"{value.is_ascii} AND {value.holds_none(ENCODED_ONLY)}".removeprefix("true AND ")


def _is_path(value: str) -> str:
    return f"({value} >= 'A' AND NOT contains(replace({value}, ' > ', ''), '>'))"


def _without_signs(form: str, value: str) -> str | None:
    """For a form that only forbids some characters, that the value needs no encoding as a part of a URL."""
    if re.fullmatch(r"\[\^[^\[\]]+\]\+", form) and all(re.fullmatch(form, each) for each in _UNRESERVED):
        return sql.unreserved(value)
    return None


def measure_pattern(units: tuple[str, ...], decimals: int | None = None) -> str:
    """A number with at most so many decimals, an optional space, one of the units."""
    number = _NUMBER if decimals is None else rf"[+-]?\d{{1,15}}(?:\.\d{{1,{decimals}}})?"
    return rf"{number}\s?(?i:{_any_of(units)})"


def structured_pattern(parts: tuple[Part, ...], capture: Part | None = None) -> str:
    """Parts between colons; those behind the last required one may be left out with their colons.

    With `capture`, that part is the pattern's one group.
    """
    pattern = ""
    for index in reversed(range(len(parts))):
        part = parts[index]
        here = _part_pattern(part, last=index == len(parts) - 1)
        here = f"({here})" if part is capture else f"(?:{here})"
        here = here if part.required else f"{here}?"
        if pattern:
            rest_required = any(later.required for later in parts[index + 1 :])
            here += pattern if rest_required else f"(?:{pattern})?"
        pattern = f"{_COLON}{here}" if index else here
    return pattern


def _part_pattern(part: Part, *, last: bool) -> str:
    if part.pattern is not None:
        return part.pattern
    if part.values:
        return f"(?i:{_any_of(part.values)})"
    if part.units:
        return measure_pattern(part.units)
    if part.type is Type.DATETIME_RANGE:
        return _PART_RANGE
    if form := _pattern_of(part.type):
        return form
    # A text at the end may hold colons, which people seldom escape.
    return ".+" if last else r"(?:[^:\\]|\\.)+"


def part_text(value: str, parts: tuple[Part, ...], part: Part) -> str:
    """One part of a well-formed structured value; empty where it is left out."""
    pattern = f"(?s)^(?:{structured_pattern(parts, capture=part)})\\s*$"
    return f"regexp_extract({value}, {sql.literal(pattern)}, 1)"


def normal(value: str) -> str:
    """The value of an enumeration in one spelling: lower case, underscores for spaces and hyphens."""
    return f"translate(lower({sql.trimmed(value)}), ' -', '__')"


def is_one_of(attribute: Attribute, value: str, words: tuple[str, ...] | None = None) -> str:
    """Whether the value is one of the enumeration's values, or of the `words` among them, in any spelling.

    The documented spellings settle nearly every value without a string being made.
    """
    chosen = attribute.values if words is None else words
    meant = [word for word, stands_for in attribute.accepts.items() if stands_for in chosen]
    loose = sql.literals(tuple(sorted({spelling(word) for word in (*chosen, *meant)})))
    branches = [(f"{value} IN ({sql.literals(chosen)})", "true")]
    others = tuple(word for word in attribute.values if word not in chosen)
    if others:
        branches.append((f"{value} IN ({sql.literals(others)})", "false"))
    return f"({sql.choice(branches, f'{normal(value)} IN ({loose})')})"


def spelling(word: str) -> str:
    """What `normal` makes of a word.

    >>> spelling("In stock")
    'in_stock'
    """
    return word.strip().lower().replace(" ", "_").replace("-", "_")


def begins_with_number(attribute: Attribute) -> bool:
    """Whether nothing may stand before the number of a price or a measure."""
    return attribute.type is not Type.PRICE or attribute.currency != "either"


def amount(attribute: Attribute, value: str) -> str:
    """The number that a price, a measure or a plain number begins with."""
    if attribute.type is Type.PRICE and attribute.currency == "behind":
        return f"TRY_CAST(split_part({value}, ' ', 1) AS DOUBLE)"
    return number(value)


def number(value: str) -> str:
    """The first number in a text; NULL where there is none."""
    return f"TRY_CAST(regexp_extract({value}, '[+-]?[0-9]+([.][0-9]+)?') AS DOUBLE)"


def currency(attribute: Attribute, value: str) -> str:
    """The currency of a well-formed price, or of the first price in a structured value; NULL where none is told."""
    if attribute.type is Type.PRICE:
        if attribute.currency == "behind":
            return f"left(split_part({value}, ' ', 2), 3)"
        told = f"nullif(regexp_extract({value}, '[A-Z]{{3}}'), '')"
        usual = attribute.default_currency
        return told if usual is None else f"coalesce({told}, {sql.literal(usual)})"
    return f"regexp_extract({value}, '[0-9] ([A-Z]{{3}})', 1)"


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
    return f"epoch(TRY_CAST({value} AS TIMESTAMPTZ))"


def begin(value: str) -> str:
    """Where a range of times begins."""
    return moment(f"trim(split_part({value}, '/', 1))")


def end(value: str) -> str:
    """Where a range of times ends."""
    return moment(f"trim(split_part({value}, '/', 2))")


def host(value: str) -> str:
    """The host of a well-formed URL."""
    return f"lower(regexp_extract({value}, '://([^/?#:]+)', 1))"
