"""Items of any shape, written as delimited text in one streaming pass."""

import csv
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import TextIO

from feedscript.feeds.readers.intake import Intake, Stopped, refuse_long_names
from feedscript.feeds.readers.staged import Fault, Source, Staged

#: Items looked at before the first is written, so that most feeds show all of their columns in time.
_LOOK_AHEAD = 1_000
#: Of the columns, names in lists of values take one in so many at most: a marketplace has thousands of them.
_LISTED_SHARE = 2
_BUFFER_BYTES = 1024 * 1024

#: A physical line (None where the format has none), and an item's cells by column.
Item = tuple[int | None, Mapping[str, str]]


class _Writer:
    """Writes rows while columns may still be added.

    Every cell is quoted: to find out which need it would take the csv module longer than all else here together.
    """

    def __init__(self, file: TextIO, intake: Intake) -> None:
        self._write = file.write
        self._limits = intake.limits
        self._faults = intake.faults
        self._listed: set[str] = set()
        self._told = False
        self._first_width = 0
        self.columns: tuple[str, ...] = ()
        self.items = 0

    def learn(self, names: Collection[str]) -> None:
        """Add the names that are new as columns; raises `Stopped` past `max_columns`, or for a name without end."""
        columns = dict.fromkeys((*self.columns, *filter(self._has_room, names)))
        refuse_long_names(names)
        if len(columns) > self._limits.max_columns:
            raise Stopped(f"the feed has more than {self._limits.max_columns} columns (max_columns)")
        if len(columns) > len(self.columns):
            self.columns = tuple(columns)

    def _has_room(self, name: str) -> bool:
        """Whether a name may become a column: those in lists, such as `param[Color]`, only while there are few."""
        if name in self._listed or not (name.endswith("]") and "[" in name):
            return True
        most = self._limits.max_columns // _LISTED_SHARE
        if len(self._listed) < most:
            self._listed.add(name)
            return True
        if not self._told:
            self._told = True
            message = f"lists of values have more than {most} names; those of others, such as {name!r}, were not read"
            self._faults.add(Fault("unknown_column", message, severity="info", value=name))
        return False

    def write(self, line: int | None, cells: Mapping[str, str]) -> None:
        """Write one item; raises `Stopped` past `max_items` and `max_field_bytes`."""
        if tuple(cells) == self.columns:
            texts = [*cells.values()]
        else:
            texts = [cells.get(name, "") for name in self.columns]
            if len(cells) > len(texts) - texts.count(""):
                self.learn(cells)
                texts = [cells.get(name, "") for name in self.columns]
        if self.items == self._limits.max_items:
            raise Stopped(f"the feed has more than {self._limits.max_items} items (max_items)")
        if not self.items:
            self._first_width = len(texts)
            # DuckDB takes the file's first line end for that of its rows: it must not be one within a cell.
            self._write(quoted_row([*self.columns, line_column(self.columns)]))
        texts.append("" if line is None else str(line))
        row = quoted_row(texts)
        if len(row) > self._limits.max_field_bytes:
            self._check_fields(cells)
        self._write(row)
        self.items += 1

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


def stage_items(intake: Intake, items: Iterable[Item], source: Source) -> Staged:
    """Write items as text with a column for each name that occurs, and the line as the last column.

    Reading ends at the first `Stopped`; what was written before it stands.
    """
    path = intake.workdir / "items.csv"
    with path.open("w", encoding="utf-8", errors="replace", newline="", buffering=_BUFFER_BYTES) as file:
        writer = _Writer(file, intake)
        try:
            _write_all(writer, iter(items), intake)
        except Stopped as stopped:
            intake.stop(stopped)
    columns = writer.columns
    if writer.uneven:
        path = _widened(path, columns)
    if not columns and intake.stopped_reason is None:
        intake.faults.add(Fault("no_items", "the feed holds no items"))
    return staged_items(intake, path, columns, source)


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


def _write_all(writer: _Writer, items: Iterator[Item], intake: Intake) -> None:
    first: list[Item] = []
    stopped: Stopped | None = None
    try:
        for item in islice(items, _LOOK_AHEAD):
            writer.learn(item[1])
            first.append(item)
    except Stopped as early:
        stopped = early
    for line, cells in first:
        writer.write(line, cells)
    if stopped is not None:
        raise stopped
    for line, cells in items:
        writer.write(line, cells)
        intake.meter.rows = writer.items


def _widened(path: Path, columns: tuple[str, ...]) -> Path:
    """Rows written before a column first occurred get an empty cell for it."""
    width = len(columns) + 1
    destination = path.with_name("items-widened.csv")
    csv.field_size_limit(2**31 - 1)
    with (
        path.open(encoding="utf-8", newline="") as narrow,
        destination.open("w", encoding="utf-8", newline="", buffering=_BUFFER_BYTES) as wide,
    ):
        wide.write(quoted_row([*columns, line_column(columns)]))
        for row in islice(csv.reader(narrow), 1, None):
            row[-1:-1] = [""] * (width - len(row))
            wide.write(quoted_row(row))
    path.unlink()
    return destination


def line_column(columns: Collection[str]) -> str:
    """A name that no column has."""
    name = "line"
    while name in columns:
        name = f"_{name}"
    return name
