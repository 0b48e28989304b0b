"""The rows of a source that no item was made of: how many by code, and where the first of them stand."""

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import islice
from pathlib import Path

import duckdb

from feedscript.feeds.engine import sql
from feedscript.feeds.engine.limits import Limits
from feedscript.feeds.readers.staged import Staged
from feedscript.feeds.scanning.blank_rows import blank_pattern, has_value
from feedscript.feeds.scanning.lines import Row, rows
from feedscript.feeds.scanning.settling import Settled
from feedscript.feeds.scanning.source_table import REJECTED_BYTES, raw_table
from feedscript.feeds.scanning.swallowed import Swallowed, find_swallowed, swallowed_rows

#: Kinds of rows that DuckDB rejects, as codes of ours.
_CODES = {
    "MISSING COLUMNS": "ragged_row",
    "TOO MANY COLUMNS": "ragged_row",
    "UNQUOTED VALUE": "bad_quote",
    "INVALID STATE": "bad_quote",
    "LINE SIZE OVER MAXIMUM": "field_too_large",
    "INVALID ENCODING": "bad_encoding",
}


#: How many fields an error is about: there is one for each field that is missing, and one for each too many.
_FOUND = r"TRY_CAST(regexp_extract(error_message, 'Found: (\d+)', 1) AS BIGINT)"
_SWALLOWED = "swallowed_row"
#: Bytes of what is told of one row, each character as an escape.
_LONGEST_LISTED = 16 * REJECTED_BYTES


@dataclass(frozen=True)
class RejectedRow:
    """A row that no item was made of: its ordinal and physical line, both from 1, its beginning, and what is wrong."""

    code: str
    item: int | None
    line: int | None
    text: str
    cause: str


