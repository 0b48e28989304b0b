# ruff: noqa: D102 - `RowStep` tells what the methods of every step do
"""A step that takes values from another list: one that the same file has beside the items, or a file of its own."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

from feedscript.feeds.engine.sql import literal
from feedscript.feeds.mapping.rows.table import STAYS, Find, Table, bare

DEEPEST = 20
"""How many parents above one another are followed."""


@dataclass(frozen=True)
class Origin:
    """Where a list is: `item` is the element, or the key of the list, in the source; `file` a file of its own."""

    item: str | None = None
    file: str | None = None
    folder: Path | None = None

    @property
    def path(self) -> Path | None:
        """The file, which lies in the folder `lists` beside the merchants' and partners' files."""
        return None if self.file is None or self.folder is None else self.folder / self.file

    def __str__(self) -> str:
        return self.file or self.item or ""


@dataclass(frozen=True)
class LookUp:
    """Find the entry of a list whose `key` is the row's value in `column`, and take its values into columns.

    `take` holds the list's columns by the names they get. With `parent` each value is a path from the topmost entry
    down, joined by `separator`: the parent is the entry whose key is in that column. Of entries with one key the first
    counts; a row without an entry gets no values.
    """

    name: ClassVar[str] = "look_up"

    column: str
    origin: Origin
    key: str
    take: Mapping[str, str]
    parent: str | None = None
    separator: str = " > "

    @property
    def adds(self) -> tuple[str, ...]:
        return tuple(self.take)

    @property
    def asked(self) -> tuple[str, ...]:
        """The list's columns that are read."""
        return (self.key, *self.take.values(), *((self.parent,) if self.parent else ()))

    def over(self, find: Find) -> "LookUp | None":
        found = find(self.column)
        return None if found is None else replace(self, column=found)

    def over_list(self, find: Find) -> "LookUp":
        """The step over the list's own names."""
        return replace(
            self,
            key=find(self.key) or self.key,
            take={name: find(column) or column for name, column in self.take.items()},
            parent=self.parent and find(self.parent),
        )

    def apply(self, table: Table) -> None:
        columns, scan = table.lists[self.origin]
        values = ", ".join(
            f"{bare(f'c{columns.index(name)}')} AS v{place}" for place, name in enumerate(self.take.values())
        )
        key = bare(f"c{columns.index(self.key)}")
        parent = bare(f"c{columns.index(self.parent)}") if self.parent else "NULL::VARCHAR"
        entries = table.kept(f"SELECT {key} AS k, {parent} AS p, {values} FROM {scan}")
        first = f"SELECT min(file_row_number) FROM {entries} WHERE k IS NOT NULL GROUP BY k"
        listed = f"SELECT * EXCLUDE (file_row_number) FROM {entries} WHERE file_row_number IN ({first})"
        found = table.kept(self._found(listed, len(self.take)))
        key, rows = table.trimmed(self.column), table.settled()
        given = f"SELECT nth, CASE WHEN {STAYS} THEN {key} END AS key FROM {rows}"
        table.write_joined(
            given, f"{found} ON k = key", {name: f"v{place}" for place, name in enumerate(self.take)}
        )

    def _found(self, listed: str, number: int) -> str:
        """The values by key; with a parent, paths of them. A circle of parents leads nowhere, and is not followed."""
        if self.parent is None:
            return f"SELECT * EXCLUDE (p) FROM ({listed})"
        places = range(number)
        own = ", ".join(f"v{place}" for place in places)
        above = ", ".join(
            f"concat_ws({literal(self.separator)}, l.v{place}, up.v{place}) AS v{place}" for place in places
        )
        paths = ", ".join(
            f"CASE WHEN max(depth) < {DEEPEST} THEN arg_max(v{place}, depth) "
            f"ELSE arg_min(v{place}, depth) END AS v{place}"
            for place in places
        )
        return (
            f"WITH RECURSIVE l AS MATERIALIZED ({listed}), up AS (SELECT k, p, 1 AS depth, {own} FROM l UNION ALL "
            f"SELECT up.k, l.p, up.depth + 1, {above} FROM up JOIN l ON l.k = up.p WHERE up.depth < {DEEPEST}) "
            f"SELECT k, {paths} FROM up GROUP BY k"
        )
