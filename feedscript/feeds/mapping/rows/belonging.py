# ruff: noqa: D102 - `RowStep` tells what the methods of every step do
"""A step over rows that belong together by their order alone: what follows a product's row is the product's."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import ClassVar

from feedscript.feeds.mapping.conditions import Condition
from feedscript.feeds.mapping.rows.table import SO_FAR, STAYS, Find, Table


@dataclass(frozen=True)
class GroupRows:
    """Begin a group at each row of which `begins` holds: the column `into` tells which rows belong together.

    `take` are new columns with values of the row that begins the group. What comes before the first is in no group.
    """

    name: ClassVar[str] = "group_rows"

    begins: Condition
    into: str
    take: Mapping[str, str] = field(default_factory=dict)

    @property
    def adds(self) -> tuple[str, ...]:
        return self.into, *self.take

    def over(self, find: Find) -> "GroupRows | None":
        begins = self.begins.over(find)
        taken = {name: found for name, each in self.take.items() if (found := find(each)) is not None}
        return None if begins is None else replace(self, begins=begins, take=taken)

    def apply(self, table: Table) -> None:
        begins = f"{STAYS} AND NOT made AND ({self.begins.sql(table.cells)})"
        taken = "".join(f", {table.cell(name)} AS t{place}" for place, name in enumerate(self.take.values()))
        given = f"(SELECT nth, {STAYS} AS stays, {begins} AS begins{taken} FROM {table.settled()})"
        # `arg_max_null` takes the value of the last row that begins, though it be NULL.
        passing = f"max(nth) FILTER (begins) {SO_FAR} AS b" + "".join(
            f", arg_max_null(t{place}, nth) FILTER (begins) {SO_FAR} AS b{place}"
            for place in range(len(self.take))
        )
        values = {self.into: "CASE WHEN stays THEN b::VARCHAR END"}
        values |= {name: f"CASE WHEN stays THEN b{place} END" for place, name in enumerate(self.take)}
        table.write(f"(SELECT stays, {passing} FROM {given})", values)
