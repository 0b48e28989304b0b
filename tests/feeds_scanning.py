"""Scans a staged feed as the engine does, so that a test can look at its cells."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb

from feedscript.feeds.engine.limits import Limits
from feedscript.feeds.readers.options import SourceOptions
from feedscript.feeds.readers.staged import FaultTally, Source, Staged
from feedscript.feeds.readers.staging import stage

SHAPES: Mapping[str, tuple[str, ...]] = {
    "shipping": ("country", "region", "service", "price"),
    "installment": ("months", "amount"),
}
LIMITS = Limits()


def stage_bytes(
    content: bytes, folder: Path, *, limits: Limits = LIMITS, name: str = "feed", **options: Any
) -> Staged:
    """Stage a feed that holds these bytes; `options` are those of `SourceOptions`."""
    source = folder / name
    source.write_bytes(content)
    workdir = folder / "work"
    workdir.mkdir(parents=True)
    return stage(source, workdir=workdir, limits=limits, shapes=SHAPES, options=SourceOptions(**options))


def staged_text(path: Path, columns: tuple[str, ...]) -> Staged:
    """A CSV file with a header as it is staged where it lies."""
    source = Source(
        uri="x",
        format="csv",
        encoding="utf-8",
        encoding_certainty="certain",
        delimiter=",",
        quoting="value",
        item=None,
        compression=None,
        bytes=0,
        survey=None,
    )
    return Staged(path, ",", '"', '"', 1, columns, None, source, FaultTally())


def cells(staged: Staged) -> list[dict[str, str]]:
    """The staged items, the empty cells left out."""
    return [{name: text for name, text in row.items() if text} for row, _ in _rows(staged)]


def lines(staged: Staged) -> list[int | None]:
    """The physical line of each item, where the staged file carries it."""
    return [int(line) if line else None for _, line in _rows(staged)]


def rejects(staged: Staged) -> list[tuple[int, str]]:
    """Line and kind of each row that DuckDB refuses."""
    with duckdb.connect() as connection:
        connection.execute(_query(staged)).fetchall()
        return connection.execute("select line, error_type from reject_errors order by 1").fetchall()


def fault_codes(staged: Staged) -> dict[str, int]:
    return dict(staged.faults.totals)


def _rows(staged: Staged) -> list[tuple[dict[str, str | None], str | None]]:
    if not staged.columns:
        return []
    with duckdb.connect() as connection:
        rows = connection.execute(_query(staged)).fetchall()
    width = len(staged.columns)
    line = (lambda row: row[width]) if staged.line_column else lambda _: None
    return [(dict(zip(staged.columns, row[:width], strict=True)), line(row)) for row in rows]


def _query(staged: Staged) -> str:
    width = len(staged.columns) + (staged.line_column is not None)
    columns = ", ".join(f"'c{number}': 'varchar'" for number in range(width))
    options = {
        "columns": f"{{{columns}}}",
        "skip": str(staged.skip_lines),
        "delim": _literal(staged.delimiter),
        "quote": _literal(staged.quote),
        "escape": _literal(staged.escape),
        "auto_detect": "false",
        "header": "false",
        "store_rejects": "true",
        "compression": "'none'",
        "max_line_size": "4000000",
    }
    given = ", ".join(f"{name} = {text}" for name, text in options.items())
    return f"from read_csv({_literal(str(staged.path))}, {given})"


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
