# ruff: noqa: D102 - `RowStep` tells what the methods of every step do
"""Steps over the rows of one product: what the first says holds for all, pictures and variants in rows of their own."""

from dataclasses import dataclass, replace
from typing import ClassVar

from feedscript.feeds.mapping.conditions import Condition, number_in
from feedscript.feeds.mapping.rows.runs import gathered, one_cell, ordered_runs, runs, shortened
from feedscript.feeds.mapping.rows.table import SO_FAR, STAYS, Find, Table, bare


def found_all(columns: tuple[str, ...], find: Find) -> tuple[str, ...]:
    """Those of the columns that are there, by the source's own names, each once."""
    return tuple(dict.fromkeys(name for name in map(find, columns) if name is not None))


@dataclass(frozen=True)
class FillDown:
    """Give empty cells of `columns` the value of the last row before that has one, within rows of the same `group`."""

    name: ClassVar[str] = "fill_down"
    adds: ClassVar[tuple[str, ...]] = ()

    group: str
    columns: tuple[str, ...]

    def over(self, find: Find) -> "FillDown | None":
        group, columns = find(self.group), found_all(self.columns, find)
        return None if group is None or not columns else replace(self, group=group, columns=columns)

    def apply(self, table: Table) -> None:
        cells = {f"v{place}": table.cell(name) for place, name in enumerate(self.columns)}
        found = runs(table, table.trimmed(self.group), cells)
        values = ", ".join(f"{bare(name)} AS {name}_value" for name in cells)
        has_value = "g IS NOT NULL AND {0}_value IS NOT NULL"
        last = "max(pos) FILTER (" + has_value + ") {1} AS {0}_last"
        before = "arg_max({0}_value, pos) FILTER (" + has_value + ") {1} AS {0}_before"
        passing = ", ".join(each.format(name, SO_FAR) for name in cells for each in (last, before))
        filled = f"(SELECT *, {passing} FROM (SELECT *, {values} FROM {found.rows}))"
        within = "CASE WHEN g IS NOT NULL AND {0}_last >= start THEN {0}_before END"
        cell = "CASE WHEN stays AND {0}_value IS NULL THEN " + within + " ELSE {0} END"
        table.write(
            f"{filled} {found.back_in_order}",
            {name: cell.format(each) for name, each in zip(self.columns, cells, strict=True)},
        )


@dataclass(frozen=True)
class Collect:
    """Put the values of `column` in all rows of a `group` into the list `into` of each of them, ordered by `order_by`.

    Rows that hold nothing else, by the condition `drop`, are left out; of a group of such rows alone the first stays.
    """

    name: ClassVar[str] = "collect"

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

    def apply(self, table: Table) -> None:
        group, value = table.trimmed(self.group), table.trimmed(self.column)
        order = [number_in(table.trimmed(self.order_by), table.decimal)] if self.order_by else []
        rows = shortened(ordered_runs(table, group, {"v": value}, order), ["v"])
        lists = gathered(table, rows, f"{one_cell('v', 'pos')} AS collected")
        known = table.cell(self.into) if self.into in table.columns else value
        grouped = f"{STAYS} AND {group} IS NOT NULL AS grouped"
        given = f"SELECT nth, {grouped}, {group} AS key, {known} AS own FROM {table.rows}"
        if self.drop:
            drop = f"({self.drop.sql(table.cells)})"
            kept = f"coalesce(min(nth) FILTER (NOT {drop}), min(nth))"
            first = f"SELECT {kept} FROM {table.rows} WHERE {STAYS} AND {group} IS NOT NULL GROUP BY {group}"
            test = f"{group} IS NOT NULL AND {drop} AND NOT {table.marked(first)}"
            table.leave_out(test, f"a row of {self.column} alone, collected into {self.into}")
        cell = "CASE WHEN grouped THEN collected ELSE own END"
        table.write_joined(given, f"{lists} ON grouped AND g = key", {self.into: cell})


@dataclass(frozen=True)
class Count:
    """Tell in the column `into` how many rows of its `group` there are; a row without a group is alone."""

    name: ClassVar[str] = "count"

    group: str
    into: str

    @property
    def adds(self) -> tuple[str, ...]:
        return (self.into,)

    def over(self, find: Find) -> "Count | None":
        group = find(self.group)
        return None if group is None else replace(self, group=group)

    def apply(self, table: Table) -> None:
        group, rows = table.trimmed(self.group), table.settled()
        given = f"SELECT nth, CASE WHEN {STAYS} THEN {group} END AS key FROM {rows}"
        counts = table.kept(
            f"SELECT key AS g, count(*) AS counted FROM ({given}) WHERE key IS NOT NULL GROUP BY key"
        )
        table.write_joined(given, f"{counts} ON g = key", {self.into: "coalesce(counted, 1)::VARCHAR"})


@dataclass(frozen=True)
class JoinVariants:
    """Make one row, the first, of all rows of a `group`.

    It has all values of the columns `lists`, the sum of `sum`, and the lowest or highest number of `lowest` and
    `highest`, as the row with that number writes it.
    """

    name: ClassVar[str] = "join_variants"
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

    def apply(self, table: Table) -> None:
        group = table.trimmed(self.group)
        values: dict[str, str] = {}
        joined: dict[str, str] = {}
        lists = []
        for name in self.lists:
            lists.append(value := f"v{len(values)}")
            values[value] = table.trimmed(name)
            joined[name] = one_cell(value, "pos")
        for name in self.sum:
            value = f"v{len(values)}"
            values[value] = self._number(table, name)
            joined[name] = plain(f"sum({value})")
        # Of several rows with one number the first counts.
        for function, order, names in (
            ("arg_min", "{0}, pos", self.lowest),
            ("arg_max", "{0}, -pos", self.highest),
        ):
            for name in names:
                value = f"v{len(values)}"
                values |= {value: self._number(table, name), f"{value}_cell": table.cell(name)}
                by = order.format(value)
                joined[name] = f"{function}({value}_cell, ({by})) FILTER ({value} IS NOT NULL)"
        rows = shortened(ordered_runs(table, group, values, []), lists)
        columns = "".join(f", {value} AS j{place}" for place, value in enumerate(joined.values()))
        groups = gathered(table, rows, f"min(nth) AS kept{columns}")
        listed = "".join(f", {table.cell(name)} AS own{place}" for place, name in enumerate(joined))
        given = f"SELECT nth{listed} FROM {table.rows}"
        first = table.marked(f"SELECT kept FROM {groups}")
        table.leave_out(f"{group} IS NOT NULL AND NOT {first}", f"a variant joined into its {self.group}")
        if joined:
            values = {name: f"coalesce(j{place}, own{place})" for place, name in enumerate(joined)}
            table.write_joined(given, f"{groups} ON kept = nth", values)

    @staticmethod
    def _number(table: Table, name: str) -> str:
        return number_in(table.trimmed(name), table.decimal)


def plain(number: str) -> str:
    """A number, in SQL, as a text without needless decimals."""
    return f"regexp_replace(({number})::VARCHAR, '\\.?0+$', '')"
