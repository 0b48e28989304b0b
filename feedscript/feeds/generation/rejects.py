"""The items that were left out of a feed, listed with the rules: every finding as JSON Lines, the errors as CSV."""

import csv
import json
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from feedscript.feeds.engine.limits import Limits
from feedscript.feeds.engine.packed import packed
from feedscript.feeds.generation.excluding import Excluding
from feedscript.feeds.readers.staged import Staged
from feedscript.feeds.scanning.rejected import Rejected
from feedscript.feeds.scanning.source_table import source_table

#: The ordinal and the physical line of an item in the source, both from 1.
_Where = tuple[int, int | None]
_BATCH = 100_000


@dataclass(frozen=True)
class Origins:
    """Where items come from: `staged` is what they were made of, in its order, and `rejected` its other records.

    `each_one_line` says that the source is text of which each line behind the header is one row. `places` is SQL of
    the items' places n, and which row of the source each was made of, both from 0; None where every row is an item.
    """

    staged: Staged
    rejected: Rejected
    each_one_line: bool
    limits: Limits
    places: str | None = None

    def of(self, connection: duckdb.DuckDBPyConnection, items: str) -> Iterator[_Where]:
        """Where each of the items at the places that a query gives as n stands in the source, in their order."""
        places = self.places or f"(SELECT n, n AS place FROM ({items}))"
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE sought AS SELECT n, place FROM {places} WHERE n IN ({items})"
        )
        wanted = _numbers(connection, "SELECT place FROM sought ORDER BY n")
        once = _numbers(connection, "SELECT DISTINCT place FROM sought ORDER BY place")
        located = [*self._located(connection, once)]
        return (located[bisect_left(once, place)] for place in wanted)

    def _located(self, connection: duckdb.DuckDBPyConnection, wanted: "array[int]") -> Iterable[_Where]:
        """The same of rows of the source by their places, ascending, each once."""
        if self.each_one_line:
            return ((place + 1, self.staged.skip_lines + place + 1) for place in wanted)
        if self.staged.line_column is None:
            return _picked(self.rejected, wanted)
        lines = connection.execute(
            f"SELECT n, TRY_CAST(line AS UBIGINT) FROM"
            f" (SELECT row_number() OVER () - 1 AS n, line FROM {source_table(self.staged, self.limits)})"
            " WHERE n IN (SELECT place FROM sought) ORDER BY n"
        ).fetchall()
        return ((self.staged.faults.ordinal(place), line) for place, line in lines)


def _numbers(connection: duckdb.DuckDBPyConnection, query: str) -> "array[int]":
    """The numbers that a query answers, eight bytes each."""
    found = array("Q")
    cursor = connection.execute(query)
    while batch := cursor.fetchmany(_BATCH):
        found.extend(number for (number,) in batch)
    return found


def _picked(rejected: Rejected, wanted: "array[int]") -> Iterator[_Where]:
    """Those of a text's rows, which is read no further than to the last.

    Behind a quote that never closes the engine may find its way again, and so have rows that are none here.
    """
    rows = rejected.every_row()
    for sought in wanted:
        found = ((item, line) for place, _, item, line in rows if place == sought)
        yield next(found, (sought + 1, None))


def list_rejects(excluding: Excluding, origins: Origins, *, findings: Path, table: Path) -> None:
    """Write all findings of the items that are left out to `findings`, and the errors alone to `table`.

    An item that steps over rows made stands where its first row does.
    """
    with packed(findings) as lines, packed(table) as text:
        rows = csv.writer(text, lineterminator="\n")
        rows.writerow(("id", "line", "rule", "value"))
        if not excluding.rejects.total:
            return
        places = origins.of(excluding.connection, excluding.left_out())
        for (_, item_id, found), (item, line) in zip(excluding.findings(), places, strict=True):
            for each in found:
                finding = {
                    "item_id": item_id,
                    "item": item,
                    "line": line,
                    "rule_id": each.rule.id,
                    "severity": each.severity,
                    "attribute": each.rule.attribute,
                    "value": each.value,
                    "message": each.rule.message,
                }
                lines.write(json.dumps(finding, ensure_ascii=False) + "\n")
                if each.severity == "error":
                    rows.writerow((item_id, line, each.rule.id, each.value))
