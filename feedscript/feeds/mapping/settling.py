"""What the characters of a whole file settle of the tests of its values, before any value is read."""

import re

from feedscript.feeds.engine import sql
from feedscript.feeds.readers.survey import Alphabet

_CELL = "CELL"
_CONTAINS = re.compile(r"\bcontains\([ac]\d+, '([^']+)'\)")


def settled(query: str, alphabet: Alphabet) -> str:
    """The query over the cells of a file with this alphabet, without the search for signs that are nowhere in it.

    A cell (of the source: c0, c1 ...; as it is checked: a0, a1 ...) is a part of the file's text, so that it has no
    sign of which the file has none. What is made of such a test is a constant, and costs nothing once the engine has
    planned the query.
    """
    query = _CONTAINS.sub(lambda found: found[0] if alphabet.absent.isdisjoint(found[1]) else "false", query)
    if alphabet.is_ascii:
        query = _of_any_cell(sql.is_ascii(_CELL)).sub("true", query)
    return query


def _of_any_cell(test: str) -> re.Pattern[str]:
    """The pattern of a test of one cell, whichever it is."""
    first, *others = re.escape(test).split(_CELL)
    return re.compile(rf"\b{first}([ac]\d+)" + r"\1".join(others))
