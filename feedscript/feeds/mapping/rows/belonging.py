# ruff: noqa: D102 - `RowStep` tells what the methods of every step do
"""A step over rows that belong together by their order alone: what follows a product's row is the product's."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import ClassVar

from feedscript.feeds.mapping.conditions import Condition
from feedscript.feeds.mapping.rows.step import STAYS, Find, Table


@dataclass(frozen=True)
class GroupRows:
    """Begin a group at each row of which `begins` holds: the column `into` tells which rows belong together.

    `take` are new columns with values of the row that begins the group. What comes before the first is in no group.
    """

    name: ClassVar[str] = "group_rows"
    rereads: ClassVar[bool] = True
    ordered: ClassVar[bool] = False

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

    def applied(self, table: Table, rows: str) -> str:
        values = "".join(f", {table.cell(name)} AS b{place}" for place, name in enumerate(self.take.values()))
        first = f"{STAYS} AND split = 0 AND ({self.begins.sql(table.cells)})"
        beginnings = f"(SELECT nth AS b{values} FROM {rows} WHERE {first})"
        # Each row beside the last beginning before it: this is sorted on disk, where a window would need the memory.
        joined = f"(SELECT * FROM {rows} ASOF LEFT JOIN {beginnings} ON nth >= b)"
        taken = {name: f"CASE WHEN {STAYS} THEN b{place} END" for place, name in enumerate(self.take)}
        done = table.put(joined, {self.into: f"CASE WHEN {STAYS} THEN b::VARCHAR END", **taken})
        return (
            f"(SELECT * EXCLUDE (b{''.join(f', b{place}' for place in range(len(self.take)))}) FROM {done})"
        )
