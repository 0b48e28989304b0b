"""A look at a generation before it is made: where each attribute comes from, and some of its values on the way."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from feedscript.feeds.engine.connection import connect
from feedscript.feeds.engine.errors import SourceUnreadable
from feedscript.feeds.engine.limits import Limits
from feedscript.feeds.engine.progress import OnProgress, silent
from feedscript.feeds.engine.sql import identifier, literal
from feedscript.feeds.generation.lists import keep_lists
from feedscript.feeds.generation.planning import Plan, plan
from feedscript.feeds.generation.source_form import in_its_form
from feedscript.feeds.mapping import Mapping, add_functions, compile_mapping
from feedscript.feeds.profiles import load_profile
from feedscript.feeds.profiles.header import with_parts_of
from feedscript.feeds.profiles.written import Cell
from feedscript.feeds.readers.delimited import with_plain_line_ends
from feedscript.feeds.readers.options import SourceOptions
from feedscript.feeds.readers.staged import VALUE_SEPARATOR, Source, Staged
from feedscript.feeds.readers.staging import stage
from feedscript.feeds.scanning.source_table import source_table
from feedscript.feeds.writers.cells import Column, partner_columns

#: How many of the source's items are looked at.
LOOKED_AT = 1_000
_LONGEST = 200


@dataclass(frozen=True)
class Shown:
    """A value as the source has it, and as the feed has it; cut to 200 characters, several parted by commas."""

    before: str | None
    after: str | None


@dataclass(frozen=True)
class PreviewedColumn:
    """A column of the feed: its title and attribute, the source's columns (none: a constant), and what is done.

    `operations` are those of the mapping, and then those of the partner's form of the cell. `values` are all
    different, those first that are changed.
    """

    title: str
    attribute: str
    columns: tuple[str, ...]
    operations: tuple[str, ...]
    values: tuple[Shown, ...]


@dataclass(frozen=True)
class Preview:
    """What a feed would be made of; nothing has been written.

    `plan` has all that is known of columns and attributes, `source` what the file turned out to be. `inputs` are the
    values of what operations refer to, by name; `unused` those of the source's columns that nothing is taken from.
    """

    plan: Plan
    source: Source
    columns: tuple[PreviewedColumn, ...]
    inputs: dict[str, tuple[Shown, ...]]
    unused: dict[str, tuple[str, ...]]


def preview(
    source: Path,
    *,
    values: int,
    profile: str = "google",
    mapping: Mapping | None = None,
    options: SourceOptions = SourceOptions(),  # noqa: B008 - frozen
    limits: Limits = Limits(),  # noqa: B008 - frozen
    progress: OnProgress = silent,
) -> Preview:
    """What `generate` would make of the first thousand items of `source`, with up to `values` values of each column.

    Attributes that nothing gives are no error here: `plan.missing` has them. Raises a FeedError where the source
    cannot be read, or the mapping names what does not exist.
    """
    target = load_profile(profile)
    options = in_its_form(source, source.name, options, limits)
    with tempfile.TemporaryDirectory(prefix="feedscript-") as workdir:
        staged = stage(
            source,
            workdir=Path(workdir),
            limits=limits,
            shapes=target.shapes,
            options=options,
            progress=progress,
            verbatim=True,
        )
        if not staged.complete or not staged.columns:
            raise SourceUnreadable(staged.source.uri, staged.stopped_reason or "it has no columns")
        found = plan(staged, target, mapping or Mapping(), options, (source, Path(workdir), limits))
        with connect(limits, Path(workdir)) as connection:
            add_functions(connection)
            try:
                return _previewed(connection, found, staged, (limits, Path(workdir)), values)
            except duckdb.InvalidInputException:
                # DuckDB reads one kind of line end in one file.
                plain = with_plain_line_ends(staged, Path(workdir))
                return _previewed(connection, found, plain, (limits, Path(workdir)), values)
            except duckdb.Error as error:
                raise SourceUnreadable(staged.source.uri, str(error).splitlines()[0]) from error


def _previewed(
    connection: duckdb.DuckDBPyConnection,
    found: Plan,
    staged: Staged,
    place: tuple[Limits, Path],
    values: int,
) -> Preview:
    limits, workdir = place
    names = frozenset(found.rules.attributes.keys() | found.rules.inputs.keys())
    scan = f"(FROM {source_table(staged, limits)} LIMIT {LOOKED_AT})"
    if found.preparation.steps:
        lists = keep_lists(connection, found.lists, workdir, limits)
        scan = found.preparation.run(connection, workdir, scan, lists).rows
    compiled = compile_mapping(found.matches, names, scan, joined=staged.line_column is not None)
    columns = list(partner_columns(found.profile, found.canonical, compiled.attributes))
    before = {each.attribute: each.was for each in reversed(compiled.steps)}
    pairs = [(before.get(each.attribute.origin, "NULL::VARCHAR"), each.text) for each in columns]
    shown = _shown(connection, pairs, compiled.table, values)
    inputs = {name: (f"nullif({identifier(name)}, '')",) * 2 for name in found.matches.inputs}
    unused = [place for place, name in enumerate(found.preparation.columns) if name in found.matches.unused]
    left = [(f"nullif(c{place}, '')",) * 2 for place in unused]
    return Preview(
        plan=found,
        source=staged.source,
        columns=tuple(
            PreviewedColumn(
                title=with_parts_of(each.title, found.declared.get(each.attribute.origin, "")),
                attribute=each.attribute.name,
                columns=found.matches.used.get(each.attribute.origin, ()),
                operations=tuple(_operations(found, each)),
                values=some,
            )
            for each, some in zip(columns, shown, strict=True)
        ),
        inputs=dict(
            zip(inputs, _shown(connection, list(inputs.values()), compiled.table, values), strict=True)
        ),
        unused={
            found.preparation.columns[place]: tuple(each.after or "" for each in some)
            for place, some in zip(unused, _shown(connection, left, scan, values), strict=True)
        },
    )


def _shown(
    connection: duckdb.DuckDBPyConnection, pairs: list[tuple[str, str]], table: str, values: int
) -> list[tuple[Shown, ...]]:
    """Different values of each pair of expressions over the table, those first that differ from each other."""
    if not pairs:
        return []
    listed = ", ".join(f"{was} AS w{place}, {now} AS n{place}" for place, (was, now) in enumerate(pairs))
    connection.execute(f"CREATE OR REPLACE TEMP TABLE looked_at AS SELECT {listed} FROM {table}")
    return [tuple(_different(connection, place, values)) for place in range(len(pairs))]


def _different(connection: duckdb.DuckDBPyConnection, place: int, values: int) -> Iterator[Shown]:
    parted = f"{literal(VALUE_SEPARATOR)}, ','"
    rows = connection.execute(
        f"""
        SELECT left(replace(w, {parted}), {_LONGEST}), left(replace(n, {parted}), {_LONGEST})
        FROM (SELECT w{place} AS w, n{place} AS n, min(rowid) AS first FROM looked_at GROUP BY ALL)
        WHERE w IS NOT NULL OR n IS NOT NULL
        ORDER BY w IS NOT DISTINCT FROM n, first LIMIT {values}
        """
    ).fetchall()
    for before, after in rows:
        yield Shown(before, after)


def _operations(found: Plan, column: Column) -> Iterator[str]:
    match = found.matches.attributes.get(column.attribute.origin)
    for operation in (match.rule.operations or ()) if match else ():
        yield operation.name
    cell, plain = column.attribute.cell, Cell()
    if cell.take:
        yield f"take {cell.take}"
    for name in ("words", "nearest", "compact", "day", "constant"):
        if getattr(cell, name) != getattr(plain, name):
            yield name
