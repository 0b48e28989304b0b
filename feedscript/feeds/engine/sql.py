"""Pieces of SQL: quoting, and the few shapes that many rules share."""

import re
from collections.abc import Mapping

#: Parts the texts of a table, which hold none.
_UNIT = "\x1f"
WHITE_SPACE = "' \t\n\r\u00a0'"


def literal(text: str) -> str:
    """`text` as an SQL string.

    >>> print(literal("it's"))
    'it''s'
    """
    return "'" + text.replace("'", "''") + "'"


def literals(texts: tuple[str, ...]) -> str:
    """`texts` as the inside of an SQL list.

    >>> print(literals(("a", "b")))
    'a', 'b'
    """
    return ", ".join(map(literal, texts))


def identifier(name: str) -> str:
    """`name` as an SQL identifier.

    >>> print(identifier("image link"))
    "image link"
    """
    return '"' + name.replace('"', '""') + '"'


def matches(value: str, pattern: str) -> str:
    """Whether the whole value, but for white space after it, is of the pattern (RE2)."""
    padded = rf"(?:{pattern})\s*"
    return f"regexp_full_match({value}, {literal(padded)})"


def holds_none(value: str, signs: tuple[str, ...]) -> str:
    """Whether the value contains none of the texts."""
    return " AND ".join(f"NOT contains({value}, {literal(sign)})" for sign in signs)


def holds_any(value: str, signs: tuple[str, ...]) -> str:
    """Whether the value contains one of the texts: many times faster than any pattern."""
    return " OR ".join(f"contains({value}, {literal(sign)})" for sign in signs)


def is_ascii(value: str) -> str:
    """Whether the value is of ASCII characters alone."""
    return f"strlen({value}) = length({value})"


def is_written_plainly(value: str) -> str:
    """Whether the value holds no control character, and none of the signs that JSON escapes either."""
    return f"strlen(json_quote({value})) = strlen({value}) + 2"


def contains(value: str, pattern: str) -> str:
    """Whether the pattern (RE2) is found anywhere in the value.

    Asked of the whole value, as to search for a pattern makes the engine compile it once more to plan the query.
    """
    return f"regexp_full_match({value}, {literal(f'(?s:.*)(?:{pattern})(?s:.*)')})"


def seldom_contains(value: str, pattern: str) -> str:
    """As `contains`, for what few values are asked: twenty nanoseconds more for each, and nothing to plan the query.

    A list of what is found is the only form whose pattern the engine leaves alone until it begins to read.
    """
    return f"len(regexp_extract_all({value}, {literal(pattern)})) > 0"


def seldom_matches(value: str, pattern: str) -> str:
    """As `matches`, for what few values are asked (see `seldom_contains`)."""
    return seldom_contains(value, rf"^(?:{pattern})\s*$")


def is_one_of(value: str, words: tuple[str, ...]) -> str:
    """Whether the value is one of many words: as a pattern, for the engine plans each text of a list by itself."""
    return f"regexp_full_match({value}, {literal('|'.join(map(re.escape, words)))})"


def begins_with(value: str, text: str) -> str:
    """Whether the value begins with the text, which ends in ASCII: two comparisons, cheaper than `starts_with`.

    >>> print(begins_with("a1", "Lorem"))
    (a1 >= 'Lorem' AND a1 < 'Loren')
    """
    return f"({value} >= {literal(text)} AND {value} < {literal(_behind(text))})"


def begins_otherwise(value: str, text: str) -> str:
    """Whether the value does not begin with the text, which ends in ASCII."""
    return f"({value} < {literal(text)} OR {value} >= {literal(_behind(text))})"


def _behind(text: str) -> str:
    """The first text that is sorted behind all that begin with this one."""
    return text[:-1] + chr(ord(text[-1]) + 1)


def trimmed(value: str) -> str:
    """The value without white space around it, NULL if nothing is left."""
    return f"nullif(trim({value}, {WHITE_SPACE}), '')"


def begun(value: str) -> str:
    """The value without white space before it, NULL if nothing is left.

    A first character beyond the space settles nearly all. White space after a value is left where it stands: to
    look for it would cost as much as half of the scan, and the tests take it in their stride.
    """
    return f"CASE WHEN {value} >= '!' THEN {value} ELSE {trimmed(value)} END"


def unreserved(value: str) -> str:
    """Whether the value is of letters, digits and the few signs that need no encoding in a URL (RFC 3986, 2.3)."""
    return f"url_encode({value}) = {value}"


def longer(value: str, limit: int) -> str:
    """Whether the value has more than `limit` characters; bytes, which are cheap to count, settle most."""
    return f"strlen({value}) > {limit} AND length(trim({value}, {WHITE_SPACE})) > {limit}"


def no_longer(value: str, limit: int) -> str:
    """Whether the value has so few bytes that it cannot have more than `limit` characters."""
    return f"strlen({value}) <= {limit}"


def choice(branches: list[tuple[str, str]], otherwise: str) -> str:
    """A CASE of tests and results, tried in order."""
    whens = " ".join(f"WHEN {test} THEN {result}" for test, result in branches)
    return f"CASE {whens} ELSE {otherwise} END" if branches else otherwise


def looked_up(value: str, table: Mapping[str, str]) -> str:
    """What a table of texts has for the value, NULL where it has nothing.

    The engine plans each text of a list or a CASE by itself: two long texts that it parts once cost a fraction.
    """
    keys, found = (
        f"string_split({literal(_UNIT.join(each))}, {literal(_UNIT)})" for each in (table, table.values())
    )
    return f"map({keys}, {found})[{value}]"


def combined(masks: list[str]) -> str:
    """The bits of all the masks, in pairs of pairs: two that are one constant for a block of items cost nothing.

    >>> print(combined(["a", "b", "c", "d"]))
    ((a | b) | (c | d))
    """
    if len(masks) == 1:
        return masks[0]
    middle = len(masks) // 2
    return f"({combined(masks[:middle])} | {combined(masks[middle:])})"
