"""What a partner has no way to write: in how many items something else was written."""

from collections.abc import Sequence

import duckdb

from feedscript.feeds.writers.cells import Column
from feedscript.feeds.writers.replaced import Replacement, counted


def mended(connection: duckdb.DuckDBPyConnection, items: str, columns: Sequence[Column]) -> list[Replacement]:
    """What was written otherwise in these columns over `items`, a table in SQL."""
    asked = [(each, told) for each in columns for told in each.mended]
    if not asked:
        return []
    totals = counted(connection, [told.changed for _, told in asked], items)
    return [
        Replacement(column, told.operation, total, told.was, column.text, told.changed)
        for (column, told), total in zip(asked, totals, strict=True)
        if total
    ]
