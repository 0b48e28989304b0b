"""Reads a text row by row, in the memory of one, where the engine could not bear what is wrong with its rows."""

import csv
import json
import re
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from feedscript.feeds.engine.limits import Limits
from feedscript.feeds.readers.intake import Stopped
from feedscript.feeds.readers.physical_lines import LONGEST_LINE
from feedscript.feeds.readers.staged import Staged
from feedscript.feeds.scanning.blank_rows import blank_test
from feedscript.feeds.scanning.lines import records
from feedscript.feeds.scanning.source_table import REJECTED_BYTES
from feedscript.feeds.scanning.swallowed import Swallowed, Watch

#: Rows of which no item can be made: of more the places alone would take too much.
MOST_UNREADABLE = 2_000_000


class Row(NamedTuple):
    """A row of a text, or a blank line: its number among them and its physical lines, from 1, and what it says.

    `within` are the lines that are rows lost in a field of it, counted from its first; `uneven` sums up how many
    delimiters its lines have too many or too few, were each of them a row. Of a longer text than any row's there is
    only the beginning.
    """

    record: int
    line: int
    last: int
    text: bytes
    within: "array[int]"
    uneven: int


@dataclass(frozen=True)
class RowByRow:
    """A text without what cannot be read of it, whose lines are where they were, and an account of that.

    `listed` are the rows that are left out, in their order, as JSON Lines: record, code, fields, text (the beginning).
    `blank` counts rows without a value among them, of any width.
    """

    staged: Staged
    listed: Path
    swallowed: Swallowed
    blank: int


def whole_rows(staged: Staged) -> Iterator[Row]:
    """The rows of a text feed, those of its header and blank lines too."""
    gathered = _Gathered(Watch(staged), staged.delimiter.encode(), len(staged.columns) - 1)
    none = array("Q")
    for number, (line, last, text) in enumerate(records(staged, gathered), start=1):
        if text is None:
            yield Row(number, line, last, bytes(gathered.text), gathered.watch.rows, gathered.uneven)
        else:
            yield Row(number, line, last, text, none, 0)


def cells_or_none(staged: Staged, text: bytes) -> list[str] | None:
    """The cells of a row; None where its quotes are broken."""
    return _cells(staged, text, strict=True)


def fields_of(staged: Staged, text: bytes) -> int:
    """How many fields a row has, whatever its quotes."""
    return len(_cells(staged, text, strict=False) or ())


def quotes_out_of_place(staged: Staged, text: bytes) -> int:
    """How many fields of a row begin with a quote that is closed before their end."""
    row = text.removesuffix(b"\r").decode("utf-8", "replace")
    if not staged.quote or staged.quote not in row:
        return 0
    return sum(1 for _ in _quoted_fields(staged.delimiter, staged.quote, staged.escape).torn.finditer(row))


class _QuotedFields(NamedTuple):
    """Patterns of fields that begin with a quote, as the engine has it: with spaces around; and those torn by one."""

    spaced: re.Pattern[str]
    torn: re.Pattern[str]


@lru_cache(maxsize=16)
def _quoted_fields(delimiter: str, quote: str, escape: str) -> _QuotedFields:
    begins = rf"(?:(?<={re.escape(delimiter)})|^) *"
    ends = rf" *(?={re.escape(delimiter)}|$)"
    mark, kept = re.escape(quote), re.escape(escape)
    text = rf"{mark}(?:[^{mark}{kept}]|{kept}{mark if escape == quote else '.'})*+{mark}"
    return _QuotedFields(
        re.compile(f"{begins}({text}){ends}", re.DOTALL), re.compile(f"{begins}{text}(?!{ends})", re.DOTALL)
    )


