"""One value of the canonical product as a partner writes it, in SQL."""

from feedscript.feeds.engine.sql import literal
from feedscript.feeds.profiles.model import Attribute
from feedscript.feeds.profiles.written import Cell
from feedscript.feeds.writers.numbering import numbered

_SPACE = "' '"


def taken(attribute: Attribute, value: str) -> str:
    """What the partner wants of a value (SQL, which is asked for more than once), as the partner writes it."""
    form = attribute.cell
    value = _part(form, value)
    if form.compact:
        value = f"replace({value}, {_SPACE}, '')"
    if form.day is not None:
        value = f"strftime(TRY_CAST(left({value}, 10) AS DATE), {literal(form.day)})"
    if form.cut and attribute.max_length is not None:
        value = cut(value, attribute.max_length)
    return _worded(form, value)


def is_offer(price: str, usual: str) -> str:
    """Whether a price stands for the usual one (both SQL): it is lower, and in its currency, or there is no other."""
    amount, usual_amount = (
        f"TRY_CAST(split_part({each}, {_SPACE}, 1) AS DECIMAL(38, 6))" for each in (price, usual)
    )
    currency, usual_currency = (f"split_part({each}, {_SPACE}, 2)" for each in (price, usual))
    return f"({usual} IS NULL OR ({currency} = {usual_currency} AND {amount} < {usual_amount}))"


def cut(value: str, length: int) -> str:
    """The text ended at a word with an ellipsis within the length, where it is longer."""
    # Bytes, which are cheap to count, settle most.
    longer = f"strlen({value}) > {length} AND length({value}) > {length}"
    ended = f"regexp_replace(left({value}, {length - 1}), '[\\s,;:.-]+\\S*$', '')"
    return f"CASE WHEN {longer} THEN {ended} || '…' ELSE {value} END"


def _part(form: Cell, value: str) -> str:
    match form.take:
        case "amount" | "number":
            return f"nullif(split_part({value}, {_SPACE}, 1), '')"
        case "currency" | "unit":
            return f"nullif(split_part({value}, {_SPACE}, 2), '')"
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


def _worded(form: Cell, value: str) -> str:
    if not form.words:
        return value
    words = " ".join(f"WHEN {literal(own)} THEN {literal(word)}" for own, word in form.words.items())
    return f"CASE {value} {words} ELSE {value} END"
