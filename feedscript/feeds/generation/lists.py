"""The lists that row steps look values up in, staged as a source is."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import duckdb

from feedscript.feeds.engine.errors import BadConfig
from feedscript.feeds.engine.limits import Limits
from feedscript.feeds.engine.sql import literal
from feedscript.feeds.mapping.rows.looking_up import LookUp, Origin
from feedscript.feeds.mapping.rows.step import RowStep
from feedscript.feeds.readers.options import SourceOptions
from feedscript.feeds.readers.staged import Staged
from feedscript.feeds.readers.staging import stage
from feedscript.feeds.readers.survey import start_index
from feedscript.feeds.scanning.settling import settle
from feedscript.feeds.scanning.source_table import source_table


class UnreadableList(BadConfig):
    """A list that a mapping looks values up in is not there, or cannot be read.

    Attributes: `origin`, `cause` (one line).
    """

    def __init__(self, origin: Origin, cause: str) -> None:
        super().__init__(
            f"the list {str(origin)!r}, in which the mapping looks values up, cannot be read: {cause}"
        )
        self.origin = origin
        self.cause = cause


def stage_lists(
    steps: tuple[RowStep, ...], source: Path, workdir: Path, limits: Limits, options: SourceOptions
) -> dict[Origin, Staged]:
    """Every list that the steps name, each once; raises UnreadableList."""
    found: dict[Origin, Staged] = {}
    for step in steps:
        if not isinstance(step, LookUp) or step.origin in found:
            continue
        origin = step.origin
        if origin.item is None and origin.path is None:
            raise UnreadableList(origin, "a file is looked for beside a merchant's or partner's file alone")
        if origin.path is not None and not origin.path.is_file():
            raise UnreadableList(origin, f"there is no file {origin.path}")
        folder = workdir / f"list-{len(found)}"
        folder.mkdir()
        item = replace(options, item=origin.item) if origin.path is None else SourceOptions()
        staged = stage(origin.path or source, workdir=folder, limits=limits, options=item)
        if not staged.complete or not staged.columns:
            raise UnreadableList(origin, staged.stopped_reason or "it has no entries")
        found[origin] = staged
    return found


def keep_lists(
    connection: duckdb.DuckDBPyConnection, lists: Mapping[Origin, Staged], workdir: Path, limits: Limits
) -> dict[Origin, tuple[tuple[str, ...], str]]:
    """The columns of each list and its rows as SQL; what cannot be read of one is no loss of the source's."""
    kept = {}
    for number, (origin, staged) in enumerate(lists.items()):
        path = workdir / f"list-{number}.parquet"
        _keep(connection, staged, path, limits)
        for table in ("reject_errors", "reject_scans"):
            connection.execute(f"DROP TABLE IF EXISTS {table}")
        kept[origin] = staged.columns, f"read_parquet({literal(str(path))})"
    return kept


def _keep(connection: duckdb.DuckDBPyConnection, staged: Staged, path: Path, limits: Limits) -> None:
    cells = ", ".join(f"c{place}" for place in range(len(staged.columns)))
    copied = connection.execute(
        f"COPY (SELECT {cells} FROM {source_table(staged, limits)}) TO {literal(str(path))} (FORMAT parquet)"
    ).fetchone()
    assert copied is not None
    if staged.line_column is not None:
        return
    settled = settle(staged, copied[0], start_index(staged.path).result(), limits, path.parent)
    if settled.staged is not staged:
        _keep(connection, settled.staged, path, limits)
