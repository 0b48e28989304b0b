"""Where in a text feed an item stands: its ordinal, and its physical line, which quoted line breaks part."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, Protocol

from feedscript.feeds.readers.physical_lines import lines_of
from feedscript.feeds.readers.staged import Staged
from feedscript.feeds.scanning.blank_rows import blank_test

#: (place among the items that were read, from 0, or None; record in the file; ordinal; physical line, both from 1)
Row = tuple[int | None, int, int, int]


class Watcher(Protocol):
    """Who is told of the lines that one record takes."""

    def opened(self, line: bytes) -> None:
        """A quoted field goes on behind this line."""

    def continued(self, line: bytes, *, last: bool) -> None:
        """The field takes this line too, which is the last if its quote closes here."""


class Record(NamedTuple):
    """The first and the last physical line of a record, from 1, and the text of a record of one line."""

    line: int
    last: int
    text: bytes | None


def rows(staged: Staged, rejected: Iterable[int], swallowed: Sequence[int] = ()) -> Iterator[Row]:
    """Every row of a text feed with its places, in order; `rejected` are the records that could not be read.

    A record is what DuckDB counts: a row of the header, an item or a blank line, however many lines it takes.
    `swallowed` are the lines, ascending, of the rows lost within others; ordinals count them where they stand.
    """
    return (
        (place, record, ordinal + bisect_left(swallowed, line), line)
        for place, record, ordinal, line, _ in spans(staged, rejected)
    )


def spans(
    staged: Staged, rejected: Iterable[int], watcher: Watcher | None = None
) -> Iterator[tuple[int | None, int, int, int, int]]:
    """As `rows`, with the last line of each row; `watcher` is told of rows of several lines before they are given."""
    is_blank = blank_test(staged) if staged.skip_blank else _is_empty
    refused = iter(rejected)
    next_refused = next(refused, None)
    place = ordinal = 0
    for record, (line, last, text) in enumerate(records(staged, watcher), start=1):
        if record <= staged.skip_lines:
            continue
        if record == next_refused:
            next_refused = next(refused, None)
            ordinal += 1
            yield None, record, ordinal, line, last
        elif text is None or not is_blank(text):
            place += 1
            ordinal += 1
            yield place - 1, record, ordinal, line, last


def may_hold_blank(staged: Staged) -> bool:
    """Whether some line of the file looks like a row without a value: much sooner told than to read every cell.

    Within a field of several lines there may be one that only looks so.
    """
    if staged.line_column is not None:
        return False
    is_blank = blank_test(staged)
    return any(line and is_blank(line) for line in lines_of(staged.path, staged.deadline))


def _is_empty(line: bytes) -> bool:
    return not line.strip(b"\r")


def records(staged: Staged, watcher: Watcher | None = None) -> Iterator[Record]:
    """The records of a text feed, from the file's first line."""
    quote = staged.quote.encode()
    opening = re.compile(
        rb"(?:^|%b)%b(?:[^%b]|%b%b)*$" % (re.escape(staged.delimiter.encode()), *([re.escape(quote)] * 4))
        if quote
        else rb"(?!)"
    )
    open_since = number = 0
    for number, line in enumerate(lines_of(staged.path, staged.deadline), start=1):
        odd = quote and quote in line and line.count(quote) % 2
        if open_since:
            # A field that a line break is part of goes on until its quote closes.
            if watcher is not None:
                watcher.continued(line, last=bool(odd))
            if odd:
                yield Record(open_since, number, None)
                open_since = 0
        elif odd and opening.search(line):
            open_since = number
            if watcher is not None:
                watcher.opened(line)
        else:
            yield Record(number, number, line)
    if open_since:
        yield Record(open_since, number, None)
