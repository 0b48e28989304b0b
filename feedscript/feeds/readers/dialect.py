"""Dialects of delimited text: delimiter, quoting, and what lies before the first item."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, replace
from io import StringIO
from itertools import islice

from feedscript.feeds.readers.header_line import Record, find_header

DELIMITERS = ("\t", ",", ";", "|", "~")
#: Other delimiters are rare in text, so that quotes are rarely needed: they are believed only if they fit better.
ALWAYS_QUOTED = (",", ";")
_HEAD_RECORDS = 30
#: What a reading is worth that takes the first line for a title: under a wrong delimiter, any header looks like one.
_TITLED = 0.2
_SAMPLE_RECORDS = 200


@dataclass(frozen=True)
class Dialect:
    """How a delimited text is written.

    `quote` and `escape` are one character, or empty for text whose quotes mean nothing. `skip_records`
    counts the comments, blank lines, titles and header before the first item; `header_line` is the header's
    physical line, from 1. `columns` is empty where there is no header at all, and `unreadable` says why. `titles`
    are lines above the header that are no comments (line, text). `open_ended` is the place of a column without a
    name or a value, for a delimiter at the end of the header that the rows have not; None if there is none.
    """

    delimiter: str
    quote: str
    escape: str
    skip_records: int
    header_line: int
    columns: tuple[str, ...]
    titles: tuple[tuple[int, str], ...] = ()
    open_ended: int | None = None
    unreadable: str = ""


@dataclass(frozen=True)
class _Reading:
    dialect: Dialect
    fit: float


def detect_dialect(
    text: str,
    *,
    whole: bool,
    delimiter: str | None = None,
    header: int | None = None,
    quoted: bool = True,
) -> Dialect:
    """The dialect under which the beginning of a text reads most evenly; `whole` if it is all of the text.

    Each delimiter and quoting is tried, and judged by the header's width and the share of rows as wide as it.
    `delimiter` and the physical line of the `header` are given where they are known. Where it is known that text is not
    `quoted`, quotes are believed with those delimiters alone that are always quoted.
    """
    readings: list[_Reading] = []
    # What the text has not parts nothing.
    for each in [each for each in DELIMITERS if each in text] if delimiter is None else [delimiter]:
        quotings = [('"', '"')]
        if not quoted and each not in ALWAYS_QUOTED:
            quotings = [("", "")]
        elif '"' in text:
            if each not in ALWAYS_QUOTED:
                quotings.append(("", ""))
            if '\\"' in text:
                quotings.append(('"', "\\"))
        readings += [
            _read(text, each, quote, escape, header=header, whole=whole) for quote, escape in quotings
        ]
    # max keeps the first of equals, which is the plainer quoting; one column alone is called a CSV.
    best = max(readings, key=lambda reading: reading.fit, default=None)
    if best is not None and best.fit > 0:
        return best.dialect
    return _read(text, delimiter or ",", '"', '"', header=header, whole=whole).dialect


def _read(text: str, delimiter: str, quote: str, escape: str, *, header: int | None, whole: bool) -> _Reading:
    records = _records(text, delimiter, quote, escape)
    head, broken = _taken(records, max(header or 0, _HEAD_RECORDS))
    found = find_header(head, delimiter, at=header, broken=broken)
    columns = found.names
    dialect = Dialect(delimiter, quote, escape, found.skipped, found.line, columns, found.titles)
    if not columns or any(delimiter in name and len(name.splitlines()) > 1 for name in columns):
        swallowed = "a quote in the header is not closed: its names run on into the rows"
        return _Reading(replace(dialect, columns=(), unreadable=found.unreadable or swallowed), 0)
    rows = [record.cells for record in head[found.skipped :]]
    # Under the wrong delimiter the header is one column, which fits nothing.
    if len(columns) > 1 and not broken:
        more, broken = _taken(records, _SAMPLE_RECORDS)
        rows += [record.cells for record in more]
    rows = [row for row in rows if row]
    if not whole and not broken and len(rows) > 1:
        rows.pop()
    dialect = _with_even_ends(dialect, rows)
    width = len(dialect.columns)
    even = sum(len(row) == width for row in rows) / max(1, len(rows) + broken)
    return _Reading(dialect, (even + 0.01) * (width - 1) * (_TITLED if found.titles else 1))


def _records(text: str, delimiter: str, quote: str, escape: str) -> Iterator[Record]:
    """Raises `csv.Error` at a record whose quotes are broken."""
    csv.field_size_limit(2**31 - 1)
    reader = csv.reader(
        StringIO(text, newline=""),
        delimiter=delimiter,
        quotechar=quote or None,
        quoting=csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE,
        doublequote=escape != "\\",
        escapechar="\\" if escape == "\\" else None,
        strict=True,
    )
    first = 1
    for cells in reader:
        yield Record(cells, first, reader.line_num)
        first = reader.line_num + 1


def _taken(records: Iterator[Record], most: int) -> tuple[list[Record], bool]:
    """The next records, and whether one whose quotes are broken ended them."""
    taken: list[Record] = []
    try:
        # Extending one by one, a broken record does not lose the ones before it.
        taken.extend(islice(records, most))
    except csv.Error:
        return taken, True
    return taken, False


def _with_even_ends(dialect: Dialect, rows: list[list[str]]) -> Dialect:
    """The dialect, if every row ends in a delimiter that the header has not, or the other way round."""
    columns, width = dialect.columns, len(dialect.columns)
    if not rows or width == 1:
        return dialect
    if all(len(row) == width + 1 and not row[-1] for row in rows):
        return replace(dialect, columns=(*columns, ""))
    if not columns[-1] and all(len(row) == width - 1 for row in rows):
        return replace(dialect, columns=columns[:-1], open_ended=width)
    return dialect
