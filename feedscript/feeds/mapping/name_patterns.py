"""Patterns of names of columns: `Price / *`."""

import re

ANY = "*"
MOST_STARS = 3
"""How many a pattern may have: each makes it tried in as many more ways as a name has signs."""
#: What is said of all values in brackets, or behind a word for "in".
_UNIT = re.compile(r"(.*\S)\s*(?:[(\[]\s*(\w+)\.?\s*[)\]]|\s(?:in|en)\s(\w+))\s*")


def fitting(pattern: str, columns: tuple[str, ...]) -> dict[str, str]:
    """The columns that a pattern fits, in any case, with what its first `*` stands for; a name without one fits none.

    Neither does one with more than three of them.

    >>> fitting("weight (*)", ("Name", "Weight (kg)"))
    {'Weight (kg)': 'kg'}
    """
    if ANY not in pattern or pattern in columns or pattern.count(ANY) > MOST_STARS:
        return {}
    parts = map(re.escape, pattern.split(ANY))
    fits = re.compile("(.*?)".join(parts), re.IGNORECASE | re.DOTALL)
    found = {column: fits.fullmatch(column.strip()) for column in columns}
    return {column: each[1] for column, each in found.items() if each}


def with_unit(column: str) -> tuple[str, str] | None:
    """The name of a column and what its brackets, or the word behind "in", say of its values; None where neither is.

    >>> with_unit("Weight (kg)"), with_unit("Poids en g"), with_unit("Weight")
    (('Weight', 'kg'), ('Poids', 'g'), None)
    """
    found = _UNIT.fullmatch(column)
    return (found[1], found[2] or found[3]) if found else None
