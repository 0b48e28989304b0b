"""The rows on their way through row steps: their columns in files that lie side by side.

Every file has one value for each row, in the order of the rows, so that the engine reads several as one table
(POSITIONAL JOIN) and holds none of it. A step works on the few columns that it needs, and what it changes becomes
another file: whole rows are written at the beginning, at the end, and by steps that make rows or move them. Nothing
here grows with the number of rows but sorts, joins and groups of fixed size, which the engine spills to the disk.

Columns are `c0`, `c1` ... and four more: `nth`, where a row stands, from 1; `place`, which row of the source it is or
was made of, from 0; `made`, whether it is one more that a step made of it; and `reason`, the number of the reason why
it is left out, NULL of those that stay. A row that is left out stays in the table, marked, and takes no part in what
follows: so all rows are accounted for at the end.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import duckdb

from feedscript.feeds.engine.sql import literal
from feedscript.feeds.mapping.conditions import Cells
from feedscript.feeds.mapping.numbers import Decimal
from feedscript.feeds.readers.white_space import trimmed

if TYPE_CHECKING:
    from feedscript.feeds.mapping.rows.looking_up import Origin

Find = Callable[[str], str | None]
"""From a name in a document to the source's own name of the column; None where it has none."""
Lists = Mapping["Origin", tuple[tuple[str, ...], str]]
"""The lists to look values up in: the names of their columns, and SQL of columns c0, c1 ..."""

STAYS = "reason IS NULL"
#: A window that the engine streams: from the first row to this one.
SO_FAR = "OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)"
#: Rows are kept in groups of this many, which have to fit into the engine's memory.
_GROUP: Final = 8_192
#: So many rows are worked on at a time where what belongs to them cannot be spilled.
AT_A_TIME: Final = 200_000


