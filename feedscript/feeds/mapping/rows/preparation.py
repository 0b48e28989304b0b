"""Runs the row steps of a mapping over a source, in front of everything that is done with values."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import duckdb

from feedscript.feeds.engine.sql import literal
from feedscript.feeds.mapping.numbers import Decimal
from feedscript.feeds.mapping.rows.looking_up import Origin
from feedscript.feeds.mapping.rows.step import ORDER, PLACE, STAYS, RowStep, Table, grouped

Lists = Mapping[Origin, tuple[tuple[str, ...], str]]
NO_LISTS: Lists = MappingProxyType({})

#: Rows are kept in groups of this many, which have to fit into the engine's memory.
_GROUP = 8_192
_ROWS = "rows.parquet"
#: Rows whose groups are gathered at a time.
_ROWS_AT_A_TIME = 200_000


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
        own = f"row_number() OVER () AS nth, row_number() OVER () - 1 AS {PLACE}, 0::BIGINT AS split"
        rows = f"(SELECT {cells}, {own}, NULL::INTEGER AS reason FROM {scan})"
        holds = False
        for number, step in enumerate(self.steps):
            if step.rereads or holds:
                # One step that holds rows at a time, each with the whole memory; only the last must be in order.
                rows = _kept(connection, workdir / f"rows-{number}.parquet", rows)
            if step.rereads:
                table.keep = _by_parts(connection, workdir / f"groups-{number}", rows)
            rows = step.applied(table, rows)
            holds = not step.ordered
        if not all(step.ordered for step in self.steps):
            rows = f"{_kept(connection, workdir / 'unsorted.parquet', rows)} ORDER BY {ORDER}"
        rows = _kept(connection, workdir / _ROWS, rows)
        stay = f"(SELECT * EXCLUDE (nth, {PLACE}, split, reason) FROM {rows} WHERE {STAYS})"
        return stay, _counts(connection, rows, table.reasons)

    @staticmethod
    def places(workdir: Path) -> str:
        """The rows that stayed in a run in this folder, as SQL: their places n, and those of the source's rows."""
        rows = f"read_parquet({literal(str(workdir / _ROWS))})"
        return f"(SELECT row_number() OVER () - 1 AS n, {PLACE} FROM {rows} WHERE {STAYS})"


def _by_parts(
    connection: duckdb.DuckDBPyConnection, folder: Path, kept: str
) -> Callable[[str, str, str], str]:
    """What works out groups of the rows in the file `kept`, so many at a time that their lists fit into memory."""
    [(total,)] = connection.execute(f"SELECT count(*) FROM {kept}").fetchall()
    parts = total // _ROWS_AT_A_TIME + 1

    def keep(select: str, rows: str, group: str) -> str:
        folder.mkdir(exist_ok=True)
        for part in range(parts):
            query = grouped(select, rows, group, f"hash({group}) % {parts} = {part}")
            _write(connection, folder / f"{part}.parquet", query)
        return f"read_parquet({literal(str(folder / '*.parquet'))})"

    return keep


def _kept(connection: duckdb.DuckDBPyConnection, path: Path, rows: str) -> str:
    """The rows in a file, from which they can be read as often as is needed."""
    _write(connection, path, f"SELECT * FROM {rows}")
    return f"read_parquet({literal(str(path))})"


def _write(connection: duckdb.DuckDBPyConnection, path: Path, query: str) -> None:
    options = f"FORMAT parquet, COMPRESSION lz4_raw, ROW_GROUP_SIZE {_GROUP}"
    connection.execute(f"COPY ({query}) TO {literal(str(path))} ({options})")


def _counts(connection: duckdb.DuckDBPyConnection, rows: str, reasons: Iterable[str]) -> Counts:
    names = [*reasons]
    counted = connection.execute(
        f"SELECT reason, count(*), count_if(split = 0) FROM {rows} GROUP BY reason ORDER BY reason"
    ).fetchall()
    read, total = sum(first for _, _, first in counted), sum(number for _, number, _ in counted)
    return Counts(
        read, {names[reason]: number for reason, number, _ in counted if reason is not None}, total - read
    )