@dataclass
class Rejected:
    """The rows that DuckDB could not read, those lost in a field of another row, and those without a value.

    The first are in the table `rejected` (record, code, fields, text), where `fields` is how many a ragged row has.
    `blank` counts the last, which are no loss.
    """

    connection: duckdb.DuckDBPyConnection
    settled: Settled
    blank: int = 0
    swallowed: Swallowed = field(init=False)

    def __post_init__(self) -> None:
        self.swallowed = self.settled.swallowed
        self.blank += self.settled.blank

    @property
    def staged(self) -> Staged:
        """The text that was scanned."""
        return self.settled.staged

    def keep(self) -> None:
        """Keep one finding for each row, in the order of the file; asked once, after the one scan."""
        in_place = self.staged.query is not None
        if in_place or (not self.staged.has_unreadable and self.staged.line_column is None):
            columns = "record BIGINT, code VARCHAR, fields BIGINT, text VARCHAR"
            self.connection.execute(f"CREATE OR REPLACE TEMP TABLE rejected ({columns})")
            if self.settled.listed is not None:
                self._take_in(self.settled.listed)
            return
        codes = sql.choice(
            [(f"kind = {sql.literal(kind)}", sql.literal(code)) for kind, code in _CODES.items()],
            "'ragged_row'",
        )
        self.connection.execute(
            f"CREATE OR REPLACE TEMP TABLE rejected AS SELECT record, {codes} AS code,"
            " CASE kind WHEN 'MISSING COLUMNS' THEN fewest WHEN 'TOO MANY COLUMNS' THEN most END AS fields,"
            " trim(text, chr(13) || chr(10)) AS text"
            " FROM (SELECT line AS record, min(error_type::VARCHAR) AS kind, min(csv_line) AS text,"
            f" min({_FOUND}) AS fewest, max({_FOUND}) AS most FROM reject_errors GROUP BY line) ORDER BY record"
        )
        if self.staged.line_column is None and self._number("SELECT count(*) FROM rejected"):
            # A blank row is one whatever its width.
            self.blank += self._number(
                f"DELETE FROM rejected WHERE fields IS NOT NULL AND strlen(text) < {REJECTED_BYTES - 2}"
                f" AND regexp_full_match(text, {sql.literal(blank_pattern(self.staged))})"
            )

    def _take_in(self, listed: Path) -> None:
        """Take what was left out of a text that was read row by row (`RowByRow`)."""
        # JSON has no line break within a row: of several kinds in one file the engine reads none.
        columns = "{record: 'BIGINT', code: 'VARCHAR', fields: 'BIGINT', text: 'VARCHAR'}"
        options = (
            f"format = 'newline_delimited', columns = {columns}, maximum_object_size = {_LONGEST_LISTED}"
        )
        self.connection.execute(
            "INSERT INTO rejected SELECT record, code, fields, text"
            f" FROM read_json({sql.literal(str(listed))}, {options})"
        )

    def lines_left(self, items: int, lines: int) -> int:
        """How many of the file's `lines` no row has yet; below 0 if they do not end in line feeds.

        Rows of several lines leave some, and so do empty lines.
        """
        return lines - self.staged.skip_lines - items - len(self.records) - self.blank

    def each_one_line(self, items: int, lines: int) -> bool:
        """Whether every line behind the header is one item."""
        return not (self.records or self.blank or self.lines_left(items, lines))

    def count_blank(self, limits: Limits) -> None:
        """Count the rows without a value, where the scan passed over them."""
        every = raw_table(replace(self.staged, skip_blank=False), limits)
        self.blank += self._number(f"SELECT count(*) FROM {every} WHERE NOT ({has_value(self.staged)})")

    def look_within(self, items: int, lines: int) -> None:
        """Find the rows that were lost in a field of another row, where lines are left for them."""
        left = self.lines_left(items, lines)
        if left and self.staged.quote and not self.swallowed.rows:
            self.swallowed = find_swallowed(self.staged, self.records, left if left > 0 else None)

    @cached_property
    def totals(self) -> dict[str, int]:
        """How many rows could not be read or were lost in others, by code."""
        query = "SELECT code, count(*) FROM rejected GROUP BY code ORDER BY code"
        found = dict(self.connection.execute(query).fetchall())
        return found | ({_SWALLOWED: len(self.swallowed)} if len(self.swallowed) else {})

    @cached_property
    def records(self) -> "array[int]":
        """The records that could not be read, in order, eight bytes each."""
        found = array("Q")
        cursor = self.connection.execute("SELECT record FROM rejected ORDER BY record")
        while batch := cursor.fetchmany(100_000):
            found.extend(record for (record,) in batch)
        return found

    def every_row(self) -> Iterator[Row]:
        """Every row of a text feed with its places, those that could not be read and those lost in others counted."""
        return rows(self.staged, self.records, self.swallowed.lines)

    def first(self, count: int) -> list[RejectedRow]:
        """The first `count` rows of each code, in the order of the file."""
        picked = self.connection.execute(
            "SELECT code, record, fields, text"
            " FROM (SELECT *, row_number() OVER (PARTITION BY code ORDER BY record) AS place FROM rejected)"
            f" WHERE place <= {count} ORDER BY record"
        ).fetchall()
        last = picked[-1][1] if picked else 0
        wanted = {record for _, record, _, _ in picked}
        places: dict[int, tuple[int | None, int | None]] = {}
        for _, passed, item, physical in self.every_row() if picked else ():
            if passed in wanted:
                places[passed] = item, physical
            if passed >= last:
                break
        found = [
            self.row(code, *places.get(record, (None, None)), fields, text)
            for code, record, fields, text in picked
        ]
        return [*found, *islice(self.within(), count)]

    def row(
        self, code: str, item: int | None, line: int | None, fields: int | None, text: str
    ) -> RejectedRow:
        """A row of the table `rejected`."""
        cause = text if fields is None else f"{fields} fields, not {len(self.staged.columns)}: {text}"
        return RejectedRow(code, item, line, text, cause)

    def within(self) -> Iterator[RejectedRow]:
        """Every row that was lost in a field of another."""
        for line, text, first, last in swallowed_rows(self.settled.source, self.swallowed):
            cause = f"in one field of lines {first} to {last}: {text}"
            yield RejectedRow(_SWALLOWED, None, line, text, cause)

    def _number(self, query: str) -> int:
        row = self.connection.execute(query).fetchone()
        return int(row[0]) if row else 0
