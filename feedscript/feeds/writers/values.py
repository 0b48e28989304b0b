"""One value of the canonical product as a partner writes it, in SQL."""

from feedscript.feeds.engine.sql import literal, literals
from feedscript.feeds.profiles.model import Attribute
from feedscript.feeds.profiles.vocabulary import CURRENCIES
from feedscript.feeds.profiles.written import Cell
from feedscript.feeds.writers.numbering import numbered

_SPACE = "' '"
#: Amounts of three decimals are prices in currencies that have as many; in others the point may part thousands.
_THREE = "|".join(CURRENCIES[3])
_PRICE = rf"[0-9]+(?:(?:\.[0-9]{{1,2}})? [A-Z]{{3}}|\.[0-9]{{3}} (?:{_THREE}))"

#: A number and its unit.
_MEASURE = r"^\s*([+-]?[0-9]+(?:\.[0-9]+)?)\s*([A-Za-z]+)\s*$"


def taken(attribute: Attribute, value: str, currency: str | None = None) -> str:
    """What the partner wants of a value (SQL, which is asked for more than once), as the partner writes it.

    A price in another currency than `currency`, if it is given, stays as it is.
    """
    form = attribute.cell
    value = _part(form, value, currency)
    if form.levels is not None:
        even = f"regexp_replace({value}, '\\s*>\\s*', {literal(form.levels)}, 'g')"
        value = f"CASE WHEN contains({value}, '>') THEN {even} ELSE {value} END"
    if form.spaced:
        value = f"regexp_replace({value}, '^([+-]?[0-9.]+)([A-Za-z])', '\\1 \\2')"
    if form.rounded and attribute.decimals is not None:
        value = _rounded(value, attribute.decimals)
    if form.compact:
        value = f"replace({value}, {_SPACE}, '')"
    if form.day is not None:
        value = f"strftime(TRY_CAST(left({value}, 10) AS DATE), {literal(form.day)})"
    if form.cut and attribute.max_length is not None:
        value = cut(value, attribute.max_length)
    return _worded(form, value)


def is_dropped(form: Cell, value: str) -> str:
    """Whether a value (SQL) is one that the partner does not have, in any case of letters."""
    return f"lower({value}) IN ({literals(tuple(word.lower() for word in form.dropped))})"


def unit_of(value: str) -> str:
    """The unit of a measure (SQL), NULL where it is none."""
    return f"nullif(lower(regexp_extract({value}, {literal(_MEASURE)}, 2)), '')"


def is_price(value: str) -> str:
    """Whether a value (SQL) is an amount and a currency, and none that can be read in two ways (1.299 EUR)."""
    return f"regexp_full_match({value}, {literal(_PRICE)})"


def is_offer(price: str, usual: str) -> str:
    """Whether a price stands for the usual one (both SQL): it is lower, and in its currency, or there is no other."""
    amount, usual_amount = (
        f"TRY_CAST(split_part({each}, {_SPACE}, 1) AS DECIMAL(38, 6))" for each in (price, usual)
    )
    currency, usual_currency = (f"split_part({each}, {_SPACE}, 2)" for each in (price, usual))
    lower = f"{currency} = {usual_currency} AND {amount} < {usual_amount}"
    return f"({is_price(price)} AND ({usual} IS NULL OR ({lower})))"


def cut(value: str, length: int) -> str:
    """The text ended at a word with an ellipsis within the length, where it is longer."""
    # Bytes, which are cheap to count, settle most.
    longer = f"strlen({value}) > {length} AND length({value}) > {length}"
    ended = f"regexp_replace(left({value}, {length - 1}), '[\\s,;:.-]+\\S*$', '')"
    return f"CASE WHEN {longer} THEN {ended} || '…' ELSE {value} END"


def _part(form: Cell, value: str, currency: str | None) -> str:
    match form.take:
        case "amount" | "currency":
            return _part_of_price(form, value, currency)
        case "number":
            # What is no measure stays as it is, so that it is found to be none.
            return f"coalesce(nullif(regexp_extract({value}, {literal(_MEASURE)}, 1), ''), {value})"
        case "unit":
            return unit_of(value)
        case "begin":
            return f"nullif(split_part({value}, '/', 1), '')"
        case "end":
            return f"nullif(split_part({value}, '/', 2), '')"
        case "top":
            return f"nullif(trim(split_part({value}, '>', 1)), '')"
        case "below":
            levels = f"list_transform(string_split({value}, '>')[2:], lambda w: trim(w))"
            return f"nullif(array_to_string({levels}, {literal(form.separator)}), '')"
        case "serial":
            return numbered(value)
        case "given":
            return f"CASE WHEN {value} IS NOT NULL THEN 'true' END"
        case _:
            return value


def _rounded(value: str, decimals: int) -> str:
    """The measure with its number rounded to so many decimals, where it has more."""
    longer = literal(rf"^\s*([+-]?\d{{1,15}}\.\d{{{decimals + 1},20}})(\s*[A-Za-z]+)\s*$")
    number = f"TRY_CAST(regexp_extract({value}, {longer}, 1) AS DECIMAL(38, 20))"
    shorter = f"CAST(round({number}, {decimals}) AS DECIMAL(38, {decimals}))::VARCHAR"
    return (
        f"CASE WHEN regexp_matches({value}, {longer}) THEN {shorter} || regexp_extract({value}, {longer}, 2)"
        f" ELSE {value} END"
    )


def _part_of_price(form: Cell, value: str, currency: str | None) -> str:
    if form.take == "currency":
        return f"CASE WHEN {is_price(value)} THEN split_part({value}, {_SPACE}, 2) END"
    is_own = is_price(value)
    if currency is not None:
        is_own += f" AND ends_with({value}, {literal(f' {currency}')})"
    # What is no price of the feed's stays as it is, so that it is found to be none.
    return f"CASE WHEN {is_own} THEN split_part({value}, {_SPACE}, 1) ELSE {value} END"


def _worded(form: Cell, value: str) -> str:
    written = {**form.words, **form.nearest}
    if form.dropped:
        value = f"CASE WHEN {is_dropped(form, value)} THEN NULL ELSE {value} END"
    if not written:
        return value
    words = " ".join(f"WHEN {literal(own)} THEN {literal(word)}" for own, word in written.items())
    return f"CASE {value} {words} ELSE {value} END"
