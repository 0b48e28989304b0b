"""Parquet: text, and lists of text where an attribute may have several values."""

from collections.abc import Sequence
from pathlib import Path

import duckdb

from feedscript.feeds.engine.sql import identifier, literal
from feedscript.feeds.writers.cells import Column

#: Groups of rows that a reader can hold.
_GROUP = 65_536
#: What a value takes beside its bytes, and a file beside its values, at most.
_PER_VALUE, _PER_COLUMN, _PER_FILE = 8, 2_048, 65_536


def copy_parquet(
    connection: duckdb.DuckDBPyConnection, items: str, columns: Sequence[Column], path: Path
) -> None:
    """Write the columns over `items`; what is empty is NULL."""
    listed = ", ".join(f"{_value(each)} AS {identifier(each.title)}" for each in columns)
    options = f"FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {_GROUP}, USE_TMP_FILE false"
    connection.execute(f"COPY (SELECT {listed} FROM {items}) TO {literal(str(path))} ({options})")


def bytes_of_values(columns: Sequence[Column]) -> tuple[str, int]:
    """The bytes of an item's values, in SQL, and those of a file beside them: more than Parquet takes."""
    sizes = " + ".join(f"coalesce(strlen({each.text}), 0) + {_PER_VALUE}" for each in columns)
    return sizes, _PER_FILE + _PER_COLUMN * len(columns)


def _value(column: Column) -> str:
    if column.values is None:
        return f"nullif({column.text}, '')"
    return f"CASE WHEN len({column.values}) > 0 THEN {column.values} END"
