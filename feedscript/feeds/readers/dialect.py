"""Dialects of delimited text: delimiter, quoting, and what lies before the first item."""

import csv
import re
from dataclasses import dataclass
from io import StringIO
from itertools import islice

DELIMITERS = ("\t", ",", ";", "|", "~")
#: Where one quote more or less is common in the text itself, quoting is believed only if it fits better.
_LOOSELY_QUOTED = ("\t", "|", "~")
_SAMPLE_RECORDS = 200
_EXCEL_SEPARATOR = re.compile(r'^"?sep=(.)"?$')


@dataclass(frozen=True)
class Dialect:
    """How a delimited text is written.

    `quote` and `escape` are one character, or empty for text whose quotes mean nothing. `skip_records`
    counts the comments, blank lines and header before the first item; `header_line` is the header's
    physical line, from 1. `columns` is empty where there is no header at all.
    """

    delimiter: str
    quote: str
    escape: str
    skip_records: int
    header_line: int
    columns: tuple[str, ...]


@dataclass(frozen=True)
class _Reading:
    dialect: Dialect
    fit: float


def detect_dialect(text: str, *, whole: bool) -> Dialect:
    """The dialect under which the beginning of a text reads most evenly; `whole` if it is all of the text.

    Each delimiter and quoting is tried, and judged by the header's width and the share of rows as wide as it.
    """
    readings: list[_Reading] = []
    for delimiter in DELIMITERS:
        quotings = [('"', '"')]
        if '"' in text:
            if delimiter in _LOOSELY_QUOTED:
                quotings.append(("", ""))
            if '\\"' in text:
                quotings.append(('"', "\\"))
        readings += [_read(text, delimiter, quote, escape, whole=whole) for quote, escape in quotings]
    # max keeps the first of equals, which is the plainer quoting; one column alone is called a CSV.
    best = max(readings, key=lambda reading: reading.fit)
    return best.dialect if best.fit > 0 else _read(text, ",", '"', '"', whole=whole).dialect


def _read(text: str, delimiter: str, quote: str, escape: str, *, whole: bool) -> _Reading:
    reader = csv.reader(
        StringIO(text, newline=""),
        delimiter=delimiter,
        quotechar=quote or None,
        quoting=csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE,
        doublequote=escape != "\\",
        escapechar="\\" if escape == "\\" else None,
        strict=True,
    )
    skipped, header, header_line = 0, [], 0
    widths: list[int] = []
    broken = False
    try:
        for record in reader:
            skipped += 1
            if not _is_preamble(record, delimiter):
                header, header_line = record, reader.line_num
                break
        # Under the wrong delimiter the header is one column, which fits nothing. Extending one by one, a broken
        # record does not lose the ones before it.
        rows = filter(None, reader) if len(header) > 1 else ()
        widths.extend(len(record) for record in islice(rows, _SAMPLE_RECORDS))
    except csv.Error:
        broken = True
    if not whole and len(widths) > 1:
        widths.pop()
    columns = tuple(name.strip().removeprefix("\ufeff") for name in header)
    dialect = Dialect(delimiter, quote, escape, skipped, header_line, columns)
    even = sum(width == len(columns) for width in widths) / max(1, len(widths) + broken)
    return _Reading(dialect, (even + 0.01) * (len(columns) - 1))


def _is_preamble(record: list[str], delimiter: str) -> bool:
    """Comments, blank lines and Excel's `sep=` line may lie before the header."""
    first = record[0].strip().removeprefix("\ufeff") if record else ""
    return not any(record) or first.startswith("#") or bool(_EXCEL_SEPARATOR.match(delimiter.join(record)))
