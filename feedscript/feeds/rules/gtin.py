"""Global Trade Item Numbers in SQL: GS1's check digit and prefixes, UPC-E and ISBN-10 included."""

from itertools import accumulate

from feedscript.feeds.engine import sql
from feedscript.feeds.rules.derivation import Value

_SIXES = 0x66666666666666
_ABOVE_NIBBLES = 0x111111111111110
_ISBN = r"\d{9}[\dxX]"
_SCIENTIFIC = r"\d(?:[.,]\d+)?[eE]\+?\d{1,2}"


def digits(value: Value) -> str:
    """The value without the spaces and dashes that people write into it."""
    dashed = f"contains({value.text}, '-') OR contains({value.text}, ' ')"
    plain = f"replace(replace({value.text}, ' ', ''), '-', '')"
    return value.let(f"CASE WHEN {dashed} THEN {plain} ELSE {value.text} END")


def well_formed(value: Value) -> str:
    """Whether it is of a length that a GTIN or an ISBN-10 has, in digits."""
    plain, nibbles = digits(value), _nibbles(value)
    # A nibble above nine has its highest bit set, and one of the next two.
    lower = f"(({nibbles} & {0x44444444444444}) << 1) | (({nibbles} & {0x22222222222222}) << 2)"
    decimal = f"coalesce(({nibbles} & {0x88888888888888} & ({lower})) = 0, false)"
    usual = f"strlen({plain}) IN (8, 12, 13, 14)"
    return value.let(sql.choice([(usual, decimal)], sql.matches(plain, _ISBN)))


def is_scientific(value: Value) -> str:
    """Whether it is a number as a spreadsheet shows those too long for a cell, such as 7.8E+11."""
    return sql.matches(value.text, _SCIENTIFIC)


def check_digit_holds(value: Value) -> str:
    """Whether the last digit is what the others demand, and they are not all zero."""
    plain = digits(value)
    eight = f"strlen({plain}) = 8"
    # A UPC-E begins with a zero or a one, as GS1 US gives out no others: any other eight digits are a GTIN-8.
    is_upc_e = f"{eight} AND {plain}[1] IN ('0', '1')"
    upc_a = value.let(sql.choice([(is_upc_e, _hexadecimal(_upc_a(plain)))], "NULL"))
    branches = [
        (f"{plain} IS NULL", "NULL"),
        (f"strlen({plain}) = 10", _isbn_holds(plain)),
        (_sums_up(_nibbles(value)), "true"),
        (is_upc_e, _sums_up(upc_a)),
    ]
    return sql.choice(branches, "false")


def is_fine(value: Value, refused: tuple[str, ...]) -> str:
    """Whether it is twelve to fourteen digits that add up, with none of the `refused` prefixes; in a few steps.

    What is no digit at all makes no number, but an underscore, which is no GTIN's: it is left out as a number's.
    """
    nibbles = value.let(_hexadecimal(value.text))
    # Six more carries out of every nibble above nine, and out of no other.
    carries = f"xor(xor({nibbles} + {_SIXES}, {nibbles}), {_SIXES}) & {_ABOVE_NIBBLES} = 0"
    tests = [f"strlen({value.text}) BETWEEN 12 AND 14", carries, _sums_up(nibbles)]
    tests += _none_of(f"({nibbles} >> 40) & 4095", _ranges(refused))
    return " AND ".join(tests)


def _none_of(prefix: str, refused: list[tuple[int, int]]) -> list[str]:
    """That a prefix lies in none of the ranges; whether in the widest gap between two is asked first."""
    outside = [f"{prefix} NOT BETWEEN {low} AND {high}" for low, high in refused]
    ordered = sorted(refused)
    tops = accumulate((high for _, high in ordered), max)
    gaps = [(top + 1, low - 1) for top, (low, _) in zip(tops, ordered[1:], strict=False)]
    if not gaps:
        return outside
    low, high = max(gaps, key=lambda gap: gap[1] - gap[0])
    return [sql.choice([(f"{prefix} BETWEEN {low} AND {high}", "true")], " AND ".join(outside))]


def _nibbles(value: Value) -> str:
    """The digits as one integer with four bits for each, the last digit lowest."""
    return value.let(_hexadecimal(digits(value)))


def _hexadecimal(plain: str) -> str:
    # Unlike the operator, the function makes its text at once.
    return f"TRY_CAST(concat('0x', {plain}) AS BIGINT)"


def _sums_up(nibbles: str) -> str:
    """Whether up to 14 digits, weighted 1 and 3 in turn from the right, make a multiple of ten, but not zero.

    All digits are weighted at once, side by side in the bytes of one integer, whose remainder by 255 is the sum of
    its bytes, which is at most 252.
    """
    octets = f"(({nibbles} & {0x0F0F0F0F0F0F0F}) + (({nibbles} >> 4) & {0x0F0F0F0F0F0F0F}) * 3)"
    return f"({nibbles} > 0 AND {octets} % 255 % 10 = 0)"


def _isbn_holds(plain: str) -> str:
    weighted = f"list_sum(list_transform(range(1, 10), lambda i: (ascii({plain}[i]) - 48) * (11 - i)))"
    last = f"CASE WHEN upper({plain}[10]) = 'X' THEN 10 ELSE ascii({plain}[10]) - 48 END"
    return f"({weighted} + {last}) % 11 = 0"


def _upc_a(plain: str) -> str:
    """The twelve digits that a UPC-E of eight stands for."""
    branches = [
        (f"{plain}[7] <= '2'", f"{plain}[2:3] || {plain}[7] || '0000' || {plain}[4:6]"),
        (f"{plain}[7] = '3'", f"{plain}[2:4] || '00000' || {plain}[5:6]"),
        (f"{plain}[7] = '4'", f"{plain}[2:5] || '00000' || {plain}[6]"),
    ]
    other = f"{plain}[2:6] || '0000' || {plain}[7]"
    return f"({plain}[1] || ({sql.choice(branches, other)}) || {plain}[8])"


def has_prefix(value: Value, ranges: tuple[str, ...]) -> str:
    """Whether the GS1 prefix (digits 2 to 4 of the 14) lies in one of the ranges, such as "020-029"."""
    prefix = f"({_nibbles(value)} >> 40) & 4095"
    tests = [f"{prefix} BETWEEN {low} AND {high}" for low, high in _ranges(ranges)]
    return f"({' OR '.join(tests)})" if tests else "false"


def _ranges(ranges: tuple[str, ...]) -> list[tuple[int, int]]:
    """The bounds of ranges of prefixes, a nibble for each digit."""
    bounds = (each.partition("-") for each in ranges)
    return [(int(first, 16), int(last or first, 16)) for first, _, last in bounds]


def is_restricted(value: Value, ranges: tuple[str, ...]) -> str:
    """Whether it is for use inside one company: by its prefix, or as a GTIN-8 that begins with 0 or 2."""
    plain = digits(value)
    own = f"{plain}[1] IN ('0', '2') AND {_sums_up(_nibbles(value))}"
    eight = sql.choice([(f"strlen({plain}) = 8", own)], "false")
    return f"({has_prefix(value, ranges)}) OR ({eight})"
