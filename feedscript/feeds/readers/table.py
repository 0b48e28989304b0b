"""Items of any shape, written as delimited text in one streaming pass."""

import csv
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from io import BufferedWriter, FileIO, StringIO
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from feedscript.feeds.readers.intake import FIELDS_PER_ITEM, Follower, Intake, Stopped
from feedscript.feeds.readers.line_notes import LineNotes
from feedscript.feeds.readers.staged import Fault, Source, Staged
from feedscript.feeds.readers.table_columns import TableColumns

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

_BUFFER_BYTES = 1024 * 1024

#: A physical line (None where the format has none), and an item's cells by column.
Item = tuple[int | None, Mapping[str, str]]


class Rows(NamedTuple):
    """Items that are rows already: cells for the columns that there are, and the line, in UTF-8.

    `items` is how many they are, `feeds` how many line feeds they have, in texts too.
    """

    content: bytes
    items: int
    feeds: int


class _Followed(FileIO):
    """A file whose follower is told of each block that was written."""

    def __init__(self, path: Path, follower: Follower | None) -> None:
        super().__init__(path, "wb")
        self._follower = follower

    def write(self, data: "ReadableBuffer", /) -> int:
        """Write a block, or a part of it."""
        written = super().write(data)
        if self._follower is not None:
            self._follower.grown()
        return written


