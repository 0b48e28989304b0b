# ruff: noqa: D102 - `Operation` tells what the methods of every operation do
"""Several values in one cell."""

from dataclasses import dataclass
from typing import ClassVar

from feedscript.feeds.mapping.operations.operation import Alone, Layer
from feedscript.feeds.readers import VALUE_SEPARATOR
from feedscript.feeds.rules.sql import identifier, literal


@dataclass(frozen=True)
class Listed(Alone):
    """Separate several values as Google does, with a comma alone, each once and `at_most` so many.

    `separators` are the merchant's own.
    """

    name: ClassVar[str] = "list"

    separators: str
    at_most: int

    def layers(self, column: str) -> tuple[Layer, ...]:
        value = identifier(column)
        joined = VALUE_SEPARATOR * len(self.separators)
        unified = f"translate({value}, {literal(self.separators)}, {literal(joined)})"
        unified = f"regexp_replace({unified}, ',\\s+', {literal(VALUE_SEPARATOR)}, 'g')"
        parts = f"string_split({value}, {literal(VALUE_SEPARATOR)})"
        kept = f"list_filter(list_transform({parts}, lambda part: trim(part)), lambda part: part <> '')"
        once = f"list_filter({kept}, lambda part, place: list_position({kept}, part) = place)"
        return ({column: unified}, {column: f"array_to_string({once}[:{self.at_most}], ',')"})


@dataclass(frozen=True)
class Joined(Alone):
    """Write the values of a repeated element with a comma between them, and a comma within one with a space.

    With `commas_part` the commas of the source part values already, and stay.
    """

    name: ClassVar[str] = "joined"

    commas_part: bool

    def layers(self, column: str) -> tuple[Layer, ...]:
        value = identifier(column)
        spaced = value if self.commas_part else f"regexp_replace({value}, ',(\\S)', ', \\1', 'g')"
        return ({column: f"replace({spaced}, {literal(VALUE_SEPARATOR)}, ',')"},)
