"""The rows of a text feed that could not be read: how many by code, and where the first of them stand."""

from array import array
from dataclasses import dataclass
from functools import cached_property

import duckdb

from feedscript.feeds.readers.staged import Staged
from feedscript.feeds.rules import sql
from feedscript.feeds.scanning.lines import rows

#: Kinds of rows that DuckDB rejects, as codes of ours.
_CODES = {
    "MISSING COLUMNS": "ragged_row",
    "TOO MANY COLUMNS": "ragged_row",
    "UNQUOTED VALUE": "bad_quote",
    "INVALID STATE": "bad_quote",
    "LINE SIZE OVER MAXIMUM": "field_too_large",
    "INVALID ENCODING": "bad_encoding",
}


@dataclass(frozen=True)
class RejectedRow:
    """A row that could not be read: its ordinal and physical line, both from 1, and its beginning."""

    code: str
    item: int | None
    line: int | None
    text: str


@dataclass
class Rejected:
    """What DuckDB noted of rows that it could not read, in the table `rejected` (record, code, text)."""

    connection: duckdb.DuckDBPyConnection

    def keep(self) -> None:
        """Keep one finding for each row, in the order of the file; asked once, after the one scan."""
        codes = sql.choice(
            [(f"kind = {sql.literal(kind)}", sql.literal(code)) for kind, code in _CODES.items()],
            "'ragged_row'",
        )
        self.connection.execute(
            f"CREATE TEMP TABLE rejected AS SELECT record, {codes} AS code, trim(text, chr(13) || chr(10)) AS text"
            " FROM (SELECT line AS record, min(error_type::VARCHAR) AS kind, min(csv_line) AS text"
            " FROM reject_errors GROUP BY line) ORDER BY record"
        )

    @cached_property
    def totals(self) -> dict[str, int]:
        """How many rows could not be read, by code."""
        found = self.connection.execute("SELECT code, count(*) FROM rejected GROUP BY code ORDER BY code")
        return dict(found.fetchall())

    @cached_property
    def records(self) -> "array[int]":
        """The records that could not be read, in order, eight bytes each."""
        found = array("Q")
        if not self.totals:
            return found
        cursor = self.connection.execute("SELECT record FROM rejected ORDER BY record")
        while batch := cursor.fetchmany(100_000):
            found.extend(record for (record,) in batch)
        return found

    def first(self, staged: Staged, count: int) -> list[RejectedRow]:
        """The first `count` rows of each code, in the order of the file."""
        picked = self.connection.execute(
            "SELECT code, record, text FROM (SELECT *, row_number() OVER (PARTITION BY code ORDER BY record) AS place"
            f" FROM rejected) WHERE place <= {count} ORDER BY record"
        ).fetchall()
        if not picked:
            return []
        last = picked[-1][1]
        wanted = {record for _, record, _ in picked}
        places: dict[int, tuple[int | None, int | None]] = {}
        for _, passed, item, physical in rows(staged, self.records):
            if passed in wanted:
                places[passed] = item, physical
            if passed >= last:
                break
        return [RejectedRow(code, *places.get(record, (None, None)), text) for code, record, text in picked]
