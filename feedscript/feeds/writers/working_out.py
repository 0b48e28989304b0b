"""Columns worked out once, for writers that name a text many times."""

from collections.abc import Sequence
from dataclasses import replace

from feedscript.feeds.writers.cells import Column


def worked_out(columns: Sequence[Column], items: str) -> tuple[list[Column], str]:
    """The same columns over a table, in SQL as `items` is, in which each is worked out."""
    found: dict[str, str] = {}

    def named(place: int, kind: str, expression: str) -> str:
        found[f"{kind}{place}"] = expression
        return f"{kind}{place}"

    plain = [
        replace(
            each,
            text=named(place, "text", each.text),
            values=each.values and named(place, "values", each.values),
            only=each.only and named(place, "only", each.only),
            json=each.json and named(place, "json", each.json),
        )
        for place, each in enumerate(columns)
    ]
    listed = ", ".join(f"{expression} AS {name}" for name, expression in found.items())
    return plain, f"(SELECT {listed} FROM {items})"
