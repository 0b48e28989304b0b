"""One pass over the source into a slim table of masks, and the counts that are taken from it."""

import re
from array import array
from bisect import bisect_right
from collections.abc import Collection, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import duckdb

from feedscript.feeds.engine import sql
from feedscript.feeds.engine.beside import start_beside
from feedscript.feeds.engine.limits import Limits
from feedscript.feeds.readers.staged import Staged
from feedscript.feeds.readers.survey import LineIndex, start_index
from feedscript.feeds.rules.plan import MASK_BITS, Plan, any_set
from feedscript.feeds.scanning.following import Following
from feedscript.feeds.scanning.rejected import Rejected
from feedscript.feeds.scanning.rereading import reread
from feedscript.feeds.scanning.settling import settle
from feedscript.feeds.scanning.source_table import raw_table

#: No row that is read ahead is longer. The engine waits for eight times as much of the file before it looks at it.
_AHEAD_BYTES = 512 * 1024


class _Ahead(NamedTuple):
    """A scan of a file that is still being written, and how it comes by it."""

    following: Following
    reading: Future[int]


@dataclass
class Scan:
    """A feed read once: for each item, in order, a hash of its id and the masks of what it fails and fills.

    Tables: `items` (h, m0 ..., k and w for each comparison within groups, t for each look-up in a taxonomy; u for what
    must be unlike within groups, v for what may have so many values), whose rowid is the order of the file; `rejected`,
    the rows that could not be read (`Rejected`); `crossed` (rule, n), the findings that only a look at several items
    shows. With `is_large` the items are kept in a file in `workdir`, where the engine writes them in a third of the
    space.
    """

    connection: duckdb.DuckDBPyConnection
    staged: Staged
    plan: Plan
    limits: Limits
    item: str
    workdir: Path
    is_large: bool = False
    _counting: Future[LineIndex] | None = field(default=None, init=False, repr=False)
    _ahead: "_Ahead | None" = field(default=None, init=False, repr=False)
    _taken: int | None = field(default=None, init=False, repr=False)
    _rejected: Rejected = field(init=False, repr=False)

    def begin(self) -> None:
        """Begin to read what is staged so far, and what will be; `grown` is to be called, and `run` or `stop`.

        What the engine reads in the source is read at once; raises what the engine then raises.
        """
        if self.staged.query is not None:
            self._taken = self._read_once(self.staged)
            return
        try:
            following = Following(self.staged.path)
        except OSError:
            # Without a pipe it is read once it is all there.
            return
        staged = replace(self.staged, path=following.path)
        limits = replace(self.limits, max_field_bytes=min(self.limits.max_field_bytes, _AHEAD_BYTES))
        self._ahead = _Ahead(following, start_beside(self._read_once, staged, limits))

    def grown(self) -> None:
        """Note that there is more of the staged file."""
        if self._ahead is not None:
            self._ahead.following.grown()

    def stop(self) -> None:
        """Give up what was begun, if it goes on."""
        if self._ahead is not None:
            self._ahead.following.end()
            self.connection.interrupt()
            self._all_was_read(self._ahead)

    def _all_was_read(self, ahead: _Ahead) -> bool:
        """Whether what was begun, which is over then, has read all of the file."""
        failed = ahead.reading.exception() is not None
        self._ahead = None
        return ahead.following.close() and not failed

    def run(self) -> None:
        """Read the source once; where there are rows without a value, a second time without them."""
        self._count_lines()
        read, blank = self._begun() or self._read(self.staged)
        settled = settle(self.staged, read, self.index, self.limits, self.workdir)
        if settled.staged is not self.staged:
            _, blank = self._read(settled.staged)
            self.staged = settled.staged
            self._count_lines()
        self._rejected = Rejected(self.connection, settled, blank)
        self._rejected.keep()
        self.staged = replace(self.staged, skip_blank=self._rejected.blank > 0)
        self._rejected.settled = replace(settled, staged=self.staged)
        self.connection.execute("CREATE TEMP TABLE crossed (rule VARCHAR, n BIGINT)")

    def _count_lines(self) -> None:
        known = self.staged.lines is not None
        surveyed = self.staged.is_source and self.staged.source.survey is not None
        self._counting = None if known or surveyed else start_index(self.staged.path)

    def _begun(self) -> tuple[int, int] | None:
        """What was begun comes to, as `_read`; None where nothing was, or not all that it read was right.

        That is read again from the file, which the engine can do in several threads, and more than once.
        """
        if self._taken is not None:
            return self._taken, 0
        ahead = self._ahead
        if ahead is None:
            return None
        ahead.following.end()
        if not self._all_was_read(ahead) or self.number("SELECT count(*) FROM reject_errors"):
            return None
        return ahead.reading.result(), 0

    def _read(self, staged: Staged) -> tuple[int, int]:
        """Make `items`, and `reject_errors`; how many rows could be read, and how many of them have no value."""
        read = self._read_once(staged)
        if not self._may_be_blank():
            return read, 0
        return read, read - self._read_once(replace(staged, skip_blank=True))

    def _read_once(self, staged: Staged, limits: Limits | None = None) -> int:
        """Make `items` anew, and `reject_errors`; how many items there are."""
        cells = [f"{text} AS {name}" for text, name in self.plan.cells]
        outer = noted(self.plan)
        for table in ("items", "reject_errors", "reject_scans"):
            self.connection.execute(f"DROP TABLE IF EXISTS {table}")
        derived = self.plan.derived.over(f"SELECT {', '.join(cells or ['NULL'])} FROM feed", ", ".join(outer))
        items = f"SELECT {', '.join(outer)} FROM ({derived})"
        source = raw_table(staged, limits or self.limits, rejects=True)
        kind = "TABLE" if self._is_in_file() else "TEMP TABLE"
        return self.number(f"CREATE {kind} items AS WITH feed AS NOT MATERIALIZED (FROM {source}) {items}")

    def _is_in_file(self) -> bool:
        """Whether the engine keeps `items` in a file, which there is from then on."""
        path = self.workdir / "items.duckdb"
        if self.is_large and not path.exists():
            # Nobody reads it after a crash.
            attached = f"ATTACH {sql.literal(str(path))} AS kept (RECOVERY_MODE no_wal_writes)"
            self.connection.execute(f"{attached}; USE kept")
        return self.is_large

    def _may_be_blank(self) -> bool:
        """Whether there is an item of a text feed that has no value in any column that the plan reads."""
        if self.staged.line_column is not None:
            return False
        filled: dict[int, int] = {}
        for mask, place in self.plan.filled.values():
            filled[mask] = filled.get(mask, 0) | 1 << place
        return self.number(f"SELECT count(*) FROM items WHERE NOT ({any_set(filled)})") > 0

    def read_again(self, table: str, columns: list[str], chosen: str) -> None:
        """Make the table `table` of (n, line, `columns`) for the items whose places the query `chosen` gives as n."""
        reread(self, table, columns, chosen)

    @property
    def id_text(self) -> str:
        """The item's id in SQL over the source's columns, NULL where it has none."""
        column = self.plan.columns.get(self.item)
        return sql.trimmed(column) if column else "NULL::VARCHAR"

    @property
    def id_place(self) -> int | None:
        """Which column of the source has the item's id, from 0; None if there is none, or several."""
        found = re.fullmatch(r"c(\d+)", self.plan.columns.get(self.item, ""))
        return int(found[1]) if found else None

    @property
    def key(self) -> str:
        """A hash of the item's id, by which items are found again."""
        return f"hash({self.plan.identity(self.id_text)})"

    @cached_property
    def items(self) -> int:
        """How many items were read."""
        return self.number("SELECT count(*) FROM items")

    @cached_property
    def refused(self) -> Rejected:
        """The rows that no item was made of."""
        if self.staged.line_column is None:
            self._rejected.look_within(self.items, self.index.lines)
        return self._rejected

    @property
    def index(self) -> LineIndex:
        """Where the lines of the staged file begin."""
        if self.staged.lines is not None:
            return self.staged.lines
        if self._counting is not None:
            return self._counting.result()
        assert self.staged.source.survey is not None
        return self.staged.source.survey.result().lines

    @cached_property
    def one_line_each(self) -> bool:
        """Whether every record, of the header too, takes one line, and no line is blank."""
        skipped = self.staged.skip_lines if self.staged.query is None else 0
        return skipped > 0 and self.index.lines == self.items + len(self.refused.records) + skipped

    def ordinal(self, place: int) -> int:
        """The ordinal, from 1 and rejected rows among them, of the item at a place; where all take one line."""
        return place + 1 + bisect_right(self._before, place)

    @cached_property
    def _before(self) -> "array[int]":
        """How many items lie before each rejected row."""
        skipped = self.staged.skip_lines
        return array("Q", (record - skipped - 1 - index for index, record in enumerate(self.refused.records)))

    def totals(self) -> dict[str, int]:
        """How many items fail each rule, for the rules that any item fails."""
        places = self.plan.places.items()
        totals = {rule: self._counts[mask][bit] for rule, (mask, bit) in places if bit in self._counts[mask]}
        crossed = self.connection.execute("SELECT rule, count(*) FROM crossed GROUP BY rule ORDER BY rule")
        return totals | dict(crossed.fetchall())

    def filled(self) -> dict[str, int]:
        """How many items have a value, for each attribute that has a column."""
        places = ((name, *self.plan.filled[name]) for name in self.plan.columns)
        return {name: self._counts[mask].get(bit, 0) for name, mask, bit in places}

    @cached_property
    def _counts(self) -> list[dict[int, int]]:
        return [self._counted(f"m{mask}") for mask in range(len(self.plan.parts))]

    def _counted(self, mask: str) -> dict[int, int]:
        """How many items have each bit of a mask set, for those bits that any has.

        Items are alike by the thousand, so kinds of items are summed.
        """
        rows = self.connection.execute(
            f"SELECT place, sum(number)::BIGINT FROM (SELECT {mask}, count(*) AS number FROM items GROUP BY {mask}),"
            f" range({MASK_BITS}) AS bits(place) WHERE ({mask} >> place::UBIGINT) & 1 = 1 GROUP BY place"
        )
        return dict(rows.fetchall())

    def failing_from(self, place: int, rules: Collection[str], most: int) -> Iterator[tuple[int, set[str]]]:
        """The first items from a place on that fail any of the rules: the place of each, and which it fails.

        The engine keeps the order of rows, so that the first found are the first in the file.
        """
        wanted = self.plan.bits(rules)
        if not wanted:
            return
        rows = self.connection.execute(
            f"SELECT rowid, {', '.join(f'm{mask}' for mask in wanted)} FROM items"
            f" WHERE rowid >= {place} AND ({any_set(wanted)}) LIMIT {most}"
        ).fetchall()
        for n, *masks in rows:
            found = dict(zip(wanted, masks, strict=True))
            places = ((rule, *self.plan.places[rule]) for rule in rules)
            yield n, {rule for rule, mask, bit in places if found[mask] >> bit & 1}

    def failing(self, rules: frozenset[str]) -> int:
        """How many items fail any of the rules."""
        fails = any_set(self.plan.bits(rules & self.plan.places.keys()))
        failing = self.number(f"SELECT count(*) FROM items WHERE {fails}")
        if rules and self.number("SELECT count(*) FROM crossed"):
            named = sql.literals(tuple(sorted(rules)))
            crossed = f"SELECT DISTINCT n FROM crossed WHERE rule IN ({named})"
            failing += self.number(
                f"SELECT count(*) FROM items JOIN ({crossed}) ON rowid = n WHERE NOT ({fails})"
            )
        return failing

    def number(self, query: str) -> int:
        """The one number that a query answers, 0 for NULL; for CREATE TABLE AS, how many rows it made."""
        row = self.connection.execute(query).fetchone()
        return int(row[0] or 0) if row else 0


def noted(plan: Plan) -> list[str]:
    """What is kept of each item, in SQL over the plan's cells: the columns of `items` (see `Scan`)."""
    masks = [f"({mask}) AS m{index}" for index, mask in enumerate(plan.masks)]
    groups = [
        sql.choice([(f"{group} IS NOT NULL AND {value} IS NOT NULL", f"hash({sql.trimmed(text)})")], "NULL")
        + f" AS {letter}{index}"
        for index, (_, group, value) in enumerate(plan.within)
        for text, letter in ((group, "k"), (value, "w"))
    ]
    groups += [
        sql.choice(
            [(f"{group} IS NOT NULL AND {value} IS NOT NULL", f"hash({sql.trimmed(group)}, {value})")], "NULL"
        )
        + f" AS u{index}"
        for index, (_, group, value) in enumerate(plan.unlike)
    ]
    groups += [
        f"CASE WHEN {text} IS NOT NULL THEN hash({sql.trimmed(text)}) END AS v{index}"
        for index, (_, text, _) in enumerate(plan.distinct)
    ]
    lookups = [f"{text} AS t{index}" for index, (_, text) in enumerate(plan.lookups)]
    return [f"hash({plan.item_id}) AS h", *masks, *groups, *lookups]
