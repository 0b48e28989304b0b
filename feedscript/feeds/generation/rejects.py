"""The items that were left out of a feed, listed with the rules: every finding as JSON Lines, the errors as CSV."""

import csv
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from feedscript.feeds.engine.limits import Limits
from feedscript.feeds.engine.packed import packed
from feedscript.feeds.generation.excluding import Excluding
from feedscript.feeds.readers.staged import Staged
from feedscript.feeds.scanning.rejected import Rejected
from feedscript.feeds.scanning.source_table import source_table

#: The ordinal and the physical line of an item in the source, both from 1.
_Where = tuple[int, int | None]


@dataclass(frozen=True)
class Origins:
    """Where items come from: `staged` is what they were made of, in its order, and `rejected` its other records.

    `each_one_line` says that the source is text of which each line behind the header is one item.
    """

    staged: Staged
    rejected: Rejected
    each_one_line: bool
    limits: Limits


def list_rejects(excluding: Excluding, origins: Origins | None, *, findings: Path, table: Path) -> None:
    """Write all findings of the items that are left out to `findings`, and the errors alone to `table`.

    Without `origins` an item is told by its place among the items, and has no line.
    """
    with packed(findings) as lines, packed(table) as text:
        rows = csv.writer(text, lineterminator="\n")
        rows.writerow(("id", "line", "rule", "value"))
        if not excluding.rejects.total:
            return
        where_of = _where_of(excluding, origins)
        for place, item_id, found in excluding.findings():
            item, line = where_of(place)
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


def _where_of(excluding: Excluding, origins: Origins | None) -> Callable[[int], _Where]:
    """Who tells where the item at a place stands in the source, asked in order."""
    if origins is None:
        return lambda place: (place + 1, None)
    if origins.each_one_line:
        skipped = origins.staged.skip_lines
        return lambda place: (place + 1, skipped + place + 1)
    places = _places(excluding, origins)
    return lambda place: next((where for each, where in places if each == place), (place + 1, None))


def _places(excluding: Excluding, origins: Origins) -> Iterator[tuple[int, _Where]]:
    """Where items stand in the source, in order; of XML and JSON only those that are left out."""
    staged, rejected = origins.staged, origins.rejected
    if staged.line_column is None:
        # Asked for now: a query between the rows of another would end its answer.
        _ = rejected.records
        return ((place, (item, line)) for place, _, item, line in rejected.every_row() if place is not None)
    excluding.connection.execute(
        "CREATE OR REPLACE TEMP TABLE reject_lines AS SELECT n, TRY_CAST(line AS UBIGINT) AS line"
        f" FROM (SELECT row_number() OVER () - 1 AS n, line FROM {source_table(staged, origins.limits)})"
        " WHERE get_bit(getvariable('left_out'), n::INTEGER) = 1"
    )
    noted = excluding.connection.execute("SELECT n, line FROM reject_lines ORDER BY n").fetchall()
    return ((place, (staged.faults.ordinal(place), line)) for place, line in noted)
