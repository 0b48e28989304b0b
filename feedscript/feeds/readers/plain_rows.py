"""Rows of CSV made of the texts that a pattern has found, all of a run at once."""

from collections.abc import Iterable, Sequence
from operator import add, itemgetter
from typing import NamedTuple

#: The texts of an item, one for each column of its layout; the last, behind them, is empty.
Texts = tuple[str, ...]


class Run(NamedTuple):
    """Items that stand one behind the other: their rows in UTF-8, how many, where in the text they end.

    `feeds` counts the line feeds of the rows, `lines` the line ends of the text before its end.
    """

    rows: bytes
    items: int
    feeds: int
    end: int
    lines: int


def rows_of_texts(
    found: Iterable[Texts], columns: Sequence[str], table: Sequence[str], lines: Iterable[int]
) -> str:
    """The items' texts as rows of the columns of `table`, and each item's line; quotes in them are doubled already.

    `columns` are those of the texts.
    """
    # What stands behind the texts is empty, as is a column that the items have not.
    at = {name: place for place, name in enumerate(columns)}
    places = [at.get(name, len(columns)) for name in table]
    rows: Iterable[Sequence[str]] = found
    if places != [*range(len(columns))]:
        rows = map(itemgetter(*places, len(columns)), rows)
    ends = [f'{line}"\r\n"' for line in lines]
    return '"' + "".join(map(add, map('","'.join, rows), ends))[:-1]
