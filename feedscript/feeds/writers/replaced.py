"""What a form of file cannot hold, and what is written in its place."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from feedscript.feeds.engine import sql
from feedscript.feeds.profiles.written import FeedFile
from feedscript.feeds.writers.cells import Column

#: The formats made of elements.
MARKUP = ("rss", "atom", "xml")

#: Characters that no XML 1.0 document may hold, not even as references (https://www.w3.org/TR/xml/#charsets).
_NO_XML = (*(chr(code) for code in range(0x20) if chr(code) not in "\t\n\r"), "\ufffe", "\uffff")
_NO_XML_PATTERN = r"[\x00-\x08\x0B\x0C\x0E-\x1F\x{FFFE}\x{FFFF}]"


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
    """Something that a form cannot hold: the signs that tell of it, and in SQL a text without it."""

    operation: str
    signs: tuple[str, ...]
    pattern: str
    instead: str

    def found(self, text: str) -> str:
        return f"({sql.holds_any(text, self.signs)})"

    def without(self, text: str) -> str:
        return f"regexp_replace({text}, {sql.literal(self.pattern)}, {sql.literal(self.instead)}, 'g')"


def _kind(file: FeedFile) -> _Kind | None:
    if file.format in MARKUP:
        return _Kind("without_control_characters", _NO_XML, _NO_XML_PATTERN, "")
    if file.quoting == "never" and file.format in {"csv", "tsv", "positional"}:
        parting = rf"\r\n|[\r\n{re.escape(file.delimiter)}]"
        return _Kind("on_one_line", (file.delimiter, "\n", "\r"), parting, " ")
    return None


def replacements(
    connection: duckdb.DuckDBPyConnection, items: str, columns: Sequence[Column], file: FeedFile
) -> list[Replacement]:
    """Those that the file makes of these columns over `items`, a table in SQL."""
    kind = _kind(file)
    if kind is None:
        return []
    # Most feeds have none, which all columns together tell for a small part of what it costs to ask each.
    whole = f"(SELECT concat({', '.join(each.text for each in columns)}) AS whole FROM {items})"
    if counted(connection, [kind.found("whole")], whole) == (0,):
        return []
    totals = counted(connection, [kind.found(each.text) for each in columns], items)
    return [
        Replacement(each, kind.operation, total, each.text, kind.without(each.text), kind.found(each.text))
        for each, total in zip(columns, totals, strict=True)
        if total
    ]


def counted(connection: duckdb.DuckDBPyConnection, tests: Sequence[str], items: str) -> tuple[int, ...]:
    """For how many items each test holds."""
    counts = ", ".join(f"count_if({test})" for test in tests)
    row = connection.execute(f"SELECT {counts} FROM {items}").fetchone()
    assert row is not None
    return row


def writable(columns: Sequence[Column], made: Sequence[Replacement], file: FeedFile) -> list[Column]:
    """The columns as the file can hold them."""
    kind = _kind(file)
    hit = {each.column.title for each in made}
    return [each.mapped(kind.without) if kind and each.title in hit else each for each in columns]
