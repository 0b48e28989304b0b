"""Rows put through a mapping, as generation puts them."""

from collections.abc import Sequence

import duckdb

from feedscript.feeds.mapping import Mapping, Rule, add_functions, compile_mapping, match_columns
from feedscript.feeds.mapping.operations import Operation

DATABASE = duckdb.connect()
add_functions(DATABASE)

Cells = Sequence[str | None]


def mapped_all(
    mapping: Mapping, columns: tuple[str, ...], rows: Sequence[Cells]
) -> list[dict[str, str | None]]:
    """The item that a mapping makes of each row; to plan the query takes as long as thousands of rows."""
    matches = match_columns(columns, mapping)
    named = ", ".join(f"unnest(?::VARCHAR[]) AS c{place}" for place in range(len(columns)))
    query = compile_mapping(
        matches, frozenset(mapping.attributes.keys() | mapping.inputs.keys()), f"(SELECT {named})"
    ).select
    given = [[row[place] for row in rows] for place in range(len(columns))]
    found = DATABASE.execute(query, given).fetchall()
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
