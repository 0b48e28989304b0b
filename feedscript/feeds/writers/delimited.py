"""Delimited text: quoted where needed, always, or never; with or without a line of titles."""

import csv
from collections.abc import Sequence
from io import StringIO

from feedscript.feeds.engine.sql import literal
from feedscript.feeds.profiles.written import FeedFile
from feedscript.feeds.writers.cells import Column
from feedscript.feeds.writers.layout import Layout


def delimited_layout(columns: Sequence[Column], file: FeedFile, preamble: str, trailer: str) -> Layout:
    """The layout of delimited text; `preamble` and `trailer` are whole lines or empty."""
    head = preamble + (_titles(columns, file) if file.header else "")
    texts = tuple(each.text for each in columns)
    if file.quoting == "never":
        joined = f" || {literal(file.delimiter)} || ".join(f"coalesce({text}, '')" for text in texts)
        return Layout((joined,), head, file.line_end, file.line_end, trailer)
    return Layout(
        texts,
        head,
        file.line_end,
        file.line_end,
        trailer,
        delimiter=file.delimiter,
        quoted=file.quoting == "always",
    )


def _titles(columns: Sequence[Column], file: FeedFile) -> str:
    titles = [each.title for each in columns]
    if file.quoting == "never":
        return file.delimiter.join(titles) + file.line_end
    line = StringIO()
    written = csv.writer(
        line,
        delimiter=file.delimiter,
        lineterminator=file.line_end,
        quoting=csv.QUOTE_ALL if file.quoting == "always" else csv.QUOTE_MINIMAL,
    )
    written.writerow(titles)
    return line.getvalue()
