"""Expressions that read a number in the ways in which people write it: the one grammar of prices and measures.

A number that can be read in two ways is read in neither, unless the merchant's file says what stands before the
decimals: "1,299" and "1.299" are thousands to one shop, and three decimals of a database to another.
"""

from typing import Literal

from feedscript.feeds.engine.sql import choice, literal

Decimal = Literal["comma", "point"]

#: Marks of direction and of joining, which nobody sees.
_UNSEEN = "\u00ad\u061c\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
#: The zeros of scripts that CLDR writes amounts in.
_ZEROS = "\u0660\u06f0\u0966\u09e6\u0e50\u0f20\u1040"
#: What means the same as a plain sign: wide forms, blanks, dashes, apostrophes, the Arabic separators, footnotes.
_ALIKE = (
    *((chr(ord("!") + place), chr(0xFF01 + place)) for place in range(94)),
    *(("0123456789"[digit], chr(ord(zero) + digit)) for zero in _ZEROS for digit in range(10)),
    *((" ", each) for each in "\t\u00a0\u2007\u2009\u202f\u3000"),
    *(("-", each) for each in "\u2010\u2011\u2012\u2013\u2014\u2212"),
    *(("'", each) for each in "\u2019\u02bc\u066c"),
    *(("*", each) for each in "\u00b9\u00b2\u00b3\u2020\u2021"),
    (",", "\u066b"),
    ("¥", "\uffe5"),
    ("£", "\uffe1"),
    ("₩", "\uffe6"),
)
_FOLDED = "".join(other for _, other in _ALIKE)
_INTO = "".join(plain for plain, _ in _ALIKE)

#: Digits with whatever may lie between them.
RUN = "[0-9](?:[0-9.,' ]*[0-9])?"
#: A number without any group, of which a leading zero is the only digit before the decimals.
WHOLE = "(?:0|[1-9][0-9]*)"
_AMBIGUOUS = "[1-9][0-9]{0,2}[.,][0-9]{3}"


def folded(value: str) -> str:
    """The value with the digits, blanks and signs that mean what ASCII's mean written as those, and nothing unseen."""
    spaced = f"replace(replace({value}, '\u00a0', ' '), '\u202f', ' ')"
    exotic = f"trim(translate({value}, {literal(_FOLDED + _UNSEEN)}, {literal(_INTO)}))"
    # The engine reads the tables of a translation for each value: a class of characters says who needs it.
    others = f"regexp_matches({spaced}, {literal(f'[{_FOLDED}{_UNSEEN}]')})"
    return (
        f"CASE WHEN strlen({value}) = length({value}) AND NOT contains({value}, '\t') THEN {value}"
        f" WHEN {others} THEN {exotic} ELSE {spaced} END"
    )


def reading(run: str, decimal: Decimal | None) -> str:
    """The number that a folded run of digits tells, with a point before its decimals; NULL where it is not sure.

    Groups are of three digits, or as in India of two before the last three; a group behind a leading zero, or behind
    more than three digits, is no group and so is the decimals.
    """
    to_point, no_comma, no_point = (f"replace({run}, {each})" for each in ("',', '.'", "',', ''", "'.', ''"))
    no_gap = f"replace(translate({run}, ' ''', ''), ',', '.')"
    european = f"replace({no_point}, ',', '.')"
    settled = {
        None: "NULL",
        "comma": f"CASE WHEN contains({run}, ',') THEN {to_point} ELSE {no_point} END",
        "point": f"CASE WHEN contains({run}, '.') THEN {run} ELSE {no_comma} END",
    }[decimal]
    first, comma, point = "[1-9][0-9]{0,2}", "(?:,[0-9]{3})", r"(?:\.[0-9]{3})"
    readings = (
        (rf"{WHOLE}(?:\.(?:[0-9]{{1,2}}|[0-9]{{4,}}))?", run),
        (rf"{WHOLE},[0-9]{{1,2}}", to_point),
        (_AMBIGUOUS, settled),
        (rf"{WHOLE}\.[0-9]{{3}}", run),
        (rf"{WHOLE},[0-9]{{3}}", to_point),
        (rf"{first}(?:{comma}+\.[0-9]+|{comma}{{2,}})", no_comma),
        (rf"{first}(?:{point}+,[0-9]+|{point}{{2,}})", european),
        (r"[1-9][0-9]?(?:,[0-9]{2})+,[0-9]{3}(?:\.[0-9]+)?", no_comma),
        (rf"{first}(?:(?: [0-9]{{3}})+|(?:'[0-9]{{3}})+)(?:[.,][0-9]+)?", no_gap),
    )
    return choice([(f"regexp_full_match({run}, {literal(shape)})", text) for shape, text in readings], "NULL")
