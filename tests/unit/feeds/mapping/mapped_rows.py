"""Rows put through a mapping, as generation puts them."""

from collections.abc import Sequence

import duckdb

from feedscript.feeds.mapping import Mapping, Rule, add_functions, compile_mapping, match_columns
from feedscript.feeds.mapping.operations import Operation

DATABASE = duckdb.connect()
add_functions(DATABASE)


def mapped(mapping: Mapping, columns: tuple[str, ...], row: Sequence[str | None]) -> dict[str, str | None]:
    """The item that a mapping makes of one row."""
    matches = match_columns(columns, mapping)
    named = ", ".join(f"?::VARCHAR AS c{place}" for place in range(len(columns)))
    query = compile_mapping(
        matches, frozenset(mapping.attributes.keys() | mapping.inputs.keys()), f"(SELECT {named})"
    ).select
    found = DATABASE.execute(query, [*row]).fetchone()
    assert found is not None
    return dict(zip(matches.attributes, found, strict=True))


def worked(value: str | None, *operations: Operation) -> str | None:
    """What operations make of one value."""
    return mapped(Mapping({"it": Rule(operations=operations)}), ("it",), [value])["it"]
