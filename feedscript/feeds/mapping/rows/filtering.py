# ruff: noqa: D102 - `RowStep` tells what the methods of every step do
"""Steps that leave rows out, and that put them in another order."""

from dataclasses import dataclass, replace
from typing import ClassVar

from feedscript.feeds.mapping.conditions import Condition, number_in
from feedscript.feeds.mapping.rows.step import ORDER, STAYS, Find, Table


@dataclass(frozen=True)
class Where:
    """Keep the rows of which the condition holds; the others are left out for the reason."""

    name: ClassVar[str] = "where"
    rereads: ClassVar[bool] = False
    ordered: ClassVar[bool] = True
    adds: ClassVar[tuple[str, ...]] = ()

    condition: Condition
    reason: str

    def over(self, find: Find) -> "Where | None":
        found = self.condition.over(find)
        return None if found is None else replace(self, condition=found)

    def applied(self, table: Table, rows: str) -> str:
        return table.leave_out(rows, f"NOT {self.condition.sql(table.cells)}", self.reason)


@dataclass(frozen=True)
class Exclude:
    """Leave out the rows of which the condition holds, for the reason."""

    name: ClassVar[str] = "exclude"
    rereads: ClassVar[bool] = False
    ordered: ClassVar[bool] = True
    adds: ClassVar[tuple[str, ...]] = ()

    condition: Condition
    reason: str

    def over(self, find: Find) -> "Exclude | None":
        found = self.condition.over(find)
        return None if found is None else replace(self, condition=found)

    def applied(self, table: Table, rows: str) -> str:
        return table.leave_out(rows, self.condition.sql(table.cells), self.reason)


@dataclass(frozen=True)
class Dedupe:
    """Keep one row, the first or the `last`, of those with the same values in `columns`; rows without any stay."""

    name: ClassVar[str] = "dedupe"
    rereads: ClassVar[bool] = False
    ordered: ClassVar[bool] = False
    adds: ClassVar[tuple[str, ...]] = ()

    columns: tuple[str, ...]
    last: bool = False

    def over(self, find: Find) -> "Dedupe | None":
        found = [find(name) for name in self.columns]
        there = tuple(name for name in found if name is not None)
        return replace(self, columns=there) if len(there) == len(found) else None

    def applied(self, table: Table, rows: str) -> str:
        keys = [table.trimmed(name) for name in self.columns]
        order = "nth DESC, split DESC" if self.last else ORDER
        # Rows without a key, and those that are left out, are each by themselves: together they would fill the memory.
        alone = f"CASE WHEN coalesce({', '.join(keys)}) IS NULL OR NOT ({STAYS}) THEN nth END"
        place = f"row_number() OVER (PARTITION BY {', '.join(keys)}, {alone} ORDER BY {order})"
        test = f"coalesce({', '.join(keys)}) IS NOT NULL AND {place} > 1"
        return table.leave_out(rows, test, f"the same {' and '.join(self.columns)} as another row")


@dataclass(frozen=True)
class Limit:
    """Keep so many rows, the first in order."""

    name: ClassVar[str] = "limit"
    rereads: ClassVar[bool] = True
    ordered: ClassVar[bool] = True
    adds: ClassVar[tuple[str, ...]] = ()

    number: int

    def over(self, find: Find) -> "Limit":  # noqa: ARG002 - it looks at no column
        return self

    def applied(self, table: Table, rows: str) -> str:
        kept = f"SELECT ({ORDER}) AS each FROM {rows} WHERE {STAYS} ORDER BY {ORDER} LIMIT {self.number}"
        last = f"(SELECT max(each) FROM ({kept}))"
        return table.leave_out(rows, f"({ORDER}) > {last}", f"beyond the limit of {self.number} rows")


@dataclass(frozen=True)
class Sort:
    """Put rows in the order of a column, as texts or `numbers`; rows without a value come last."""

    name: ClassVar[str] = "sort"
    rereads: ClassVar[bool] = False
    ordered: ClassVar[bool] = False
    adds: ClassVar[tuple[str, ...]] = ()

    column: str
    numbers: bool = False
    descending: bool = False

    def over(self, find: Find) -> "Sort | None":
        found = find(self.column)
        return None if found is None else replace(self, column=found)

    def applied(self, table: Table, rows: str) -> str:
        value = table.trimmed(self.column)
        key = number_in(value, table.decimal) if self.numbers else value
        direction = "DESC" if self.descending else "ASC"
        ordered = f"(SELECT * FROM {rows} ORDER BY {key} {direction} NULLS LAST, {ORDER})"
        return table.assigned(ordered, {"nth": "row_number() OVER ()"})
