"""Delimited text without a header, whose columns are known from elsewhere, and lines around its items."""

import csv
import shutil
from pathlib import Path

from feedscript.feeds.readers.dialect import Dialect
from feedscript.feeds.readers.options import SourceOptions

#: More than any trailer has.
_TAIL_BYTES = 64 * 1024


def dialect_without_header(text: str, columns: tuple[str, ...], options: SourceOptions) -> Dialect:
    """The dialect that the options give; a preamble, and a header that is there after all, are passed over."""
    delimiter = options.delimiter or ","
    quote = "" if options.quoting == "never" else '"'
    lines = text.splitlines()
    skipped = int(options.preamble is not None and text.startswith(options.preamble))
    first = next(csv.reader(lines[skipped : skipped + 1], delimiter=delimiter), [])
    skipped += [each.strip().lower() for each in first] == [each.lower() for each in columns]
    return Dialect(delimiter, quote, quote, skipped, skipped, columns)


def without_last_line(path: Path, beginning: str, workdir: Path) -> Path:
    """The file without its last line, if that begins so."""
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(0, size - _TAIL_BYTES))
        tail = file.read()
    last = tail.rstrip(b"\r\n")
    start = max(last.rfind(b"\n"), last.rfind(b"\r")) + 1
    if not last[start:].startswith(beginning.encode()):
        return path
    copy = workdir / "items.txt"
    shutil.copyfile(path, copy)
    with copy.open("rb+") as file:
        file.truncate(size - len(tail) + start)
    return copy
