"""Which values a generation changed: by attribute and operation, with counts and the first of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import duckdb

from feedscript.feeds.engine.sql import combined, identifier, literal
from feedscript.feeds.mapping import Compiled, Step
from feedscript.feeds.writers.replaced import Replacement

_SAMPLES = 3
#: Of the 64 bits of a signed number those that are surely no sign.
_MASK_BITS = 62
_LONGEST = 200


@dataclass(frozen=True)
class Change:
    """A value before and after an operation, cut to 200 characters, and the id of its item."""

    item_id: str | None
    before: str | None
    after: str | None


@dataclass(frozen=True)
class Repair:
    """What one operation did to an attribute: how many values it changed, and the first three."""

    attribute: str
    operation: str
    total: int
    samples: tuple[Change, ...]

    def document(self) -> dict[str, Any]:
        """The repair in JSON's types."""
        samples = [
            {"item_id": each.item_id, "before": each.before, "after": each.after} for each in self.samples
        ]
        return {
            "attribute": self.attribute,
            "operation": self.operation,
            "total": self.total,
            "samples": samples,
        }


def flags(steps: tuple[Step, ...]) -> dict[str, str]:
    """Columns with a bit for each step: whether it changed the item's value.

    The engine asks for memory by the number of columns, and writes with one thread where it cannot have it for two.
    """
    places = range(len(steps))
    starts = places[::_MASK_BITS]
    return {_column(start): _mask(steps, places[start : start + _MASK_BITS]) for start in starts}


def _mask(steps: tuple[Step, ...], places: range) -> str:
    """The bits of the steps at these places; those that one shortcut leads past are asked for together."""
    masks: list[str] = []
    for passed_by, group in groupby(places, key=lambda place: steps[place].passed_by):
        bits = combined(
            [f"CASE WHEN {steps[place].changed} THEN {_bit(place)} ELSE 0::BIGINT END" for place in group]
        )
        masks.append(
            f"CASE WHEN {identifier(passed_by)} THEN 0::BIGINT ELSE {bits} END" if passed_by else bits
        )
    return combined(masks)


def _column(place: int) -> str:
    return f"r{place // _MASK_BITS}"


def _bit(place: int) -> str:
    return f"{1 << place % _MASK_BITS}::BIGINT"


def _is_set(place: int) -> str:
    """Whether the step at this place changed the item's value, in SQL over the columns of flags."""
    return f"{_column(place)} & {_bit(place)} <> 0"


@dataclass(frozen=True)
class _Places:
    """The items that a step changed: how many, and the first of them by their place in the file, from 0."""

    step: Step
    total: int
    first: tuple[int, ...]


@dataclass(frozen=True)
class Ledger:
    """Counts what the flags in `items`, a Parquet file, tell of the steps."""

    connection: duckdb.DuckDBPyConnection
    items: Path
    steps: tuple[Step, ...]

    def places(self) -> list[_Places]:
        """The steps that changed anything, with the first items that they changed."""
        if not self.steps:
            return []
        totals = ", ".join(f"count_if({_is_set(place)})" for place in range(len(self.steps)))
        counted = self.connection.execute(
            f"SELECT {totals} FROM read_parquet({literal(str(self.items))})"
        ).fetchone()
        assert counted is not None
        return [
            _Places(step, total, self._first(_is_set(place)))
            for place, (step, total) in enumerate(zip(self.steps, counted, strict=True))
            if total
        ]

    def _first(self, flag: str) -> tuple[int, ...]:
        found = self.connection.execute(
            f"SELECT file_row_number FROM read_parquet({literal(str(self.items))}, file_row_number = true)"
            f" WHERE {flag} LIMIT {_SAMPLES}"
        ).fetchall()
        return tuple(place for (place,) in found)


def restricted(scan: str, places: list[int]) -> str:
    """The rows of `scan` at these places, in order; it is read no further than to the last."""
    wanted = ", ".join(map(str, places)) or "NULL"
    numbered = f"SELECT *, row_number() OVER () - 1 AS place FROM {scan}"
    return f"(SELECT * FROM ({numbered}) WHERE place IN ({wanted}) LIMIT {len(places)})"


def told(
    connection: duckdb.DuckDBPyConnection,
    found: list[_Places],
    places: list[int],
    compiled: Compiled,
    item: str,
) -> Iterator[Repair]:
    """The repairs, where `compiled` is the mapping over the rows at `places` alone; `item` is the id in SQL."""
    columns = [f"{item} AS id"]
    for number, each in enumerate(found):
        columns += [
            f"left({each.step.was}, {_LONGEST}) AS w{number}",
            f"left({each.step.now}, {_LONGEST}) AS n{number}",
        ]
    rows = (
        connection.execute(f"SELECT {', '.join(columns)} FROM {compiled.table}").fetchall() if found else []
    )
    by_place = dict(zip(places, rows, strict=True))
    for number, each in enumerate(found):
        samples = (
            Change(row[0], _parted(row[1 + 2 * number]), _parted(row[2 + 2 * number]))
            for row in map(by_place.__getitem__, each.first)
        )
        yield Repair(each.step.attribute, each.step.operation, each.total, tuple(samples))


def told_replacement(
    connection: duckdb.DuckDBPyConnection, items: str, item: str, made: Replacement
) -> Repair:
    """What partner or form of file have no way to write, as a repair; `item` is the id in SQL over `items`."""
    rows = connection.execute(
        f"SELECT {item}, left({made.was}, {_LONGEST}), left({made.now}, {_LONGEST}) FROM {items}"
        f" WHERE {made.changed} LIMIT {_SAMPLES}"
    ).fetchall()
    samples = tuple(Change(row[0], _parted(row[1]), _parted(row[2])) for row in rows)
    return Repair(made.column.attribute.name, made.operation, made.total, samples)


def _parted(value: str | None) -> str | None:
    """Several values as a person reads them."""
    return value and value.replace("\x1f", ",")
