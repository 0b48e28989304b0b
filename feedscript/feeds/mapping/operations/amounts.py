# ruff: noqa: D102 - `Operation` tells what the methods of every operation do
"""Amounts: prices, their currencies, and measures."""

from dataclasses import dataclass
from typing import ClassVar

from feedscript.feeds.engine.sql import choice, identifier, literal, looked_up
from feedscript.feeds.mapping import money, numbers
from feedscript.feeds.mapping.languages.lexicon import MEANINGS, lexicon
from feedscript.feeds.mapping.names import fold_layers
from feedscript.feeds.mapping.numbers import Decimal
from feedscript.feeds.mapping.operations.operation import Alone, Costly, Layer

_UNITS = MEANINGS["unit"]


@dataclass(frozen=True)
class Price(Costly):
    """Write an amount as Google wants it: `12,90 €` and `EUR 12.9` become `12.90 EUR`.

    `told_by` names the attributes or inputs that tell the currency of values that do not: a code, or another price;
    the first that tells one counts. `decimal` settles amounts that may be read in two ways, which else stay as they
    are, for validation to tell.
    """

    name: ClassVar[str] = "price"

    told_by: tuple[str, ...]
    decimal: Decimal | None = None

    def layers(self, column: str) -> tuple[Layer, ...]:
        return money.price_layers(column, self.told_by, self.decimal)

    def leaves(self, value: str) -> str:
        return money.is_right(value, self.decimal)

    def refers_to(self) -> tuple[str, ...]:
        return self.told_by


@dataclass(frozen=True)
class Currency(Alone):
    """Write a currency as its code: `eur` and `€` become `EUR`; what may be several, or none, stays."""

    name: ClassVar[str] = "currency"

    def layers(self, column: str) -> tuple[Layer, ...]:
        return money.code_layers(column)

    def leaves(self, value: str) -> str:
        return money.is_code(value)


@dataclass(frozen=True)
class SaidCurrency(Alone):
    """Take the shop's currency, a code, where there is none, or a sign that several share and that may mean it."""

    name: ClassVar[str] = "default"

    code: str

    def layers(self, column: str) -> tuple[Layer, ...]:
        return money.said_layers(column, self.code)


@dataclass(frozen=True)
class UnlessSameAs(Costly):
    """Empty the value where it equals another attribute's: a sale price that is the price is no sale.

    Amounts of one currency or unit are equal however many decimals they have.
    """

    name: ClassVar[str] = "unless_same_as"

    attribute: str

    def layers(self, column: str) -> tuple[Layer, ...]:
        value, other = identifier(column), identifier(self.attribute)

        def number(text: str) -> str:
            return f"TRY_CAST(split_part({text}, ' ', 1) AS DECIMAL(24, 6))"

        def unit(text: str) -> str:
            return f"split_part({text}, ' ', 2)"

        same = f"{unit(value)} <> '' AND {unit(value)} = {unit(other)} AND {number(value)} = {number(other)}"
        return ({column: choice([(f"{value} = {other}", "NULL"), (same, "NULL")], value)},)

    def refers_to(self) -> tuple[str, ...]:
        return (self.attribute,)


@dataclass(frozen=True)
class Measure(Alone):
    """Write a weight as number, space, unit: `1,2KG` becomes `1.2 kg`, `250 Gramm` `250 g`; without a unit it stays.

    `decimal` settles numbers that may be read in two ways, as in a price.
    """

    name: ClassVar[str] = "measure"

    decimal: Decimal | None = None

    def layers(self, column: str) -> tuple[Layer, ...]:
        value = identifier(column)
        text, number, unit = (f"{column}:{part}" for part in ("text", "number", "unit"))
        parts = f"^({numbers.RUN}) ?([^0-9\\s.,]+)\\.?$"
        own = looked_up(identifier(unit), lexicon().sure["unit"])
        run = f"regexp_extract({identifier(text)}, {literal(parts)}, 1)"
        written = f"{self._unmistakable(identifier(number))} || ' ' || {own}"
        return (
            {text: f"CASE WHEN {self._is_right(value)} THEN NULL ELSE {numbers.folded(value)} END"},
            {
                number: numbers.reading(run, self.decimal),
                unit: f"regexp_extract({identifier(text)}, {literal(parts)}, 2)",
            },
            *fold_layers(unit),
            {column: f"coalesce({written}, {value})"},
        )

    def leaves(self, value: str) -> str:
        return self._is_right(value)

    def _is_right(self, value: str) -> str:
        decimals = r"\.(?:[0-9]{1,2}|[0-9]{4,})" if self.decimal == "comma" else r"\.[0-9]+"
        own = "|".join(_UNITS)
        return f"regexp_full_match({value}, {literal(f'{numbers.WHOLE}(?:{decimals})? (?:{own})')})"

    def _unmistakable(self, number: str) -> str:
        """The number, with a fourth decimal where three would be thousands to who reads it again."""
        if self.decimal != "comma":
            return number
        return f"CASE WHEN regexp_matches({number}, '\\.[0-9]{{3}}$') THEN {number} || '0' ELSE {number} END"
