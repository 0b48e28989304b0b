"""Whether the quotes of a delimited text are quoting, or only text: a question to the whole file."""

import re
from pathlib import Path

from feedscript.feeds.readers.physical_lines import lines_of

_QUOTE = b'"'
_DOUBLED = b'""'


def quotes_are_text(path: Path, delimiter: str, columns: int) -> bool:
    """Whether a file that was taken for quoted by its beginning is better read with its quotes as text.

    So it is if there is a line whose cells open with quotes that are not closed as quoting has it (`"Nice" shirt`),
    and every line with a quote has the right number of fields if quotes mean nothing: not so where a quoted cell holds
    a delimiter or a line break. Doubled quotes within quotes are quoting too.
    """
    separator = re.escape(delimiter.encode())
    # Possessive, so that no line takes more than one look at each of its bytes.
    quoted = rb'"(?:[^"]++|"")*+"'
    cell = rb'(?:%b|[^"%b][^%b]*+|)' % (quoted, separator, separator)
    well_formed = re.compile(rb"%b(?:%b%b)*+" % (cell, separator, cell)).fullmatch
    quoted_cells = re.compile(rb"(?:^|%b)(%b)(?=%b|$)" % (separator, quoted, separator)).findall
    opens = delimiter.encode() + _QUOTE
    broken = False
    for line in lines_of(path):
        if _QUOTE not in line:
            continue
        row = line.rstrip(b"\r\n")
        if row.count(delimiter.encode()) != columns - 1:
            return False
        if row.startswith(_QUOTE) or opens in row:
            if not well_formed(row):
                broken = True
            elif any(_DOUBLED in each[1:-1] for each in quoted_cells(row)):
                return False
    return broken
