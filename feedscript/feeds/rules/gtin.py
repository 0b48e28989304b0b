"""Global Trade Item Numbers in SQL: GS1's check digit and prefixes, ISBN-10 included."""

from feedscript.feeds.rules import sql

_LENGTHS = r"\d{8}|\d{12}|\d{13}|\d{14}|\d{9}[\dxX]"


def digits(value: str) -> str:
    """The value without the spaces and dashes that people write into it."""
    return rf"regexp_replace({value}, '[\s-]', '', 'g')"


def well_formed(value: str) -> str:
    """Whether it is of a length that a GTIN or an ISBN-10 has, in digits."""
    plain = r"\d{12,14}|\d{8}"
    return (
        f"CASE WHEN regexp_full_match({value}, {sql.literal(plain)}) THEN true"
        f" ELSE regexp_full_match({digits(value)}, {sql.literal(_LENGTHS)}) END"
    )


def check_digit_holds(value: str) -> str:
    """Whether the last digit is what the others demand, and they are not all zero."""
    plain = digits(value)
    number = f"CAST({plain} AS BIGINT)"
    weighted = " + ".join(f"({number} // {10**place}) % 10 * {3 if place % 2 else 1}" for place in range(14))
    isbn = " + ".join(f"(ascii({plain}[{place}]) - 48) * {11 - place}" for place in range(1, 10))
    last = f"CASE WHEN upper({plain}[10]) = 'X' THEN 10 ELSE ascii({plain}[10]) - 48 END"
    return (
        f"CASE WHEN strlen({plain}) = 10 THEN ({isbn} + {last}) % 11 = 0"
        f" ELSE {number} > 0 AND ({weighted}) % 10 = 0 END"
    )


def has_prefix(value: str, ranges: tuple[str, ...]) -> str:
    """Whether the GS1 prefix (digits 2 to 4 of the 14) lies in one of the ranges, such as "020-029"."""
    prefix = f"substr(lpad({digits(value)}, 14, '0'), 2, 3)"
    tests = []
    for each in ranges:
        first, _, last = each.partition("-")
        tests.append(f"{prefix} BETWEEN {sql.literal(first)} AND {sql.literal(last or first)}")
    return f"({' OR '.join(tests)})" if tests else "false"


def is_restricted_gtin8(value: str) -> str:
    """Whether it is a GTIN-8 that begins with 0 or 2, for use inside one company."""
    plain = digits(value)
    return f"strlen({plain}) = 8 AND {plain}[1] IN ('0', '2')"


def is_restricted(value: str, ranges: tuple[str, ...]) -> str:
    """Whether it is for use inside one company: by its prefix, or as a GTIN-8 that begins with 0 or 2."""
    return f"({has_prefix(value, ranges)}) OR ({is_restricted_gtin8(value)})"