class Table:
    """Rows in files in `folder`, which begin as those of `scan`, SQL of the columns c0, c1 ... that `columns` names.

    `rows` is SQL to select them from, in their order: over the scan itself, which is read only once, until the first
    file is written.
    """

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        folder: Path,
        columns: tuple[str, ...],
        scan: str,
        *,
        decimal: Decimal | None,
        lists: Lists,
    ) -> None:
        self.connection = connection
        self.columns = [*columns]
        self.decimal = decimal
        self.lists = lists
        self.reasons: list[str] = []
        #: How many rows inherit of parents that lead in a circle.
        self.circular = 0
        self._folder = folder
        #: Files of one column or more, each in one part or in several.
        self._files: list[tuple[tuple[Path, ...], tuple[str, ...]]] = []
        self._written = 0
        #: Columns that `rows` works out, and no file has.
        self._pending = [*self._cells, "reason"]
        self._total = 0
        self._moved = False
        counted = "row_number() OVER ()"
        own = f"{counted} AS nth, {counted} - 1 AS place, false AS made, NULL::INTEGER AS reason"
        self.rows = f"(SELECT {', '.join(self._cells)}, {own} FROM {scan})"

    @property
    def _cells(self) -> list[str]:
        return [f"c{place}" for place in range(len(self.columns))]

    def cell(self, name: str) -> str:
        """The column of this name in SQL."""
        return f"c{self.columns.index(name)}"

    def trimmed(self, name: str) -> str:
        """The value of the column without blanks around it; NULL where nothing is left."""
        return bare(self.cell(name))

    @property
    def cells(self) -> Cells:
        """All columns by their names."""
        places = {name: f"c{place}" for place, name in reversed([*enumerate(self.columns)])}
        return Cells(places, self.decimal)

    def leave_out(self, test: str, reason: str) -> None:
        """Leave out the rows that stay and of which `test` is true."""
        if reason not in self.reasons:
            self.reasons.append(reason)
        number = self.reasons.index(reason)
        marked = f"(CASE WHEN {STAYS} AND ({test}) THEN {number} ELSE reason END)::INTEGER AS reason"
        self.rows = f"(SELECT * REPLACE ({marked}) FROM {self.rows})"
        self._pend("reason")

    def put(self, values: Mapping[str, str]) -> None:
        """Put what is worked out of each row by itself into columns, by name; those that are not there are added."""
        there = {self.cell(name): value for name, value in values.items() if name in self.columns}
        new = {self.added(name): value for name, value in values.items() if name not in self.columns}
        added = "".join(f", {value} AS {cell}" for cell, value in new.items())
        replaced = ", ".join(f"{value} AS {cell}" for cell, value in there.items())
        self.rows = f"(SELECT *{f' REPLACE ({replaced})' if there else ''}{added} FROM {self.rows})"
        self._pend(*there, *new)

    def added(self, name: str) -> str:
        """The column of this name in SQL, a new one where there is none: what writes it comes next."""
        if name not in self.columns:
            self.columns.append(name)
        return self.cell(name)

    def added_as(self, columns: Iterable[str]) -> list[str]:
        """The columns of these names in SQL, as `added`."""
        return [self.added(name) for name in columns]

    def settled(self) -> str:
        """The rows where they can be read as often as is needed."""
        if self._pending:
            pending, self._pending = self._pending, []
            self._add(pending, f"SELECT {', '.join(pending)} FROM {self.rows}")
        return self.rows

    def write(self, query: str, columns: Mapping[str, str]) -> None:
        """Take columns, by name, from what a query answers, one row for each row and in their order."""
        self.settled()
        self._add([*self.added_as(columns)], self._named(columns, query))

    def write_joined(self, given: str, others: str, columns: Mapping[str, str]) -> None:
        """Take columns, by name, from what a query answers for each row (`nth`), joined to `others`.

        `others` is SQL: what is joined, and on what. As a join leaves no order, some rows at a time are joined and
        sorted: what they take of others may be long.
        """
        kept = self.kept(given)
        self.settled()
        parts = (
            f"(FROM {kept} WHERE nth > {first} AND nth <= {first + AT_A_TIME}) LEFT JOIN {others} ORDER BY nth"
            for first in range(0, max(self._total, 1), AT_A_TIME)
        )
        cells = [*self.added_as(columns)]
        self._add(cells, *(self._named(columns, part) for part in parts))

    def rewrite(self, query: str) -> None:
        """Take all rows from a query that makes rows or moves them: their cells, `place`, `made` and `reason`."""
        columns = [*self._cells, "place", "made", "reason"]
        self._files, self._pending, self._moved = [], [], True
        self._add(columns, f"SELECT {', '.join(columns)} FROM {query}")

    def finished(self) -> str:
        """The rows in one file, which several threads can read."""
        if not self._files:
            return self.settled()
        if self._pending or len(self._files) > 1:
            self.rewrite(self.rows)
        return self.rows

    def kept(self, *queries: str) -> str:
        """What queries answer one after the other, in files to select from as often as is needed."""
        return _scan([self._copied(query)[0] for query in queries], ", file_row_number = true")

    def marked(self, query: str) -> str:
        """Whether a row is one of those whose `nth` a query answers: a bit for each, which any row is asked for."""
        self.settled()
        name = f"marks_{self._written}"
        self._written += 1
        bits = f"bitstring_agg(nth::BIGINT - 1, 0, {max(self._total - 1, 0)})"
        self.connection.execute(f"SET VARIABLE {name} = (SELECT {bits} FROM ({query}) AS marks(nth))")
        return f"coalesce(get_bit(getvariable('{name}'), (nth - 1)::INTEGER) = 1, false)"

    def number(self, query: str) -> int | None:
        """The one number that a query answers; None where it answers no row, or NULL."""
        row = self.connection.execute(query).fetchone()
        return None if row is None or row[0] is None else int(row[0])

    def _pend(self, *columns: str) -> None:
        self._pending = [*dict.fromkeys((*self._pending, *columns))]

    def _named(self, columns: Mapping[str, str], query: str) -> str:
        listed = ", ".join(f"{value} AS {self.cell(name)}" for name, value in columns.items())
        return f"SELECT {listed} FROM {query}"

    def _add(self, columns: list[str], *queries: str) -> None:
        paths, totals = zip(*map(self._copied, queries), strict=True)
        total = sum(totals)
        assert not self._files or total == self._total, f"{total} values for {self._total} rows"
        self._total = total
        self._files.append((paths, tuple(columns)))
        self.rows = self._side_by_side()

    def _side_by_side(self) -> str:
        newest = {column: number for number, (_, columns) in enumerate(self._files) for column in columns}
        needed = sorted({0, *newest.values()})
        listed = [f"f{number}.{column} AS {column}" for column, number in newest.items()]
        listed.append("f0.file_row_number + 1 AS nth")
        if not self._moved:
            listed += ["f0.file_row_number AS place", "false AS made"]
        counting = {0: ", file_row_number = true"}
        scans = (
            f"{_scan(self._files[number][0], counting.get(number, ''))} AS f{number}" for number in needed
        )
        return f"(SELECT {', '.join(listed)} FROM {' POSITIONAL JOIN '.join(scans)})"

    def _copied(self, query: str) -> tuple[Path, int]:
        self._folder.mkdir(exist_ok=True)
        path = self._folder / f"{self._written}.parquet"
        self._written += 1
        options = f"FORMAT parquet, COMPRESSION lz4_raw, ROW_GROUP_SIZE {_GROUP}"
        copied = self.number(f"COPY ({query}) TO {literal(str(path))} ({options})")
        return path, copied or 0


def _scan(paths: Sequence[Path], option: str) -> str:
    return f"read_parquet([{', '.join(literal(str(path)) for path in paths)}]{option})"


def bare(cell: str) -> str:
    """A cell without blanks around it; NULL where nothing is left."""
    return f"nullif({trimmed(cell)}, '')"
