# ruff: noqa: D102 - `RowStep` tells what the methods of every step do
"""A step over the columns of one row: what is counted in several is summed up."""

from dataclasses import dataclass, replace
from typing import ClassVar

from feedscript.feeds.mapping.conditions import number_in
from feedscript.feeds.mapping.name_patterns import ANY, fitting
from feedscript.feeds.mapping.rows.grouping import plain
from feedscript.feeds.mapping.rows.table import Find, Table


@dataclass(frozen=True)
class Total:
    """Tell in the column `into` the sum of the numbers in `columns`, or in those that a pattern fits: stock by outlet.

    Of a row that has a number in none of them there is none.
    """

    name: ClassVar[str] = "total"

    columns: tuple[str, ...]
    into: str

    @property
    def adds(self) -> tuple[str, ...]:
        return (self.into,)

    def over(self, find: Find) -> "Total | None":
        found = ((name, find(name)) for name in self.columns)
        columns = tuple(name if ANY in name else own for name, own in found if own is not None)
        return replace(self, columns=columns) if columns else None

    def apply(self, table: Table) -> None:
        there = tuple(table.columns)
        names = dict.fromkeys(own for name in self.columns for own in fitting(name, there) or (name,))
        numbers = [f"({number_in(table.trimmed(name), table.decimal)})::DECIMAL(24, 6)" for name in names]
        table.put({self.into: plain(f"list_sum([{', '.join(numbers)}])")})
