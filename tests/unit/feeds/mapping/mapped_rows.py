"""Rows put through a mapping, as generation puts them."""

from collections.abc import Sequence
from functools import cache

import duckdb

from feedscript.feeds.engine.sql import literal
from feedscript.feeds.mapping import Mapping, Rule, add_functions, compile_mapping, match_columns
from feedscript.feeds.mapping.operations import Operation

DATABASE = duckdb.connect()
add_functions(DATABASE)

Cells = Sequence[str | None]


def asked(query: str, given: Sequence[Cells]) -> list[tuple[str | None, ...]]:
    """The answer to a query of a parameter `?::VARCHAR[]` for each column of cells.

    To plan it takes as long as thousands of rows, so this is done once for a query, however often it is asked.
    """
    columns = (f"[{', '.join(map(_cell, cells))}]::VARCHAR[]" for cells in given)
    return DATABASE.execute(f"EXECUTE {_planned(query)}({', '.join(columns)})").fetchall()


@cache
def _planned(query: str) -> str:
    name = f"planned_{_planned.cache_info().misses}"
    DATABASE.execute(f"PREPARE {name} AS {query}")
    return name


def _cell(value: str | None) -> str:
    # No text of SQL may hold the sign NUL.
    parts = (literal(part) for part in (value or "").split("\0"))
    return "NULL" if value is None else " || chr(0) || ".join(parts)


def mapped_all(
    mapping: Mapping, columns: tuple[str, ...], rows: Sequence[Cells]
) -> list[dict[str, str | None]]:
    """The item that a mapping makes of each row."""
    matches = match_columns(columns, mapping)
    named = ", ".join(f"unnest(?::VARCHAR[]) AS c{place}" for place in range(len(columns)))
    query = compile_mapping(
        matches, frozenset(mapping.attributes.keys() | mapping.inputs.keys()), f"(SELECT {named})"
    ).select
    found = asked(query, [[row[place] for row in rows] for place in range(len(columns))])
    assert len(found) == len(rows)
    return [dict(zip(matches.attributes, each, strict=True)) for each in found]


def mapped(mapping: Mapping, columns: tuple[str, ...], row: Cells) -> dict[str, str | None]:
    """The item that a mapping makes of one row."""
    (item,) = mapped_all(mapping, columns, [row])
    return item


def worked_all(values: Cells, *operations: Operation) -> list[str | None]:
    """What operations make of each value."""
    rows = [(value,) for value in values]
    return [item["it"] for item in mapped_all(Mapping({"it": Rule(operations=operations)}), ("it",), rows)]


def worked(value: str | None, *operations: Operation) -> str | None:
    """What operations make of one value."""
    (text,) = worked_all([value], *operations)
    return text
