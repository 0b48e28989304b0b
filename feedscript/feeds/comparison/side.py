"""One feed of a comparison: its items as they are compared, whatever its format."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from feedscript.feeds.engine.errors import FeedError, SourceUnreadable
from feedscript.feeds.engine.limits import Limits
from feedscript.feeds.engine.sql import holds_any, identifier, literal, trimmed
from feedscript.feeds.profiles import Attribute, Profile
from feedscript.feeds.profiles.as_written import as_written
from feedscript.feeds.profiles.header import normalised, read_header
from feedscript.feeds.profiles.repeated import JOINED, filled, signs_between, values_of
from feedscript.feeds.readers.delimited import with_plain_line_ends
from feedscript.feeds.readers.options import SourceOptions
from feedscript.feeds.readers.staged import VALUE_SEPARATOR, Staged
from feedscript.feeds.readers.staging import stage
from feedscript.feeds.readers.survey import start_index
from feedscript.feeds.scanning.lines import may_hold_blank
from feedscript.feeds.scanning.rejected import Rejected
from feedscript.feeds.scanning.settling import Settled, settle
from feedscript.feeds.scanning.source_table import source_table

#: Items are kept in groups of this many.
_GROUP = 8_192


class IdMissing(FeedError):
    """A feed has no column for the id by which its items are found in the other.

    Attributes: `uri`, `key` (the attribute).
    """

    def __init__(self, uri: str, key: str, columns: tuple[str, ...]) -> None:
        super().__init__(
            f"{uri} has no column {key!r}, by which its items would be found in the other feed; its columns are "
            f"{', '.join(columns)}. Name another (--key), or the profile of the feeds (--profile)"
        )
        self.uri = uri
        self.key = key


@dataclass(frozen=True)
class Feed:
    """A feed made ready to be read: `cells` is the SQL of each of its attributes over the staged columns."""

    staged: Staged
    cells: Mapping[str, str]


def attribute_named(profile: Profile, column: str) -> str:
    """The attribute that a column of this name is: the profile's, else by the name as attributes are named."""
    return next(iter(read_header(profile, (column,)).columns), normalised(column))


def open_feed(path: Path, uri: str, profile: Profile, key: str, *, limits: Limits, workdir: Path) -> Feed:
    """Stage a feed and match its columns; raises a FeedError where it cannot be read whole or has no id."""
    workdir.mkdir()
    options = as_written(profile, path.name, SourceOptions())
    staged = stage(path, uri=uri, workdir=workdir, limits=limits, shapes=profile.shapes, options=options)
    if not staged.complete:
        raise SourceUnreadable(uri, staged.stopped_reason or "it ends early")
    cells = dict(_cells(staged, profile))
    if key not in cells and staged.columns:
        raise IdMissing(uri, key, staged.columns)
    return Feed(replace(staged, skip_blank=may_hold_blank(staged)), cells)


def keep(
    connection: duckdb.DuckDBPyConnection,
    feed: Feed,
    key: str,
    names: list[str],
    *,
    path: Path,
    limits: Limits,
) -> int:
    """Write the items to `path` as Parquet (id, v0 ... by `names`); how many records could not be read."""
    lost = sum(feed.staged.faults.lost.values())
    values = [f"{feed.cells.get(name, 'NULL::VARCHAR')} AS v{place}" for place, name in enumerate(names)]
    columns = ", ".join([f"coalesce({feed.cells.get(key, 'NULL')}, '') AS id", *values])
    if not feed.staged.columns:
        connection.execute(f"COPY (SELECT {columns} LIMIT 0) TO {literal(str(path))} (FORMAT parquet)")
        return lost
    try:
        return lost + _copied(connection, feed.staged, columns, path, limits)
    except duckdb.InvalidInputException:
        # DuckDB reads one kind of line end in one file.
        plain = with_plain_line_ends(feed.staged, path.parent)
        return lost + _copied(connection, plain, columns, path, limits)


def _copied(
    connection: duckdb.DuckDBPyConnection, staged: Staged, columns: str, path: Path, limits: Limits
) -> int:
    """Write the items; how many rows of a text could not be read."""
    settled = Settled.of(staged)
    items = _copy(connection, staged, columns, path, limits)
    if staged.line_column is None:
        settled = settle(staged, items, start_index(staged.path).result(), limits, path.parent)
    if settled.staged is not staged:
        _copy(connection, settled.staged, columns, path, limits)
    rejected = Rejected(connection, settled)
    rejected.keep()
    return len(rejected.records)


def _copy(
    connection: duckdb.DuckDBPyConnection, staged: Staged, columns: str, path: Path, limits: Limits
) -> int:
    connection.execute("DROP TABLE IF EXISTS reject_errors; DROP TABLE IF EXISTS reject_scans")
    source = source_table(staged, limits, rejects=True)
    copied = connection.execute(
        f"COPY (SELECT {columns} FROM {source}) TO {literal(str(path))}"
        f" (FORMAT parquet, COMPRESSION lz4_raw, ROW_GROUP_SIZE {_GROUP})"
    ).fetchone()
    assert copied is not None
    return int(copied[0])


def _cells(staged: Staged, profile: Profile) -> Iterator[tuple[str, str]]:
    """Each attribute with the SQL of its text: without white space around it, several values parted by U+001F."""
    header = read_header(profile, staged.columns)
    joined = staged.line_column is not None
    taken = {place for places in header.columns.values() for place in places}
    for name, places in header.columns.items():
        yield name, _text(header.attributes[name], places, joined=joined)
    unknown: dict[str, int] = {}
    for place, column in enumerate(staged.columns):
        if place in taken:
            continue
        name = normalised(column)
        unknown[name] = unknown.get(name, 0) + 1
        if unknown[name] > 1 or name in header.columns:
            name = f"{name}.{unknown[name] + (name in header.columns)}"
        yield name, trimmed(identifier(f"c{place}"))


def _text(attribute: Attribute, places: list[int], *, joined: bool) -> str:
    if len(places) == 1:
        text = f"c{places[0]}"
    else:
        text = f"nullif(concat_ws({JOINED}, {', '.join(f'c{place}' for place in places)}), '')"
    if not attribute.repeatable:
        return trimmed(text)
    values = filled(f"string_split({text}, {JOINED})") if joined else values_of(attribute, text)
    whole = f"nullif(array_to_string({values}, {JOINED}), '')"
    parted = holds_any(text, tuple(dict.fromkeys((VALUE_SEPARATOR, ",", '"', *signs_between(attribute)))))
    return f"CASE WHEN {parted} THEN {whole} ELSE {trimmed(text)} END"
