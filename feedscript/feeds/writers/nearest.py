"""Words that a partner has not: which items have them, and the partner's nearest, which is written for them."""

from collections.abc import Mapping, Sequence

import duckdb

from feedscript.feeds.engine.sql import literals
from feedscript.feeds.writers.cells import Column
from feedscript.feeds.writers.replaced import Replacement, counted

NEAREST_WORD = "nearest_word"


def nearest_words(
    connection: duckdb.DuckDBPyConnection, items: str, columns: Sequence[Column], cells: Mapping[str, str]
) -> list[Replacement]:
    """What was written for words that are not the partner's; `cells` are the canonical ones in SQL over `items`."""
    asked = [
        (column, cells[column.attribute.origin], tuple(column.attribute.cell.nearest))
        for column in columns
        if column.attribute.cell.nearest
    ]
    if not asked:
        return []
    changed = [f"{cell} IN ({literals(words)})" for _, cell, words in asked]
    totals = counted(connection, changed, items)
    return [
        Replacement(column, NEAREST_WORD, total, cell, column.text, test)
        for (column, cell, _), test, total in zip(asked, changed, totals, strict=True)
        if total
    ]