def _cells(staged: Staged, text: bytes, *, strict: bool) -> list[str] | None:
    row = text.removesuffix(b"\r").decode("utf-8", "replace")
    if not staged.quote or staged.quote not in row:
        return row.split(staged.delimiter)
    if f" {staged.quote}" in row or f"{staged.quote} " in row:
        row = _quoted_fields(staged.delimiter, staged.quote, staged.escape).spaced.sub(r"\1", row)
    csv.field_size_limit(2**31 - 1)
    backslash = staged.escape == "\\"
    reader = csv.reader(
        iter([row]),
        delimiter=staged.delimiter,
        quotechar=staged.quote,
        doublequote=not backslash,
        escapechar="\\" if backslash else None,
        strict=strict,
    )
    try:
        return next(reader, [""])
    except csv.Error:
        return None


def read_row_by_row(staged: Staged, limits: Limits, workdir: Path, most: int = MOST_UNREADABLE) -> RowByRow:
    """The text with an empty line for each line of a row that cannot be read.

    Raises `Stopped` past the `most` unreadable rows, and at the deadline duckdb.InterruptException.
    """
    path, listed = workdir / "readable.csv", workdir / "unreadable.jsonl"
    swallowed = Swallowed()
    blank = unreadable = record = rows = 0
    is_blank = blank_test(staged)
    with path.open("wb") as readable, listed.open("w", encoding="utf-8") as left_out:
        for row in whole_rows(staged):
            swallowed.add(row.line, row.last, row.within)
            rows += 1
            is_item = row.record > staged.skip_lines and bool(row.text.strip(b"\r"))
            fault = None
            if is_item and is_blank(row.text):
                blank += 1
                readable.write(b"\n")
            elif is_item and (fault := _fault_of(staged, row.text, limits.max_field_bytes)):
                code, fields = fault
                told = {"record": record + 1, "code": code, "fields": fields, "text": _beginning(row.text)}
                left_out.write(json.dumps(told, ensure_ascii=False) + "\n")
                unreadable += 1
                readable.write(b"\n" * (row.last - row.line + 1))
            else:
                readable.write(_with_plain_end(row.text, in_header=row.record <= staged.skip_lines))
            # An empty line is a record of its own.
            record += row.last - row.line + 1 if fault else 1
            if max(unreadable, len(swallowed)) > most:
                raise Stopped(f"more than {most} rows of the feed cannot be read")
    return RowByRow(replace(staged, path=path, is_source=False), listed, replace(swallowed, rows=rows), blank)


def _fault_of(staged: Staged, text: bytes, longest: int) -> tuple[str, int | None] | None:
    """The code of what is wrong with a row, and how many fields it has if those are; None of one that is right."""
    if len(text) > longest:
        return "field_too_large", None
    try:
        text.decode("utf-8")
    except UnicodeDecodeError:
        return "bad_encoding", None
    cells = cells_or_none(staged, text)
    if cells is None or (len(cells) == len(staged.columns) and quotes_out_of_place(staged, text)):
        return "bad_quote", None
    return None if len(cells) == len(staged.columns) else ("ragged_row", len(cells))


def _with_plain_end(text: bytes, *, in_header: bool) -> bytes:
    """A row that ends in a line feed, as those do that stand for the rows left out.

    The engine goes by the first line end of a file, even within quotes.
    """
    row = text.removesuffix(b"\r")
    return (row.replace(b"\r\n", b"\n") if in_header else row) + b"\n"


def _beginning(text: bytes) -> str:
    shown = text[:REJECTED_BYTES].decode("utf-8", "replace").strip("\r\n")
    return shown.replace("\0", "\ufffd")


@dataclass
class _Gathered:
    """The text of a row of several lines, and what those are like."""

    watch: Watch
    delimiter: bytes
    usual: int
    uneven: int = 0
    text: bytearray = field(default_factory=bytearray)

    def opened(self, line: bytes) -> None:
        self.text = bytearray(line)
        self.uneven = abs(line.count(self.delimiter) - self.usual)
        self.watch.opened(line)

    def continued(self, line: bytes, *, last: bool) -> None:
        if len(self.text) < LONGEST_LINE:
            self.text += b"\n" + line
        self.uneven += abs(line.count(self.delimiter) - self.usual)
        self.watch.continued(line, last=last)
