# ruff: noqa: D102 - `RowStep` tells what the methods of every step do
"""Steps between a row and others: what it inherits of its parent, and variants that stand in one row."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import ClassVar

from feedscript.feeds.engine.sql import literal
from feedscript.feeds.mapping.patterns import has_group
from feedscript.feeds.mapping.rows.grouping import found_all
from feedscript.feeds.mapping.rows.step import STAYS, Find, Table
from feedscript.feeds.mapping.template import Template
from feedscript.feeds.readers.staged import VALUE_SEPARATOR

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
    rereads: ClassVar[bool] = True
    ordered: ClassVar[bool] = False

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

    def applied(self, table: Table, rows: str) -> str:
        parent = table.trimmed(self.parent)
        keys = f"[{', '.join(key.sql(table.cells) for key in self.keys)}]"
        if self.keys_within:
            keys = self.keys_within.sql(table)
        wanted = f"(SELECT DISTINCT {parent} FROM {rows} WHERE {STAYS} AND {parent} IS NOT NULL)"
        values = "".join(f", 'v{place}': {table.cell(name)}" for place, name in enumerate(self.columns))
        values += "".join(
            f", 't{place}': {table.cell(name)}" for place, name in enumerate(self.take.values())
        )
        packed = f"arg_min({{'nth': nth{values}}}, nth) AS p"
        keyed = f"(SELECT *, unnest({keys}) AS k FROM {rows} WHERE {STAYS})"
        # Of all rows only the parents are gathered.
        named = f"(SELECT * FROM {keyed} WHERE k IN {wanted})"
        parents = f"(SELECT g AS k, p FROM {table.keep(packed, named, 'k')})"
        joined = f"(SELECT * FROM {rows} LEFT JOIN {parents} ON k = {parent} AND {STAYS} )"
        inherited = {
            table.cell(name): f"CASE WHEN k IS NOT NULL AND {table.trimmed(name)} IS NULL AND p.nth <> nth "
            f"THEN p.v{place} ELSE {table.cell(name)} END"
            for place, name in enumerate(self.columns)
        }
        done = table.assigned(joined, inherited) if inherited else joined
        if self.take:
            own = "CASE WHEN k IS NOT NULL AND p.nth <> nth THEN p.t{} END"
            done = table.put(done, {name: own.format(place) for place, name in enumerate(self.take)})
        done = f"(SELECT * EXCLUDE (k, p) FROM {done})"
        if not self.leave_out_parents:
            return done
        others = f"(SELECT DISTINCT p.nth FROM {joined} WHERE k IS NOT NULL AND p.nth <> nth)"
        return table.leave_out(done, f"nth IN {others}", "a parent of variants")


@dataclass(frozen=True)
class Split:
    """Make a row for each value in `columns`, which go side by side; a column with one value has it in all rows.

    Values are parted by any of `separators`. A row whose columns have unlike many values stays whole, and so does one
    with more than 1,000.
    """

    name: ClassVar[str] = "split"
    rereads: ClassVar[bool] = False
    ordered: ClassVar[bool] = False
    adds: ClassVar[tuple[str, ...]] = ()

    columns: tuple[str, ...]
    separators: str

    def over(self, find: Find) -> "Split | None":
        columns = found_all(self.columns, find)
        return replace(self, columns=columns) if columns else None

    def applied(self, table: Table, rows: str) -> str:
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
        parted = f"(SELECT *, {pieces} AS pieces FROM (SELECT *, {given} FROM {rows}))"
        single = f"(SELECT *, unnest(range(pieces)) AS piece FROM {parted})"
        values_of = {
            table.cell(name): f"CASE WHEN pieces > 1 AND len(s{place}) > 1 THEN s{place}[piece + 1] "
            f"ELSE {table.cell(name)} END"
            for place, name in enumerate(self.columns)
        }
        values_of["split"] = f"split * {MOST_PIECES} + piece"
        return (
            f"(SELECT * EXCLUDE (pieces, piece, {', '.join(parts)}) FROM {table.assigned(single, values_of)})"
        )
