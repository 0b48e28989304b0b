"""What a step over rows is: rows in, rows out, none of which is ever lost.

Steps work on a table of columns `c0`, `c1` ... and four of their own: `nth` and `split`, by which rows are in order
(`split` is 0 of a row of the source, more of one that a step made of it), `place`, which row of the source it is or was
made of, from 0, and `reason`, the number of the reason why a row is left out, NULL of those that stay. A row that is
left out stays in the table, marked, and takes no part in what follows: so all rows are accounted for at the end.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol, Self

from feedscript.feeds.engine.sql import identifier, literal
from feedscript.feeds.mapping.conditions import Cells
from feedscript.feeds.mapping.numbers import Decimal
from feedscript.feeds.readers.white_space import trimmed

Find = Callable[[str], str | None]
"""From a name in a document to the source's own name of the column; None where it has none."""

#: Whether a row stays, the order of rows, and which of the source's a row is.
STAYS = "reason IS NULL"
PLACE = "place"
ORDER = "nth, split"


def joined_in_one(select: str, rows: str, group: str) -> str:
    """The groups of rows that stay and have a group, all at once."""
    return f"({grouped(select, rows, group)})"


def grouped(select: str, rows: str, group: str, part: str = "true") -> str:
    """The query for those groups of which `part` is true."""
    return f"SELECT {group} AS g, {select} FROM {rows} WHERE {STAYS} AND {group} IS NOT NULL AND {part} GROUP BY g"


@dataclass
class Table:
    """The rows on their way: the names of their columns, and the reasons for leaving rows out.

    `keep` works out a table with a row for each group: of SELECT (without FROM), rows and the group, all in SQL. It is
    kept apart, a part of the groups at a time, since what the engine gathers in lists it cannot spill. `lists` are
    those to look up in, by their origins: the names of their columns, and SQL of columns c0, c1 ...
    """

    columns: list[str]
    decimal: Decimal | None = None
    reasons: list[str] = field(default_factory=list)
    lists: Mapping[Any, tuple[tuple[str, ...], str]] = field(default_factory=dict)
    keep: Callable[[str, str, str], str] = joined_in_one

    def cell(self, name: str) -> str:
        """The column of this name in SQL."""
        return f"c{self.columns.index(name)}"

    def trimmed(self, name: str) -> str:
        """The value of the column without blanks around it; NULL where nothing is left."""
        return f"nullif({trimmed(self.cell(name))}, '')"

    @property
    def cells(self) -> Cells:
        """All columns by their names."""
        places = {name: f"c{place}" for place, name in reversed([*enumerate(self.columns)])}
        return Cells(places, self.decimal)

    def reason(self, text: str) -> int:
        """The number of a reason."""
        if text not in self.reasons:
            self.reasons.append(text)
        return self.reasons.index(text)

    def leave_out(self, rows: str, test: str, reason: str) -> str:
        """The rows, of which those that stayed and for which `test` is true are left out."""
        marked = f"CASE WHEN {STAYS} AND {test} THEN {self.reason(reason)} ELSE reason END"
        return self.assigned(rows, {"reason": f"({marked})::INTEGER"})

    def assigned(self, rows: str, values: Mapping[str, str]) -> str:
        """The rows with these values in columns that they have."""
        replaced = ", ".join(f"{value} AS {identifier(name)}" for name, value in values.items())
        return f"(SELECT * REPLACE ({replaced}) FROM {rows})"

    def put(self, rows: str, values: Mapping[str, str]) -> str:
        """The rows with these values in columns by name, which are added where they are not there."""
        there = {self.cell(name): value for name, value in values.items() if name in self.columns}
        new = {name: value for name, value in values.items() if name not in self.columns}
        self.columns.extend(new)
        added = "".join(f", {value} AS {self.cell(name)}" for name, value in new.items())
        replaced = ", ".join(f"{value} AS {name}" for name, value in there.items())
        return f"(SELECT *{f' REPLACE ({replaced})' if there else ''}{added} FROM {rows})"


class RowStep(Protocol):
    """One step over all rows, before attributes are taken from them; `name` is what documents call it.

    `rereads` says that the step reads its rows twice, `ordered` that it leaves them in their order.
    """

    name: ClassVar[str]
    rereads: ClassVar[bool]
    ordered: ClassVar[bool]

    @property
    def adds(self) -> tuple[str, ...]:
        """The names of the columns that the step adds."""

    def over(self, find: Find) -> Self | None:
        """The step over the source's own names; None where a column that it needs is not there."""

    def applied(self, table: Table, rows: str) -> str:
        """The rows (SQL to select from) when the step is done; `table` is told of new columns and reasons."""


def listed_filter(values: str) -> str:
    """A list of values with each once, the first 1,000, as one cell."""
    few = f"({values})[:1000]"
    once = "list_filter(l, lambda v, place: list_position(l, v) = place)"
    return f"array_to_string(list_transform([{few}], lambda l: {once})[1], {literal(chr(31))})"
