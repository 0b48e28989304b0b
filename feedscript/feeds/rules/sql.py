"""Pieces of SQL: quoting, and the few shapes that many rules share."""

#: White space around a value is nobody's mistake.
_PADDED = r"[\s\x{a0}]*(?:{})[\s\x{a0}]*"


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
    """Whether the whole value, but for white space around it, is of the pattern (RE2)."""
    return f"regexp_full_match({value}, {literal(_PADDED.replace('{}', pattern, 1))})"


def trimmed(value: str) -> str:
    """The value without white space around it."""
    return f"trim({value}, ' \t\r\n\u00a0')"


def longer(value: str, limit: int) -> str:
    """Whether the value has more than `limit` characters; bytes, which are cheap to count, settle most."""
    return f"CASE WHEN strlen({value}) > {limit} THEN length({trimmed(value)}) > {limit} ELSE false END"


def choice(branches: list[tuple[str, str]], otherwise: str) -> str:
    """A CASE of tests and results, tried in order."""
    whens = " ".join(f"WHEN {test} THEN {result}" for test, result in branches)
    return f"CASE {whens} ELSE {otherwise} END" if branches else otherwise
