"""Runs the row steps of a mapping over a source, in front of everything that is done with values."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import duckdb

from feedscript.feeds.mapping.numbers import Decimal
from feedscript.feeds.mapping.rows.step import RowStep
from feedscript.feeds.mapping.rows.table import STAYS, Lists, Table

NO_LISTS: Lists = MappingProxyType({})


@dataclass(frozen=True)
class Counts:
    """What became of the rows that were read: how many were left out, by reason, and how many a step added.

    `circular` are parents that lead in a circle, and are the topmost of none.
    """

    read: int
    excluded: Mapping[str, int]
    added: int = 0
    circular: int = 0


@dataclass(frozen=True)
class Prepared:
    """The rows that stay, in their order, as SQL to select from, with the place in the source (`place`) of each (`n`).

    Both are from 0. `counts` tells what became of all rows.
    """

    rows: str
    places: str
    counts: Counts


@dataclass(frozen=True)
class Preparation:
    """Row steps over the columns of a source; `columns` are those that there are when all are done."""

    steps: tuple[RowStep, ...]
    source: tuple[str, ...]
    columns: tuple[str, ...]
    decimal: Decimal | None = None

    def run(
        self, connection: duckdb.DuckDBPyConnection, workdir: Path, scan: str, lists: Lists = NO_LISTS
    ) -> Prepared:
        """Do the steps with the rows of `scan` (SQL of columns c0, c1 ...), which is read once.

        `lists` are those to look up in. What the steps make is kept in files in `workdir`.
        """
        table = Table(connection, workdir / "rows", self.source, scan, decimal=self.decimal, lists=lists)
        for step in self.steps:
            step.apply(table)
        rows = table.finished()
        cells = ", ".join(f"c{place}" for place in range(len(self.columns)))
        places = f"(SELECT row_number() OVER () - 1 AS n, place FROM {rows} WHERE {STAYS})"
        return Prepared(f"(SELECT {cells} FROM {rows} WHERE {STAYS})", places, _counts(table))


def _counts(table: Table) -> Counts:
    counted = table.connection.execute(
        f"SELECT reason, count(*), count_if(NOT made) FROM {table.rows} GROUP BY reason ORDER BY reason"
    ).fetchall()
    read, total = sum(first for _, _, first in counted), sum(number for _, number, _ in counted)
    excluded = {table.reasons[reason]: number for reason, number, _ in counted if reason is not None}
    return Counts(read, excluded, total - read, table.circular)
