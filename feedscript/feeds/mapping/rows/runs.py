"""The rows of each group behind one another, so that what is said of a group is worked out as its rows pass by."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from feedscript.feeds.engine.sql import literal
from feedscript.feeds.mapping.rows.table import AT_A_TIME, SO_FAR, STAYS, Table

#: Lists hold so many values at most: what the engine gathers in lists it cannot spill.
LONGEST_LIST = 1_000


@dataclass(frozen=True)
class Runs:
    """Rows with their group `g` (NULL of those in none), their place (`pos`), and where their group began (`start`).

    `rows` is SQL to select from, in the order of `pos`; `in_order` says that this is the order of the rows themselves,
    as it is where the groups of a source stand together.
    """

    rows: str
    in_order: bool

    @property
    def back_in_order(self) -> str:
        """What puts them in the order of the rows again."""
        return "" if self.in_order else "ORDER BY nth"


def runs(table: Table, group: str, values: Mapping[str, str]) -> Runs:
    """All rows with `values`, `nth` and `stays`, each group's behind one another in the order of the rows."""
    rows = table.settled()
    given = f"SELECT nth, {STAYS} AS stays, {_group(group)} AS g{_listed(values)} FROM {rows}"
    beginnings = f"(SELECT nth AS pos, {_group(group)} AS g FROM {rows})"
    begun = f"(SELECT count(*) FROM {_with_start(beginnings)} WHERE pos = start)"
    groups = f"(SELECT count(*) FROM (SELECT 1 FROM {beginnings} WHERE g IS NOT NULL GROUP BY g))"
    if table.number(f"SELECT {begun} - {groups}") == 0:
        return Runs(_with_start(f"(SELECT nth AS pos, * FROM ({given}))"), in_order=True)
    ordered = table.kept(f"{given} ORDER BY g NULLS LAST, nth")
    return Runs(_with_start(_placed(ordered)), in_order=False)


def ordered_runs(table: Table, group: str, values: Mapping[str, str], order: Sequence[str]) -> str:
    """The rows that stay and are in a group, with `values`, each group's in an `order` of its own."""
    listed = _listed({**values, **{f"o{place}": each for place, each in enumerate(order)}})
    given = f"SELECT nth, {group} AS g{listed} FROM {table.settled()} WHERE {STAYS} AND {group} IS NOT NULL"
    by = "".join(f"o{place}, " for place in range(len(order)))
    return _with_start(_placed(table.kept(f"SELECT * FROM ({given}) ORDER BY g, {by}nth")))


def gathered(table: Table, rows: str, select: str) -> str:
    """A row for each group of `rows` (SQL with `g`, `start`, `pos`): `select` of its rows, some groups at a time."""
    kept = table.kept(f"SELECT * FROM {rows} WHERE g IS NOT NULL")
    last = table.number(f"SELECT max(start) FROM {kept}") or 0
    parts = (
        f"SELECT g, {select} FROM {kept} WHERE start >= {first} AND start < {first + AT_A_TIME} GROUP BY start, g"
        for first in range(0, last + 1, AT_A_TIME)
    )
    return table.kept(*parts)


def one_cell(value: str, order: str) -> str:
    """The values of a group that are not NULL, each once and of the first 1,000, as one cell (an aggregate)."""
    few = f"(list({value} ORDER BY {order}) FILTER ({value} IS NOT NULL))[:{LONGEST_LIST}]"
    once = "list_filter(l, lambda v, place: list_position(l, v) = place)"
    return f"array_to_string(list_transform([{few}], lambda l: {once})[1], {literal(chr(31))})"


def shortened(rows: str, names: Sequence[str]) -> str:
    """The rows, without the values of these columns that are beyond the first 1,000 of their group."""
    if not names:
        return rows
    so_far = ", ".join(f"count({name}) {SO_FAR} AS {name}_so_far" for name in names)
    at_start = "max(CASE WHEN pos = start THEN {0}_so_far - ({0} IS NOT NULL)::INTEGER END) {1} AS {0}_before"
    before = ", ".join(at_start.format(name, SO_FAR) for name in names)
    few = "CASE WHEN {0}_so_far - {0}_before <= {1} THEN {0} END AS {0}"
    replaced = ", ".join(few.format(name, LONGEST_LIST) for name in names)
    helping = ", ".join(f"{name}_{kind}" for name in names for kind in ("so_far", "before"))
    counted = f"(SELECT *, {before} FROM (SELECT *, {so_far} FROM {rows}))"
    return f"(SELECT * EXCLUDE ({helping}) REPLACE ({replaced}) FROM {counted})"


def _group(group: str) -> str:
    return f"CASE WHEN {STAYS} THEN {group} END"


def _listed(values: Mapping[str, str]) -> str:
    return "".join(f", {value} AS {name}" for name, value in values.items())


def _placed(kept: str) -> str:
    return f"(SELECT file_row_number AS pos, * EXCLUDE (file_row_number) FROM {kept})"


def _with_start(rows: str) -> str:
    """The rows with `start`; rows in no group may stand between those of one."""
    last = f"(SELECT *, arg_max(g, pos) FILTER (g IS NOT NULL) {SO_FAR} AS last_g FROM {rows})"
    before = f"(SELECT *, lag(last_g) OVER () AS before FROM {last})"
    begins = "g IS NOT NULL AND g IS DISTINCT FROM before"
    start = f"max(pos) FILTER ({begins}) {SO_FAR} AS start"
    return f"(SELECT * EXCLUDE (last_g, before), {start} FROM {before})"
