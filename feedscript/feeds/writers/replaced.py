"""What a form of file cannot hold, and what is written in its place."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import duckdb

from feedscript.feeds.engine import sql
from feedscript.feeds.profiles.model import FeedFile
from feedscript.feeds.writers.cells import Column

#: The formats made of elements.
MARKUP = ("rss", "atom", "xml")

#: Characters that no XML 1.0 document may hold, not even as references (https://www.w3.org/TR/xml/#charsets).
_NO_XML = r"[\x00-\x08\x0B\x0C\x0E-\x1F\x{FFFE}\x{FFFF}]"


@dataclass(frozen=True)
class Replacement:
    """Values of one column that were not written as they are: how many, and what was done to them.

    `was` and `now` are the SQL of a value before and after, `changed` that of whether they differ.
    """

    column: Column
    operation: str
    total: int
    was: str
    now: str
    changed: str


@dataclass(frozen=True)
class _Kind:
    """Something that a form cannot hold: how it is found in a text, and the text without it; SQL for SQL."""

    operation: str
    found: Callable[[str], str]
    without: Callable[[str], str]


_CONTROLS = _Kind(
    "without_control_characters",
    lambda text: sql.contains(text, _NO_XML),
    lambda text: f"regexp_replace({text}, {sql.literal(_NO_XML)}, '', 'g')",
)


def _kind(file: FeedFile) -> _Kind | None:
    if file.format in MARKUP:
        return _CONTROLS
    if file.quoting == "never" and file.format in {"csv", "tsv", "positional"}:
        return _on_one_line(file.delimiter)
    return None


def _on_one_line(delimiter: str) -> _Kind:
    signs = (delimiter, "\n", "\r")
    parting = sql.literal(rf"\r\n|[\r\n{re.escape(delimiter)}]")
    return _Kind(
        "on_one_line",
        lambda text: f"({sql.holds_any(text, signs)})",
        lambda text: f"regexp_replace({text}, {parting}, ' ', 'g')",
    )


def replacements(
    connection: duckdb.DuckDBPyConnection, items: str, columns: Sequence[Column], file: FeedFile
) -> list[Replacement]:
    """Those that the file makes of these columns over `items`, a table in SQL."""
    kind = _kind(file)
    if kind is None:
        return []
    counts = ", ".join(f"count_if({kind.found(each.text)})" for each in columns)
    counted = connection.execute(f"SELECT {counts} FROM {items}").fetchone()
    assert counted is not None
    return [
        Replacement(each, kind.operation, total, each.text, kind.without(each.text), kind.found(each.text))
        for each, total in zip(columns, counted, strict=True)
        if total
    ]


def writable(columns: Sequence[Column], made: Sequence[Replacement], file: FeedFile) -> list[Column]:
    """The columns as the file can hold them."""
    kind = _kind(file)
    hit = {each.column.title for each in made}
    return [each.mapped(kind.without) if kind and each.title in hit else each for each in columns]
