# ruff: noqa: D102 - `Operation` tells what the methods of every operation do
"""Words: an attribute's own for a merchant's, placeholders, defaults, stock."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from feedscript.feeds.mapping.names import fold, fold_sql
from feedscript.feeds.mapping.operations.operation import Alone, Layer
from feedscript.feeds.rules.sql import identifier, literal


@dataclass(frozen=True)
class Values(Alone):
    """Replace known words by the attribute's own; a word that is not known stays, for validation to tell.

    `words` holds value -> words; they are compared without case, accents, spaces and punctuation.
    """

    name: ClassVar[str] = "values"

    words: Mapping[str, tuple[str, ...]]

    def layers(self, column: str) -> tuple[Layer, ...]:
        value, folded = identifier(column), f"{column}:folded"
        cases = " ".join(
            f"WHEN {identifier(folded)} IN ({', '.join(literal(word) for word in _folded(own, words))}) "
            f"THEN {literal(own)}"
            for own, words in self.words.items()
        )
        return ({folded: fold_sql(value)}, {column: f"CASE {cases} ELSE {value} END"})


def _folded(own: str, words: tuple[str, ...]) -> list[str]:
    return sorted({fold(word) for word in (own, *words)})


@dataclass(frozen=True)
class Blank(Alone):
    """Empty the value where it is one of these placeholder words."""

    name: ClassVar[str] = "blank"

    words: tuple[str, ...]

    def layers(self, column: str) -> tuple[Layer, ...]:
        value = identifier(column)
        words = ", ".join(literal(word.strip().lower()) for word in self.words)
        return ({column: f"CASE WHEN lower(trim({value})) IN ({words}) THEN NULL ELSE {value} END"},)


@dataclass(frozen=True)
class Default(Alone):
    """Use this value where there is none."""

    name: ClassVar[str] = "default"

    value: str

    def layers(self, column: str) -> tuple[Layer, ...]:
        return ({column: f"coalesce({identifier(column)}, {literal(self.value)})"},)


@dataclass(frozen=True)
class StockCount(Alone):
    """Turn a number of units into `in_stock` or `out_of_stock`; words stay."""

    name: ClassVar[str] = "stock_count"

    def layers(self, column: str) -> tuple[Layer, ...]:
        value = identifier(column)
        return (
            {
                column: f"CASE WHEN NOT regexp_full_match({value}, '-?[0-9]+(\\.0*)?') THEN {value} "
                f"WHEN regexp_full_match({value}, '0*[1-9][0-9]*(\\.0*)?') THEN 'in_stock' "
                "ELSE 'out_of_stock' END"
            },
        )
