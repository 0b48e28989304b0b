"""Runs the row steps of a mapping over a source, in front of everything that is done with values."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import duckdb

from feedscript.feeds.engine.sql import literal
from feedscript.feeds.mapping.numbers import Decimal
from feedscript.feeds.mapping.rows.looking_up import Origin
from feedscript.feeds.mapping.rows.step import ORDER, STAYS, RowStep, Table

Lists = Mapping[Origin, tuple[tuple[str, ...], str]]
NO_LISTS: Lists = MappingProxyType({})

#: Rows are kept in groups of this many, which have to fit into the engine's memory.
_GROUP = 8_192


@dataclass(frozen=True)
class Counts:
    """What became of the rows that were read: how many were left out, by reason, and how many a step added."""

    read: int
    excluded: Mapping[str, int]
    added: int = 0


@dataclass(frozen=True)
class Preparation:
    """Row steps over the columns of a source; `columns` are those that there are when all are done."""

    steps: tuple[RowStep, ...]
    source: tuple[str, ...]
    columns: tuple[str, ...]
    decimal: Decimal | None = None

    def run(
        self, connection: duckdb.DuckDBPyConnection, workdir: Path, scan: str, lists: Lists = NO_LISTS
    ) -> tuple[str, Counts]:
        """The rows of `scan` (SQL of columns c0, c1 ...) that stay, as SQL to select from, and the account of all.

        `lists` are those to look up in (see Table). `scan` is read once; what the steps make of it
        is kept in files in `workdir`.
        """
        table = Table([*self.source], self.decimal, lists=lists)
        cells = ", ".join(f"c{place}" for place in range(len(self.source)))
        rows = f"(SELECT {cells}, row_number() OVER () AS nth, 0::BIGINT AS split, NULL::INTEGER AS reason FROM {scan})"
        for number, step in enumerate(self.steps):
            if step.rereads:
                rows = _kept(connection, workdir / f"rows-{number}.parquet", rows, ordered=True)
            rows = step.applied(table, rows)
        ordered = all(step.ordered for step in self.steps)
        rows = _kept(connection, workdir / "rows.parquet", rows, ordered=ordered)
        stay = f"(SELECT * EXCLUDE (nth, split, reason) FROM {rows} WHERE {STAYS})"
        return stay, _counts(connection, rows, table.reasons)


def _kept(connection: duckdb.DuckDBPyConnection, path: Path, rows: str, *, ordered: bool) -> str:
    """The rows in a file, from which they can be read as often as is needed."""
    order = "" if ordered else f" ORDER BY {ORDER}"
    options = f"FORMAT parquet, COMPRESSION lz4_raw, ROW_GROUP_SIZE {_GROUP}"
    connection.execute(f"COPY (SELECT * FROM {rows}{order}) TO {literal(str(path))} ({options})")
    return f"read_parquet({literal(str(path))})"


def _counts(connection: duckdb.DuckDBPyConnection, rows: str, reasons: Iterable[str]) -> Counts:
    names = [*reasons]
    counted = connection.execute(
        f"SELECT reason, count(*), count_if(split = 0) FROM {rows} GROUP BY reason ORDER BY reason"
    ).fetchall()
    read, total = sum(first for _, _, first in counted), sum(number for _, number, _ in counted)
    return Counts(
        read, {names[reason]: number for reason, number, _ in counted if reason is not None}, total - read
    )
