"""A partner's file, of any form that a profile can state."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

import duckdb

from feedscript.feeds.engine.sql import literal
from feedscript.feeds.writers.cells import Column
from feedscript.feeds.writers.delimited import delimited_layout
from feedscript.feeds.writers.file_form import FileForm
from feedscript.feeds.writers.json_text import json_layout, json_lines_layout
from feedscript.feeds.writers.layout import Layout
from feedscript.feeds.writers.markup import atom_layout, plain_layout, rss_layout
from feedscript.feeds.writers.packing import Packing
from feedscript.feeds.writers.parquet import bytes_of_values, copy_parquet
from feedscript.feeds.writers.placeholders import filled, refuse_missing
from feedscript.feeds.writers.replaced import Replacement, replacements, writable
from feedscript.feeds.writers.sharding import Shard, Size, shard_name, shards
from feedscript.feeds.writers.working_out import worked_out

#: What the room for a count is reckoned with.
_MOST_ITEMS = 10**12
_NO_NAMES: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class WrittenFile:
    """One file of a feed: where it lies, what it is to be called, and how many items and bytes it has."""

    path: Path
    name: str
    items: int
    bytes: int


@dataclass(frozen=True)
class WrittenFeed:
    """The files of a feed, and what in it is not as it came.

    `replacements` are values that the form of file cannot hold, and what was written for them; `unencodable` counts the
    characters that the file's encoding has not: `?` in text, a reference in XML.
    """

    files: tuple[WrittenFile, ...]
    replacements: tuple[Replacement, ...] = ()
    unencodable: int = 0


def write(
    connection: duckdb.DuckDBPyConnection,
    items: str,
    columns: Sequence[Column],
    form: FileForm,
    path: Path,
    *,
    name: str | None = None,
    names: Mapping[str, str] = _NO_NAMES,
) -> WrittenFeed:
    """Write the columns over `items`, a table in SQL, as a feed of this form.

    `path` is the file where one holds them all; else there are several beside it, called `feed-1of3.csv.gz` for
    `feed.csv.gz`, each whole in itself. `name` is what the file is to be called if `path` is not its last place.
    `names` are the values of placeholders, and of `feed_title`, `feed_link` and `feed_description` in RSS and Atom.
    The same items are the same bytes. If anything is raised, no file is left: NamesMissing, ItemTooLarge, and what
    DuckDB and the system raise.
    """
    refuse_missing(form.file, names)
    made = replacements(connection, items, columns, form.file)
    feed = _Feed(connection, writable(columns, made, form.file), form, names)
    parts = shards(connection, items, feed.size(items), form.file)
    total = len(parts)
    called = [shard_name(name or path.name, number, total) for number in range(1, total + 1)]
    paths = [path.with_name(shard_name(path.name, number, total)) for number in range(1, total + 1)]
    try:
        unencodable = sum(map(feed.write, parts, paths, called))
    except BaseException:
        for each in paths:
            each.unlink(missing_ok=True)
        raise
    files = (
        WrittenFile(each, own, part.items, each.stat().st_size)
        for each, own, part in zip(paths, called, parts, strict=True)
    )
    return WrittenFeed(tuple(files), tuple(made), unencodable)


@dataclass(frozen=True)
class _Feed:
    connection: duckdb.DuckDBPyConnection
    columns: Sequence[Column]
    form: FileForm
    names: Mapping[str, str]

    def write(self, shard: Shard, path: Path, name: str) -> int:
        """Write one file; how many characters its encoding has not."""
        columns, table = worked_out(self.columns, shard.table)
        if self.form.file.format == "parquet":
            copy_parquet(self.connection, table, columns, path)
            return 0
        packing = Packing(self.form, path, name)
        options = {"COMPRESSION": packing.engine_compression, "USE_TMP_FILE": "false"}
        with packing.unpacked() as target:
            layout = self._layout(columns, shard.items)
            self.connection.execute(layout.copy(table, shard.items, literal(str(target)), options))
        return packing.unencodable

    def size(self, items: str) -> Size:
        """How large files of `items` are at most."""
        columns, table = worked_out(self.columns, items)
        file = self.form.file
        if file.format == "parquet":
            return Size(table, *bytes_of_values(columns))
        layout = self._layout(columns, _MOST_ITEMS)
        # No character takes more than four times of what it takes in UTF-8, nor does a reference to one.
        width = 1 if file.encoding == "utf-8" else 4
        around = len((layout.head + layout.end + layout.tail).encode())
        return Size(table, f"({layout.size}) * {width}", around * width)

    def _layout(self, columns: Sequence[Column], items: int) -> Layout:
        layout = self._unmarked(columns, items)
        return replace(layout, head="\ufeff" + layout.head) if self.form.file.bom else layout

    def _unmarked(self, columns: Sequence[Column], items: int) -> Layout:
        file = self.form.file
        match file.format:
            case "rss":
                return rss_layout(columns, file, self.names)
            case "atom":
                return atom_layout(columns, file, self.names)
            case "xml":
                return plain_layout(columns, file)
            case "json":
                return json_layout(columns, file)
            case "jsonl":
                return json_lines_layout(columns)
            case _:
                preamble, trailer = (
                    "" if line is None else filled(line, self.names, items, file.delimiter) + file.line_end
                    for line in (file.preamble, file.trailer)
                )
                return delimited_layout(columns, file, preamble, trailer)
