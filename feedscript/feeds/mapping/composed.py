"""Values that are composed of several columns: templates, and templates on conditions."""

from collections.abc import Mapping
from dataclasses import dataclass

from feedscript.feeds.mapping.conditions import Cells
from feedscript.feeds.mapping.numbers import Decimal
from feedscript.feeds.mapping.template import Case, first_case


@dataclass(frozen=True)
class Composed:
    """The first of `cases` whose condition holds; `places` are those of the columns that they name."""

    cases: tuple[Case, ...]
    places: Mapping[str, int]


def with_composed(table: str, first: int, composed: tuple[Composed, ...], decimal: Decimal | None) -> str:
    """The table with a column for each composed value, numbered from `first`."""
    if not composed:
        return table
    values = ", ".join(
        f"{first_case(each.cases, _cells(each, decimal))} AS c{first + number}"
        for number, each in enumerate(composed)
    )
    return f"(SELECT *, {values} FROM {table})"


def _cells(composed: Composed, decimal: Decimal | None) -> Cells:
    return Cells({name: f"c{place}" for name, place in composed.places.items()}, decimal)
