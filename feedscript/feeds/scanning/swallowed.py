"""Rows that a quote swallowed: opened in one row and closed in a later one, it makes all between them one field."""

import csv
import re
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice

from feedscript.feeds.readers.physical_lines import lines_of
from feedscript.feeds.readers.staged import Staged
from feedscript.feeds.scanning.lines import records, spans

#: Among so many records one is looked for that shows what a row looks like.
_LEARNT_FROM = 1_000
_DIGITS = re.compile(r"\d+")
_LETTERS = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True)
class Swallowed:
    """The physical lines, from 1 and ascending, of rows that were lost in a field of another row.

    For each line `first` and `last` are the lines of the row around it. `rows` counts the rows of the text, whose lines
    are these and those around them.
    """

    lines: "array[int]" = field(default_factory=lambda: array("Q"))
    first: "array[int]" = field(default_factory=lambda: array("Q"))
    last: "array[int]" = field(default_factory=lambda: array("Q"))
    rows: int = 0

    def __len__(self) -> int:
        return len(self.lines)

    def add(self, first: int, last: int, within: "array[int]", most: int | None = None) -> None:
        """Note the rows `within` a row of these lines, counted from its first; no more than `most`."""
        lines = array("Q", (first + number for number in within[:most]))
        self.lines.extend(lines)
        self.first.extend([first] * len(lines))
        self.last.extend([last if len(lines) == len(within) else lines[-1]] * len(lines) if lines else [])


def find_swallowed(staged: Staged, refused: Iterable[int], most: int | None = None) -> Swallowed:
    """The rows within fields of a text feed; `refused` are the records that could not be read.

    A line within a field is a row if it has the feed's number of fields, and addresses, or nothing, in the columns
    where rows have them; in a feed without addresses, if it begins as rows do, with a number or a code (`SKU-17`). The
    closing line has quotes of its own, so it counts if the line before it did, or it begins as rows do. Prose over
    several lines, or a list of features, is neither. There are no more than `most`: the engine, which reads a large
    file in parts, may find its way again within an open quote.
    """
    found = Swallowed()
    watch = Watch(staged)
    rows = 0
    for _, _, _, first, last in spans(staged, refused, watch):
        rows += 1
        if last > first and watch.rows:
            found.add(first, last, watch.rows, None if most is None else most - len(found))
    return replace(found, rows=rows)


def swallowed_rows(staged: Staged, found: Swallowed) -> Iterator[tuple[int, str, int, int]]:
    """The line of each row, its text, and the first and last line of the row around it."""
    wanted = zip(found.lines, found.first, found.last, strict=True)
    line, first, last = next(wanted, (0, 0, 0))
    for number, content in enumerate(lines_of(staged.path, staged.deadline), start=1) if line else ():
        if number == line:
            yield line, _text(content), first, last
            line, first, last = next(wanted, (0, 0, 0))
            if not line:
                return


def cells_of(staged: Staged, text: str) -> list[str]:
    """The cells of a line of a text feed, as if it were a row of its own; quotes that do not pair are text."""
    quote = staged.quote
    if not quote or text.count(quote) % 2:
        return text.split(staged.delimiter)
    try:
        return next(csv.reader([text], delimiter=staged.delimiter, quotechar=quote), [""])
    except csv.Error:
        return [""]


@dataclass
class Watch:
    """Notes which lines of a record are rows, counted from its first."""

    staged: Staged
    rows: "array[int]" = field(default_factory=lambda: array("Q"))
    _line: int = 0
    _begins: str = ""
    _addresses: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        skipped = self.staged.skip_lines
        for record in islice(records(self.staged), skipped, skipped + _LEARNT_FROM):
            cells = cells_of(self.staged, _text(record.text)) if record.text is not None else []
            if len(cells) == len(self.staged.columns):
                self._begins = _form(cells[0])
                self._addresses = [place for place, cell in enumerate(cells) if "://" in cell]
                return

    def opened(self, _: bytes) -> None:
        """As `lines.Watcher`."""
        self.rows, self._line = array("Q"), 0

    def continued(self, line: bytes, *, last: bool) -> None:
        """As `lines.Watcher`."""
        self._line += 1
        width = len(self.staged.columns)
        # Nearly every line of prose has fewer delimiters.
        if 1 < width <= line.count(self.staged.delimiter.encode()) + 1 and self._is_row(line, last=last):
            self.rows.append(self._line)

    def _is_row(self, line: bytes, *, last: bool) -> bool:
        width = len(self.staged.columns)
        cells = cells_of(self.staged, _text(line))
        begins = "0" in self._begins and _form(cells[0]) == self._begins
        if last:
            return len(cells) >= width and (begins or bool(self.rows))
        if len(cells) != width or not self._addresses:
            return len(cells) == width and begins
        # Not every row has a second picture.
        addresses = [cells[place] for place in self._addresses if cells[place].strip()]
        return bool(addresses) and all("://" in cell for cell in addresses)


def _text(line: bytes) -> str:
    return line.decode(errors="replace").rstrip("\r")


def _form(cell: str) -> str:
    """What a cell looks like: each number as 0, each word as a.

    >>> _form("SKU-17")
    'a-0'
    """
    return _LETTERS.sub("a", _DIGITS.sub("0", cell.strip()))
