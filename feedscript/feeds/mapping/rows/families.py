# ruff: noqa: D102 - `RowStep` tells what the methods of every step do
"""Steps between a row and others: what it inherits of its parent, and variants that stand in one row."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import ClassVar

from feedscript.feeds.engine.sql import literal
from feedscript.feeds.mapping.patterns import has_group
from feedscript.feeds.mapping.rows.grouping import found_all
from feedscript.feeds.mapping.rows.table import STAYS, Find, Table, bare
from feedscript.feeds.mapping.template import Template
from feedscript.feeds.readers.staged import VALUE_SEPARATOR

#: Parents above one another are followed 1,024 levels far: what goes on from there leads in a circle.
_DOUBLINGS = 10

MOST_PIECES = 1_000
"""Into how many rows one may be split; one with more values stays whole."""


@dataclass(frozen=True)
class Within:
    """All that a pattern finds in a column (its first group, where it has one): how a parent names its variants."""

    column: str
    pattern: str

    def sql(self, table: Table) -> str:
        """What is found, as a list; of a cell without a value there is none."""
        found = f"{literal(self.pattern)}, {int(has_group(self.pattern))}"
        return f"coalesce(regexp_extract_all({table.trimmed(self.column)}, {found}), [])"


@dataclass(frozen=True)
class Inherit:
    """Give empty cells of `columns` the values of the row's parent: the first row that one of `keys` makes `parent` of.

    Where a parent has the names of its variants in one cell, `keys_within` finds them there. `take` are new columns
    with values of the parent, whatever the row itself has. With `leave_out_parents` a row that is the parent of another
    is no item itself.
    """

    name: ClassVar[str] = "inherit"

    parent: str
    keys: tuple[Template, ...] = ()
    keys_within: Within | None = None
    columns: tuple[str, ...] = ()
    leave_out_parents: bool = False
    take: Mapping[str, str] = field(default_factory=dict)

    @property
    def adds(self) -> tuple[str, ...]:
        return tuple(self.take)

    def over(self, find: Find) -> "Inherit | None":
        parent, columns = find(self.parent), found_all(self.columns, find)
        keys = tuple(key for key in (each.over(find) for each in self.keys) if key is not None)
        listed = find(self.keys_within.column) if self.keys_within else None
        within = replace(self.keys_within, column=listed) if self.keys_within and listed else None
        taken = {name: found for name, each in self.take.items() if (found := find(each)) is not None}
        if parent is None or not (keys or within) or not (columns or taken or self.leave_out_parents):
            return None
        return replace(self, parent=parent, keys=keys, keys_within=within, columns=columns, take=taken)

    def apply(self, table: Table) -> None:
        rows = table.settled()
        links = table.kept(self._links(table, rows))
        cells = {f"v{place}": table.cell(name) for place, name in enumerate(self.columns)}
        taken = {f"t{place}": table.cell(name) for place, name in enumerate(self.take.values())}
        parents = self._with_all_above(table, self._parents(table, links, cells | taken), [*cells])
        if cells or taken:
            own = "".join(f", {cell} AS own_{value}" for value, cell in cells.items())
            above = f"(SELECT * EXCLUDE (file_row_number) FROM {parents})"
            others = f"(SELECT child, p.* FROM {links} JOIN {above} AS p ON p.n = parent) ON child = nth"
            inherits = "CASE WHEN child IS NOT NULL AND {1} IS NULL THEN {0} ELSE own_{0} END"
            values = {
                name: inherits.format(value, bare(f"own_{value}"))
                for name, value in zip(self.columns, cells, strict=True)
            }
            values |= dict(zip(self.take, taken, strict=True))
            table.write_joined(f"SELECT nth{own} FROM {rows}", others, values)
        if self.leave_out_parents:
            table.leave_out(table.marked(f"SELECT n FROM {parents}"), "a parent of variants")

    def _links(self, table: Table, rows: str) -> str:
        """The query for the `parent` of each row that has one (`child`), both as `nth`: who is his own has none."""
        parent = table.trimmed(self.parent)
        keys = f"[{', '.join(key.sql(table.cells) for key in self.keys)}]"
        if self.keys_within:
            keys = self.keys_within.sql(table)
        wanted = f"SELECT {parent} FROM {rows} WHERE {STAYS} AND {parent} IS NOT NULL"
        keyed = f"(SELECT nth, unnest({keys}) AS k FROM {rows} WHERE {STAYS})"
        named = f"(SELECT k, min(nth) AS parent FROM {keyed} WHERE k IN ({wanted}) GROUP BY k)"
        children = f"(SELECT nth AS child, {parent} AS named FROM {rows} WHERE {STAYS})"
        return f"SELECT child, parent FROM {children} JOIN {named} ON k = named WHERE child <> parent"

    @staticmethod
    def _parents(table: Table, links: str, values: Mapping[str, str]) -> str:
        """All rows `n` that are the parent of another, with their own parent (`up`) and values."""
        listed = "".join(f", {value} AS {name}" for name, value in values.items())
        those = f"(SELECT nth AS n{listed} FROM {table.rows} WHERE nth IN (SELECT parent FROM {links}))"
        own = f"(SELECT child, parent AS up FROM {links})"
        return table.kept(f"SELECT * EXCLUDE (child) FROM {those} LEFT JOIN {own} ON child = n")

    @staticmethod
    def _with_all_above(table: Table, parents: str, names: list[str]) -> str:
        """The parents, with what they inherit themselves: each time of twice as many above one another."""
        for _ in range(_DOUBLINGS):
            if not table.number(f"SELECT count(up) FROM {parents}"):
                return parents
            inherits = "CASE WHEN {1} IS NULL AND u.n IS NOT NULL THEN u.{0} ELSE p.{0} END AS {0}"
            inherited = [inherits.format(name, bare(f"p.{name}")) for name in names]
            replaced = f"REPLACE ({', '.join(['u.up AS up', *inherited])})"
            twice = f"{parents} AS p LEFT JOIN {parents} AS u ON u.n = p.up"
            parents = table.kept(f"SELECT p.* EXCLUDE (file_row_number) {replaced} FROM {twice}")
        table.circular += table.number(f"SELECT count(up) FROM {parents}") or 0
        return parents


@dataclass(frozen=True)
class Split:
    """Make a row for each value in `columns`, which go side by side; a column with one value has it in all rows.

    Values are parted by any of `separators`. A row whose columns have unlike many values stays whole, and so does one
    with more than 1,000.
    """

    name: ClassVar[str] = "split"
    adds: ClassVar[tuple[str, ...]] = ()

    columns: tuple[str, ...]
    separators: str

    def over(self, find: Find) -> "Split | None":
        columns = found_all(self.columns, find)
        return replace(self, columns=columns) if columns else None

    def apply(self, table: Table) -> None:
        joined = VALUE_SEPARATOR * len(self.separators)
        parts = {}
        for place, name in enumerate(self.columns):
            apart = f"translate({table.cell(name)}, {literal(self.separators)}, {literal(joined)})"
            values = f"list_transform(string_split({apart}, {literal(VALUE_SEPARATOR)}), lambda v: trim(v))"
            parts[f"s{place}"] = f"coalesce(list_filter({values}, lambda v: v <> ''), [])"
        lengths = ", ".join(f"len({part})" for part in parts)
        given = ", ".join(f"{value} AS {part}" for part, value in parts.items())
        most = f"greatest({lengths}, 1)"
        alike = " AND ".join(f"len({part}) IN (0, 1, {most})" for part in parts)
        pieces = f"CASE WHEN {STAYS} AND {alike} AND {most} <= {MOST_PIECES} THEN {most} ELSE 1 END"
        parted = f"(SELECT *, {pieces} AS pieces FROM (SELECT *, {given} FROM {table.rows}))"
        single = f"(SELECT *, unnest(range(pieces)) AS piece FROM {parted})"
        values_of = {
            table.cell(name): f"CASE WHEN pieces > 1 AND len(s{place}) > 1 THEN s{place}[piece + 1] "
            f"ELSE {table.cell(name)} END"
            for place, name in enumerate(self.columns)
        }
        values_of["made"] = "made OR piece > 0"
        replaced = ", ".join(f"{value} AS {name}" for name, value in values_of.items())
        table.rewrite(f"(SELECT * REPLACE ({replaced}) FROM {single})")
