"""Reads chosen items a second time, in the order of the file, without reading their neighbours' values."""

from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING

from feedscript.feeds.scanning.source_table import noted_line, source_table

if TYPE_CHECKING:
    from feedscript.feeds.scanning.scan import Scan

#: Items before this one are found by reading up to them.
_NEAR = 50_000
#: So many bits tell whether an id may be wanted: few false hits, in 128 KiB.
_BITS = 1 << 20
#: With more items than this the bits would all be set.
_MANY = _BITS // 4
#: Up to so many, lines are picked out of the file one by one.
_FEW = 20_000


def reread(scan: "Scan", table: str, columns: list[str], chosen: str) -> None:
    """Make the table `table` of (n, line, `columns`) for the items whose places `chosen` gives as n, each once.

    `line` is what the reader noted, NULL where it notes none; `chosen` is a query, and `columns` are SQL over the
    source's columns, with names. Where every item is one line, those lines are picked out of the file. Elsewhere a
    filter keeps the order of the file where a join would not. So the source is read up to the last chosen item; or,
    where that is far, filtered by the hash of the id through a bitmap, and the same filter over `items` tells the
    places, one for one. What the engine reads in the source is found there by its place.
    """
    if scan.staged.query is not None:
        _look_up(scan, table, columns, chosen)
        return
    few = _few(scan, chosen) if scan.one_line_each else None
    if few is not None:
        _pick_out(scan, table, columns, few)
    else:
        _filter(scan, table, columns, chosen)


def _look_up(scan: "Scan", table: str, columns: list[str], chosen: str) -> None:
    """Read the items of these places, which the source numbers."""
    source = source_table(scan.staged, scan.limits)
    scan.connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT n, {', '.join([noted_line(scan.staged), *columns])}"
        f" FROM {source} WHERE n IN (SELECT n FROM ({chosen})) ORDER BY n"
    )


def _few(scan: "Scan", chosen: str) -> list[int] | None:
    """The chosen places in order; None if there are too many to pick out."""
    rows = scan.connection.execute(f"SELECT n FROM ({chosen}) ORDER BY n LIMIT {_FEW + 1}").fetchall()
    return None if len(rows) > _FEW else [n for (n,) in rows]


def _pick_out(scan: "Scan", table: str, columns: list[str], places: list[int]) -> None:
    """Read a file of the lines of the items at these places, below the header's, whose line end DuckDB goes by."""
    path = scan.workdir / "picked-out"
    skipped = scan.staged.skip_lines
    numbers = chain(range(1, skipped + 1), (skipped + scan.ordinal(place) for place in places))
    with path.open("wb") as file:
        file.writelines(scan.index.take(numbers))
    picked = source_table(replace(scan.staged, path=path), scan.limits)
    scan.connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT * FROM (SELECT unnest(?::BIGINT[]) AS n)"
        f" POSITIONAL JOIN (SELECT {', '.join([noted_line(scan.staged), *columns])} FROM {picked})",
        [places],
    )


def _filter(scan: "Scan", table: str, columns: list[str], chosen: str) -> None:
    """Read the source again, as far as the last chosen item or through a filter that most others do not pass."""
    scan.connection.execute(f"CREATE OR REPLACE TEMP TABLE chosen AS SELECT n FROM ({chosen})")
    [(count, last)] = scan.connection.execute("SELECT count(*), coalesce(max(n), 0) FROM chosen").fetchall()
    source = source_table(scan.staged, scan.limits)
    if last < _NEAR:
        found, places = f"{source} LIMIT {last + 1}", f"items WHERE rowid <= {last}"
    elif count > _MANY:
        found, places = source, "items"
    else:
        scan.connection.execute(
            f"SET VARIABLE chosen = (SELECT bitstring_agg((h % {_BITS})::INTEGER, 0, {_BITS - 1})"
            " FROM items WHERE rowid IN (SELECT n FROM chosen))"
        )
        found, places = f"{source} WHERE {_chosen(scan.key)}", f"items WHERE {_chosen('h')}"
    # A table of its own, as a positional join reads what it joins in one thread.
    scan.connection.execute(
        f"CREATE OR REPLACE TEMP TABLE found AS SELECT {', '.join([noted_line(scan.staged), *columns])} FROM {found}"
    )
    scan.connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT * FROM (SELECT rowid AS n FROM {places})"
        " POSITIONAL JOIN found WHERE n IN (SELECT n FROM chosen)"
    )
    scan.connection.execute("DROP TABLE found; DROP TABLE chosen")


def _chosen(key: str) -> str:
    return f"get_bit(getvariable('chosen'), ({key} % {_BITS})::INTEGER) = 1"
