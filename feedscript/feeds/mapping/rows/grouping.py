# ruff: noqa: D102 - `RowStep` tells what the methods of every step do
"""Steps over the rows of one product: what the first says holds for all, pictures and variants in rows of their own."""

from dataclasses import dataclass, replace
from typing import ClassVar

from feedscript.feeds.mapping.conditions import Condition, number_in
from feedscript.feeds.mapping.rows.step import ORDER, STAYS, Find, Table, listed_filter


def found_all(columns: tuple[str, ...], find: Find) -> tuple[str, ...]:
    """Those of the columns that are there, by the source's own names, each once."""
    return tuple(dict.fromkeys(name for name in map(find, columns) if name is not None))


@dataclass(frozen=True)
class FillDown:
    """Give empty cells of `columns` the value of the last row before that has one, within rows of the same `group`."""

    name: ClassVar[str] = "fill_down"
    rereads: ClassVar[bool] = False
    ordered: ClassVar[bool] = False
    adds: ClassVar[tuple[str, ...]] = ()

    group: str
    columns: tuple[str, ...]

    def over(self, find: Find) -> "FillDown | None":
        group, columns = find(self.group), found_all(self.columns, find)
        return None if group is None or not columns else replace(self, group=group, columns=columns)

    def applied(self, table: Table, rows: str) -> str:
        group = table.trimmed(self.group)
        # A row without a group is one of its own: together they would have to fit into memory.
        partition = f"coalesce({group}, chr(31) || nth)"

        def filled(name: str) -> str:
            value = table.trimmed(name)
            before = (
                f"last_value(CASE WHEN {STAYS} THEN {value} END IGNORE NULLS) OVER "
                f"(PARTITION BY {partition} ORDER BY {ORDER} ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)"
            )
            needed = f"{STAYS} AND {value} IS NULL"
            return f"CASE WHEN {needed} THEN {before} ELSE {table.cell(name)} END"

        return table.assigned(rows, {table.cell(name): filled(name) for name in self.columns})


@dataclass(frozen=True)
class Collect:
    """Put the values of `column` in all rows of a `group` into the list `into` of each of them, ordered by `order_by`.

    Rows that hold nothing else, by the condition `drop`, are left out; of a group of such rows alone the first stays.
    """

    name: ClassVar[str] = "collect"
    rereads: ClassVar[bool] = True
    ordered: ClassVar[bool] = False

    group: str
    column: str
    into: str
    order_by: str | None = None
    drop: Condition | None = None

    @property
    def adds(self) -> tuple[str, ...]:
        return (self.into,)

    def over(self, find: Find) -> "Collect | None":
        group, column = find(self.group), find(self.column)
        if group is None or column is None:
            return None
        order_by = find(self.order_by) if self.order_by else None
        drop = self.drop.over(find) if self.drop else None
        return replace(self, group=group, column=column, order_by=order_by, drop=drop)

    def applied(self, table: Table, rows: str) -> str:
        group, value = table.trimmed(self.group), table.trimmed(self.column)
        order = (
            f"{number_in(table.trimmed(self.order_by), table.decimal)}, {ORDER}" if self.order_by else ORDER
        )
        drop = f"({self.drop.sql(table.cells)})" if self.drop else "false"
        values = f"list({value} ORDER BY {order}) FILTER ({value} IS NOT NULL)"
        first = "min((nth, split))"
        kept = f"coalesce({first} FILTER (NOT {drop}), {first}) AS kept"
        groups = table.keep(f"{listed_filter(values)} AS collected, {kept}", rows, group)
        joined = f"(SELECT * FROM {rows} LEFT JOIN {groups} ON g = {group} AND {STAYS})"
        known = self.into in table.columns
        collected = f"CASE WHEN g IS NULL THEN {table.cell(self.into) if known else value} ELSE collected END"
        test = f"g IS NOT NULL AND {drop} AND (nth, split) <> kept"
        marked = table.leave_out(joined, test, f"a row of {self.column} alone, collected into {self.into}")
        return f"(SELECT * EXCLUDE (g, collected, kept) FROM {table.put(marked, {self.into: collected})})"


@dataclass(frozen=True)
class Count:
    """Tell in the column `into` how many rows of its `group` there are; a row without a group is alone."""

    name: ClassVar[str] = "count"
    rereads: ClassVar[bool] = True
    ordered: ClassVar[bool] = False

    group: str
    into: str

    @property
    def adds(self) -> tuple[str, ...]:
        return (self.into,)

    def over(self, find: Find) -> "Count | None":
        group = find(self.group)
        return None if group is None else replace(self, group=group)

    def applied(self, table: Table, rows: str) -> str:
        group = table.trimmed(self.group)
        groups = table.keep("count(*) AS counted", rows, group)
        joined = f"(SELECT * FROM {rows} LEFT JOIN {groups} ON g = {group} AND {STAYS})"
        counted = table.put(joined, {self.into: "coalesce(counted, 1)::VARCHAR"})
        return f"(SELECT * EXCLUDE (g, counted) FROM {counted})"


@dataclass(frozen=True)
class JoinVariants:
    """Make one row, the first, of all rows of a `group`.

    It has all values of the columns `lists`, the sum of `sum`, and the lowest or highest number of `lowest` and
    `highest`, as the row with that number writes it.
    """

    name: ClassVar[str] = "join_variants"
    rereads: ClassVar[bool] = True
    ordered: ClassVar[bool] = False
    adds: ClassVar[tuple[str, ...]] = ()

    group: str
    lists: tuple[str, ...] = ()
    sum: tuple[str, ...] = ()
    lowest: tuple[str, ...] = ()
    highest: tuple[str, ...] = ()

    def over(self, find: Find) -> "JoinVariants | None":
        group = find(self.group)
        if group is None:
            return None
        kinds = {name: found_all(getattr(self, name), find) for name in ("lists", "sum", "lowest", "highest")}
        return replace(self, group=group, **kinds)

    def applied(self, table: Table, rows: str) -> str:
        group = table.trimmed(self.group)
        joined: dict[str, str] = {}
        for name in self.lists:
            value = table.trimmed(name)
            joined[name] = listed_filter(f"list({value} ORDER BY {ORDER}) FILTER ({value} IS NOT NULL)")
        for name in self.sum:
            joined[name] = f"{plain(f'sum({self._number(table, name)})')}"
        for function, names in (("min_by", self.lowest), ("max_by", self.highest)):
            for name in names:
                joined[name] = f"{function}({table.cell(name)}, {self._number(table, name)})"
        columns = "".join(f", {value} AS j{place}" for place, value in enumerate(joined.values()))
        groups = table.keep(f"min((nth, split)) AS kept{columns}", rows, group)
        all_rows = f"(SELECT * FROM {rows} LEFT JOIN {groups} ON g = {group} AND {STAYS})"
        marked = table.leave_out(
            all_rows, "g IS NOT NULL AND (nth, split) <> kept", f"a variant joined into its {self.group}"
        )
        values = {
            name: f"CASE WHEN {STAYS} AND j{place} IS NOT NULL THEN j{place} ELSE {table.cell(name)} END"
            for place, name in enumerate(joined)
        }
        done = table.put(marked, values) if values else marked
        helping = "".join(f", j{place}" for place in range(len(joined)))
        return f"(SELECT * EXCLUDE (g, kept{helping}) FROM {done})"

    @staticmethod
    def _number(table: Table, name: str) -> str:
        return number_in(table.trimmed(name), table.decimal)


def plain(number: str) -> str:
    """A number, in SQL, as a text without needless decimals."""
    return f"regexp_replace(({number})::VARCHAR, '\\.?0+$', '')"
