# ruff: noqa: D102 - `Operation` tells what the methods of every operation do
"""Amounts: prices and measures."""

from dataclasses import dataclass
from typing import ClassVar

from feedscript.feeds.mapping import money
from feedscript.feeds.mapping.operations.operation import Alone, Layer
from feedscript.feeds.rules.sql import identifier, literal

_UNITS = {
    "kg": ("kg", "kgs", "kilo", "kilos", "kilogram", "kilograms", "kilogramm"),
    "g": ("g", "gr", "gram", "grams", "gramm"),
    "lb": ("lb", "lbs", "pound", "pounds"),
    "oz": ("oz", "ounce", "ounces"),
}


@dataclass(frozen=True)
class Price:
    """Write an amount as Google wants it: `12,90 €` and `EUR 12.9` become `12.90 EUR`.

    `currency` names the attribute or input that holds the currency of values that do not tell it. A text
    that may be read in two ways stays as it is, for validation to tell.
    """

    name: ClassVar[str] = "price"

    currency: str

    def layers(self, column: str) -> tuple[Layer, ...]:
        return money.price_layers(column, self.currency)

    def refers_to(self) -> tuple[str, ...]:
        return (self.currency,)


@dataclass(frozen=True)
class UnlessSameAs:
    """Empty the value where it equals another attribute's: a sale price that is the price is no sale."""

    name: ClassVar[str] = "unless_same_as"

    attribute: str

    def layers(self, column: str) -> tuple[Layer, ...]:
        return ({column: f"nullif({identifier(column)}, {identifier(self.attribute)})"},)

    def refers_to(self) -> tuple[str, ...]:
        return (self.attribute,)


@dataclass(frozen=True)
class Measure(Alone):
    """Write a weight as number, space, unit: `1,2KG` becomes `1.2 kg`; without a unit it stays."""

    name: ClassVar[str] = "measure"

    def layers(self, column: str) -> tuple[Layer, ...]:
        value = identifier(column)
        number, unit = f"{column}:number", f"{column}:unit"
        cases = " ".join(
            f"WHEN {identifier(unit)} IN ({', '.join(literal(word) for word in words)}) "
            f"THEN {identifier(number)} || {literal(' ' + own)}"
            for own, words in _UNITS.items()
        )
        pattern = "^([0-9]+(?:[.,][0-9]+)?)\\s*([a-zA-Z]+)\\.?$"
        return (
            {
                number: f"replace(regexp_extract({value}, '{pattern}', 1), ',', '.')",
                unit: f"lower(regexp_extract({value}, '{pattern}', 2))",
            },
            {column: f"CASE {cases} ELSE {value} END"},
        )
