"""Whether a text can be scanned as it lies: how much a scan passed over that cannot be read.

The engine notes each field that a row lacks, or has too many, outside of its limit of memory, and takes time by the
square of a row's fields. So it is asked to note them only where they are few; where they may be many, the text is read
row by row.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from feedscript.feeds.engine.limits import Limits
from feedscript.feeds.readers.physical_lines import lines_of
from feedscript.feeds.readers.staged import Staged
from feedscript.feeds.readers.survey import LineIndex
from feedscript.feeds.scanning.row_by_row import (
    Row,
    cells_or_none,
    fields_of,
    quotes_out_of_place,
    read_row_by_row,
    whole_rows,
)
from feedscript.feeds.scanning.swallowed import Swallowed, find_swallowed

#: What the engine takes for one thing that is wrong with a row, of the half of the memory that there is for that.
_BYTES_PER_ERROR = 1_200
#: Fields too many times bytes of their row: about two seconds.
_MOST_WORK = 500_000_000
#: A row has no more fields too many than this, nor has text in quotes more delimiters.
_MANY_FIELDS = 1_000
#: Rows lost within others whose places are kept.
_MOST_SWALLOWED = 1_000_000


@dataclass(frozen=True)
class Settled:
    """A text as it is to be scanned, and what is known of its rows that are no items.

    `source` is the same as it lies there. `swallowed` are the rows lost within others, where they were sought; `listed`
    and `blank` are as in `RowByRow`.
    """

    staged: Staged
    source: Staged
    swallowed: Swallowed = field(default_factory=Swallowed)
    listed: Path | None = None
    blank: int = 0

    @classmethod
    def of(cls, staged: Staged) -> "Settled":
        """What nothing more is known of."""
        return cls(staged, staged)


def settle(staged: Staged, items: int, index: LineIndex, limits: Limits, workdir: Path) -> Settled:
    """How a text is to be scanned of which a scan that noted nothing has made so many items.

    As before where every row is an item; with its unreadable rows noted; or, where the engine could not bear that,
    without them. Raises `Stopped` where there are too many of them.
    """
    left = index.lines - staged.skip_lines - items
    if staged.line_column is not None or staged.has_unreadable or not (left or index.has_lone_returns):
        return Settled.of(staged)
    if not index.has_lone_returns:
        swallowed = find_swallowed(staged, (), max(left, 0))
        if swallowed.rows == items and len(swallowed) < _MOST_SWALLOWED:
            return Settled(staged, staged, swallowed)
    if _has_long_line(staged, limits) or not engine_can_note(staged, whole_rows(staged), limits):
        read = read_row_by_row(staged, limits, workdir)
        return Settled(read.staged, staged, read.swallowed, read.listed, read.blank)
    return Settled.of(replace(staged, has_unreadable=True))


def engine_can_note(staged: Staged, rows: Iterable[Row], limits: Limits) -> bool:
    """Whether what is wrong with all rows is little enough for the engine to note, and nothing that misleads it."""
    width = len(staged.columns)
    most = limits.memory_bytes // 2 // _BYTES_PER_ERROR
    errors = work = 0
    for row in rows:
        if row.record <= staged.skip_lines or not row.text.strip(b"\r"):
            continue
        cells = cells_or_none(staged, row.text)
        fields = fields_of(staged, row.text) if cells is None else len(cells)
        errors += abs(fields - width) + (cells is None)
        if len(row.text) > limits.max_field_bytes:
            # The engine may find its way again within it.
            errors += row.uneven
        if (cells is None or fields != width) and quotes_out_of_place(staged, row.text) > 1:
            # It begins a row in the midst of this one, and says of it that there is nothing in it.
            return False
        if fields > width + _MANY_FIELDS:
            work += (fields - width) * len(row.text)
        if errors > most or work > _MOST_WORK:
            return False
    return True


def _has_long_line(staged: Staged, limits: Limits) -> bool:
    """Whether there is a line longer than any row, or of so many fields that the engine had too much to do with it."""
    delimiter = staged.delimiter.encode()
    most = len(staged.columns) + _MANY_FIELDS
    work = 0
    for line in lines_of(staged.path, staged.deadline):
        if len(line) > most:
            fields = line.count(delimiter) + 1
            work += fields * len(line) if fields > most else 0
            if len(line) > limits.max_field_bytes or work > _MOST_WORK:
                return True
    return False
