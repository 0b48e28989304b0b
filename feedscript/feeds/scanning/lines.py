"""Where in a text feed an item stands: its ordinal, and its physical line, which quoted line breaks part."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from feedscript.feeds.readers.staged import Staged

_BLOCK_BYTES = 1 << 20

#: (place among the items that were read, from 0, or None; record in the file; ordinal; physical line, both from 1)
Row = tuple[int | None, int, int, int]


def rows(staged: Staged, rejected: Iterable[int]) -> Iterator[Row]:
    """Every row of a text feed with its places, in order; `rejected` are the records that could not be read.

    A record is what DuckDB counts: a row of the header, an item or a blank line, however many lines it takes.
    """
    refused = iter(rejected)
    next_refused = next(refused, None)
    place = ordinal = 0
    for record, (line, blank) in enumerate(_records(staged), start=1):
        if record <= staged.skip_lines:
            continue
        if record == next_refused:
            next_refused = next(refused, None)
            ordinal += 1
            yield None, record, ordinal, line
        elif not blank:
            place += 1
            ordinal += 1
            yield place - 1, record, ordinal, line


def _records(staged: Staged) -> Iterator[tuple[int, bool]]:
    """The physical line at which each record begins, and whether the record is blank."""
    quote = staged.quote.encode()
    opening = re.compile(
        rb"(?:^|%b)%b(?:[^%b]|%b%b)*$" % (re.escape(staged.delimiter.encode()), *([re.escape(quote)] * 4))
        if quote
        else rb"(?!)"
    )
    open_since = 0
    for number, line in enumerate(_lines(staged.path), start=1):
        if open_since:
            # A field that a line break is part of goes on until its quote closes.
            if line.count(quote) % 2:
                yield open_since, False
                open_since = 0
        elif quote and quote in line and line.count(quote) % 2 and opening.search(line):
            open_since = number
        else:
            yield number, not line.strip(b"\r")
    if open_since:
        yield open_since, False


def _lines(path: Path) -> Iterator[bytes]:
    """The file's lines without their ends, which are line feeds, or carriage returns where there are no others."""
    with path.open("rb") as file:
        first = file.read(_BLOCK_BYTES)
        file.seek(0)
        if b"\n" in first or b"\r" not in first:
            for line in file:
                yield line.removesuffix(b"\n")
            return
        held = b""
        while block := file.read(_BLOCK_BYTES):
            *whole, held = (held + block).split(b"\r")
            yield from whole
        if held:
            yield held
