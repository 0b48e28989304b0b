"""Patterns of names of columns: `Price / *`."""

import re

ANY = "*"


def fitting(pattern: str, columns: tuple[str, ...]) -> dict[str, str]:
    """The columns that a pattern fits, in any case, with what its first `*` stands for; a name without one fits none.

    >>> fitting("weight (*)", ("Name", "Weight (kg)"))
    {'Weight (kg)': 'kg'}
    """
    if ANY not in pattern or pattern in columns:
        return {}
    parts = map(re.escape, pattern.split(ANY))
    fits = re.compile("(.*?)".join(parts), re.IGNORECASE | re.DOTALL)
    found = {column: fits.fullmatch(column.strip()) for column in columns}
    return {column: each[1] for column, each in found.items() if each}