class _Writer:
    """Writes rows while columns may still be added.

    Every cell is quoted: to find out which need it would take the csv module longer than all else here together.
    """

    def __init__(self, file: BinaryIO, intake: Intake, columns: TableColumns) -> None:
        self._file = file
        self._limits = intake.limits
        self._first_width = 0
        self._columns = columns
        self.items = 0
        self.lines = LineNotes()

    def _write(self, content: bytes, feeds: int) -> None:
        self._file.write(content)
        self.lines.note(len(content), feeds)

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns so far."""
        return self._columns.names

    def write_rows(self, rows: Rows) -> None:
        """Write rows as wide as the columns are now, not the first of all, and not more than `max_items` allow."""
        self._write(rows.content, rows.feeds)
        self.items += rows.items

    def write(self, line: int | None, cells: Mapping[str, str]) -> None:
        """Write one item; raises `Stopped` past `max_items` and `max_field_bytes`."""
        columns = self._columns.names
        if tuple(cells) == columns:
            texts = [*cells.values()]
        else:
            texts = [cells.get(name, "") for name in columns]
            if len(cells) > len(texts) - texts.count(""):
                self._columns.learn(cells)
                columns = self._columns.names
                texts = [cells.get(name, "") for name in columns]
        if self.items == self._limits.max_items:
            raise Stopped(f"the feed has more than {self._limits.max_items} items (max_items)")
        if not self.items:
            self._first_width = len(texts)
            # DuckDB takes the file's first line end for that of its rows: it must not be one within a cell.
            self._write_row(quoted_row([*columns, line_column(columns)]))
        texts.append("" if line is None else str(line))
        row = quoted_row(texts)
        if len(row) > self._limits.max_field_bytes:
            self._check_fields(cells)
        self._write_row(row)
        self.items += 1

    def _write_row(self, row: str) -> None:
        self._write(row.encode(errors="replace"), row.count("\n"))

    @property
    def uneven(self) -> bool:
        """Whether the first rows are narrower than the last."""
        return self.items > 0 and self._first_width != len(self.columns)

    def _check_fields(self, cells: Mapping[str, str]) -> None:
        for name, text in cells.items():
            if len(text.encode(errors="replace")) > self._limits.max_field_bytes:
                limit = self._limits.max_field_bytes
                raise Stopped(f"item {self.items + 1}: {name} is longer than {limit} bytes (max_field_bytes)")


def quoted_row(texts: list[str]) -> str:
    r"""One row of a CSV, each cell quoted.

    >>> quoted_row(["a", 'b "c" d', ""])
    '"a","b ""c"" d",""\r\n'
    """
    row = '","'.join(texts)
    if row.count('"') > 2 * (len(texts) - 1):
        row = '","'.join(text.replace('"', '""') for text in texts)
    return f'"{row}"\r\n'


def stage_items(
    intake: Intake, items: Iterable[Item | Rows], source: Source, columns: TableColumns | None = None
) -> Staged:
    """Write items as text with a column for each name that occurs, and the line as the last column.

    `columns` is where these are noted, for who makes `Rows`, before which comes an item that is none.
    Reading ends at the first `Stopped`; what was written before it stands.
    """
    path = intake.workdir / "items.csv"
    columns = columns or TableColumns(intake.limits, intake.faults)

    def begin() -> None:
        file.flush()
        if intake.follower is not None:
            intake.follower.begin(staged_items(intake, path, columns.names, source))

    with BufferedWriter(_Followed(path, intake.follower), _BUFFER_BYTES) as file:
        writer = _Writer(file, intake, columns)
        try:
            _write_all(writer, columns, iter(items), intake, begin)
        except Stopped as stopped:
            intake.stop(stopped)
    lines = writer.lines.index(path)
    if writer.uneven:
        path = _widened(path, columns.names)
    if not columns.names and intake.stopped_reason is None:
        intake.faults.add(Fault("no_items", "the feed holds no items"))
    return replace(staged_items(intake, path, columns.names, source), index=lines)


def staged_items(intake: Intake, path: Path, columns: tuple[str, ...], source: Source) -> Staged:
    """A file of ours: comma, quote, a header, the line last."""
    return Staged(
        path=path,
        delimiter=",",
        quote='"',
        escape='"',
        skip_lines=1,
        columns=columns,
        line_column=line_column(columns),
        source=source,
        faults=intake.faults,
        complete=intake.stopped_reason is None,
        stopped_reason=intake.stopped_reason,
    )


def _write_all(
    writer: _Writer,
    columns: TableColumns,
    items: Iterator[Item | Rows],
    intake: Intake,
    begin: Callable[[], None],
) -> None:
    """Write all items; once those are written that were looked at first, and there are more, `begin` is called."""
    first: list[tuple[Item | Rows, int]] = []
    stopped: Stopped | None = None
    try:
        for item in _looked_at(items, columns, intake):
            first.append((item, len(columns.names)))  # noqa: PERF401 - what came before the end stays
    except Stopped as early:
        stopped = early
    for item, width in first:
        if isinstance(item, Rows):
            writer.write_rows(item if width == len(columns.names) else _padded(item, columns.names))
        else:
            writer.write(*item)
    if stopped is not None:
        raise stopped
    for number, item in enumerate(items):
        if not number:
            begin()
        if isinstance(item, Rows):
            writer.write_rows(item)
        else:
            writer.write(*item)
        intake.meter.rows = writer.items


def _looked_at(items: Iterator[Item | Rows], columns: TableColumns, intake: Intake) -> Iterator[Item | Rows]:
    """The items that are looked at before one is written, whose columns are learned."""
    # They lie in memory: together no more than a single one may.
    held, most = 0, intake.limits.max_field_bytes * FIELDS_PER_ITEM
    count = 0
    while count < intake.look_ahead and held <= most and (item := next(items, None)) is not None:
        if isinstance(item, Rows):
            count += item.items
            held += len(item.content)
        else:
            columns.learn(item[1])
            count += 1
            held += sum(map(len, item[1].values()))
        yield item


def _padded(rows: Rows, columns: tuple[str, ...]) -> Rows:
    """The rows with an empty cell for each column that occurred behind them."""
    content = StringIO(rows.content.decode(), newline="")
    return rows._replace(content="".join(_wide_rows(content, columns)).encode())


def _widened(path: Path, columns: tuple[str, ...]) -> Path:
    """Rows written before a column first occurred get an empty cell for it."""
    destination = path.with_name("items-widened.csv")
    with (
        path.open(encoding="utf-8", newline="") as narrow,
        destination.open("w", encoding="utf-8", newline="", buffering=_BUFFER_BYTES) as wide,
    ):
        wide.write(quoted_row([*columns, line_column(columns)]))
        wide.writelines(islice(_wide_rows(narrow, columns), 1, None))
    path.unlink()
    return destination


def _wide_rows(text: Iterable[str], columns: tuple[str, ...]) -> Iterator[str]:
    """Rows of a CSV with an empty cell, before the line, for each column that they lack."""
    csv.field_size_limit(2**31 - 1)
    for row in csv.reader(text):
        row[-1:-1] = [""] * (len(columns) + 1 - len(row))
        yield quoted_row(row)


def line_column(columns: Collection[str]) -> str:
    """A name that no column has."""
    name = "line"
    while name in columns:
        name = f"_{name}"
    return name
