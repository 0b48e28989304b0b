"""Delimited text, written by the engine."""

import duckdb

from feedscript.feeds.engine.sql import identifier, literal
from feedscript.feeds.writers.cells import Column
from feedscript.feeds.writers.file_form import FileForm

_COMPRESSION = {None: "none", "gz": "gzip", "zst": "zstd"}


def write_delimited(
    connection: duckdb.DuckDBPyConnection, items: str, columns: list[Column], form: FileForm, path: str
) -> None:
    """Copy the columns over `items`, a table in SQL, to `path`."""
    listed = ", ".join(f"{each.text} AS {identifier(each.title)}" for each in columns)
    options = {
        "FORMAT": "csv",
        "HEADER": str(form.file.header).lower(),
        "DELIMITER": literal(form.file.delimiter),
        "NULL": "''",
        "COMPRESSION": _COMPRESSION[form.compression],
    }
    written = ", ".join(f"{name} {value}" for name, value in options.items())
    connection.execute(f"COPY (SELECT {listed} FROM {items}) TO {literal(path)} ({written})")
