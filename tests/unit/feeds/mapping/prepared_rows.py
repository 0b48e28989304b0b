"""Rows put through row steps, as generation puts them."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

import duckdb
import yaml

from feedscript.feeds.mapping.rows.preparation import Counts
from feedscript.feeds.mapping.rows.resolution import prepare_rows
from feedscript.feeds.mapping.rows.schema import RowsField

Row = Sequence[str | None]


def prepared(
    columns: Sequence[str], rows: Sequence[Row], steps: str
) -> tuple[list[dict[str, str | None]], Counts]:
    """The rows that stay when the steps, as YAML has them, are done, and the account of all."""
    preparation = prepare_rows(tuple(RowsField().deserialize(yaml.safe_load(steps))), tuple(columns))
    with duckdb.connect() as connection, tempfile.TemporaryDirectory() as workdir:
        named = ", ".join(f"unnest(?::VARCHAR[]) AS c{place}" for place in range(len(columns)))
        cells = [[row[place] for row in rows] for place in range(len(columns))]
        connection.execute(f"CREATE TABLE source AS SELECT {named}", cells)
        made = preparation.run(connection, Path(workdir), "source")
        cells = ", ".join(f"c{place}" for place in range(len(preparation.columns)))
        found = connection.execute(f"SELECT {cells} FROM {made.rows}").fetchall()
    return [dict(zip(preparation.columns, row, strict=True)) for row in found], made.counts
