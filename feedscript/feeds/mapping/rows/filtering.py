# ruff: noqa: D102 - `RowStep` tells what the methods of every step do
"""Steps that leave rows out, and that put them in another order."""

from dataclasses import dataclass, replace
from typing import ClassVar

from feedscript.feeds.mapping.conditions import Condition, number_in
from feedscript.feeds.mapping.rows.table import STAYS, Find, Table


@dataclass(frozen=True)
class Where:
    """Keep the rows of which the condition holds; the others are left out for the reason."""

    name: ClassVar[str] = "where"
    adds: ClassVar[tuple[str, ...]] = ()

    condition: Condition
    reason: str

    def over(self, find: Find) -> "Where | None":
        found = self.condition.over(find)
        return None if found is None else replace(self, condition=found)

    def apply(self, table: Table) -> None:
        table.leave_out(f"NOT {self.condition.sql(table.cells)}", self.reason)


@dataclass(frozen=True)
class Exclude:
    """Leave out the rows of which the condition holds, for the reason."""

    name: ClassVar[str] = "exclude"
    adds: ClassVar[tuple[str, ...]] = ()

    condition: Condition
    reason: str

    def over(self, find: Find) -> "Exclude | None":
        found = self.condition.over(find)
        return None if found is None else replace(self, condition=found)

    def apply(self, table: Table) -> None:
        table.leave_out(self.condition.sql(table.cells), self.reason)


@dataclass(frozen=True)
class Dedupe:
    """Keep one row, the first or the `last`, of those with the same values in `columns`; rows without any stay."""

    name: ClassVar[str] = "dedupe"
    adds: ClassVar[tuple[str, ...]] = ()

    columns: tuple[str, ...]
    last: bool = False

    def over(self, find: Find) -> "Dedupe | None":
        found = [find(name) for name in self.columns]
        there = tuple(name for name in found if name is not None)
        return replace(self, columns=there) if len(there) == len(found) else None

    def apply(self, table: Table) -> None:
        keys = ", ".join(table.trimmed(name) for name in self.columns)
        of_one = f"{STAYS} AND coalesce({keys}) IS NOT NULL"
        kept = f"{'max' if self.last else 'min'}(nth)"
        marked = table.marked(f"SELECT {kept} FROM {table.settled()} WHERE {of_one} GROUP BY {keys}")
        table.leave_out(
            f"coalesce({keys}) IS NOT NULL AND NOT {marked}",
            f"the same {' and '.join(self.columns)} as another row",
        )


@dataclass(frozen=True)
class Limit:
    """Keep so many rows, the first in order."""

    name: ClassVar[str] = "limit"
    adds: ClassVar[tuple[str, ...]] = ()

    number: int

    def over(self, find: Find) -> "Limit":  # noqa: ARG002 - it looks at no column
        return self

    def apply(self, table: Table) -> None:
        last = table.number(
            f"SELECT nth FROM {table.settled()} WHERE {STAYS} ORDER BY nth LIMIT 1 OFFSET {self.number - 1}"
        )
        if last is not None:
            table.leave_out(f"nth > {last}", f"beyond the limit of {self.number} rows")


@dataclass(frozen=True)
class Sort:
    """Put rows in the order of a column, as texts or `numbers`; rows without a value come last."""

    name: ClassVar[str] = "sort"
    adds: ClassVar[tuple[str, ...]] = ()

    column: str
    numbers: bool = False
    descending: bool = False

    def over(self, find: Find) -> "Sort | None":
        found = find(self.column)
        return None if found is None else replace(self, column=found)

    def apply(self, table: Table) -> None:
        value = table.trimmed(self.column)
        key = number_in(value, table.decimal) if self.numbers else value
        direction = "DESC" if self.descending else "ASC"
        table.rewrite(f"(SELECT * FROM {table.rows} ORDER BY {key} {direction} NULLS LAST, nth)")
