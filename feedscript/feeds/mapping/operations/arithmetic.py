# ruff: noqa: D102 - `Operation` tells what the methods of every operation do
"""Calculating with amounts as `price` writes them: `12.90 EUR`, or a number alone. What is neither stays."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from feedscript.feeds.engine.sql import choice, identifier, literal, literals
from feedscript.feeds.mapping.operations.operation import Alone, Costly, Layer
from feedscript.feeds.profiles.vocabulary import CURRENCIES

_AMOUNT = "^([0-9]{1,15}(?:[.][0-9]{1,6})?)(?: ([A-Z]{3}))?$"
_SHARE = "^([0-9]{1,3}(?:[.][0-9]{1,6})?) ?%$"
_RATE = "^([0-9]{1,2}(?:[.][0-9]{1,4})?) ?%?$"


def _number(value: str) -> str:
    return f"TRY_CAST(regexp_extract({value}, {literal(_AMOUNT)}, 1) AS DECIMAL(22, 6))"


def _currency(value: str) -> str:
    return f"regexp_extract({value}, {literal(_AMOUNT)}, 2)"


def _written(number: str, currency: str) -> str:
    """The number with as many decimals as its currency has, two without one."""
    rounded = choice(
        [
            (f"{currency} IN ({literals(CURRENCIES[0])})", f"round({number}, 0)::DECIMAL(36, 0)::VARCHAR"),
            (f"{currency} IN ({literals(CURRENCIES[3])})", f"round({number}, 3)::DECIMAL(36, 3)::VARCHAR"),
        ],
        f"round({number}, 2)::DECIMAL(36, 2)::VARCHAR",
    )
    return f"concat_ws(' ', {rounded}, nullif({currency}, ''))"


def _calculated(
    column: str, calculate: Callable[[str], str], *, empty_without: bool = False
) -> tuple[Layer, ...]:
    """An amount becomes what `calculate` makes of its number; where that is NULL it stays, or is emptied."""
    value = identifier(column)
    number, currency, made = f"{column}:number", f"{column}:currency", f"{column}:made"
    return (
        {number: _number(value), currency: _currency(value)},
        {made: calculate(identifier(number))},
        {
            column: f"CASE WHEN {identifier(number)} IS NULL THEN {value} "
            f"WHEN {identifier(made)} IS NULL THEN {'NULL' if empty_without else value} "
            f"ELSE {_written(identifier(made), identifier(currency))} END"
        },
    )


@dataclass(frozen=True)
class Times(Alone):
    """Multiply an amount by a number, rounded to the decimals of its currency: cents by `0.01` are euros."""

    name: ClassVar[str] = "times"

    factor: str

    def layers(self, column: str) -> tuple[Layer, ...]:
        return _calculated(column, lambda number: f"{number} * {literal(self.factor)}::DECIMAL(13, 6)")


@dataclass(frozen=True)
class Plus(Costly):
    """Add a number to an amount, or the amount that another input tells in the same currency.

    Where the input tells none, or the result is below nothing, the amount stays as it is.
    """

    name: ClassVar[str] = "plus"

    summand: str | None = None
    told_by: str | None = None

    def layers(self, column: str) -> tuple[Layer, ...]:
        summand = f"{literal(self.summand or '0')}::DECIMAL(13, 6)"
        if self.told_by is not None:
            other = identifier(self.told_by)
            same = f"{_currency(other)} = {_currency(identifier(column))}"
            summand = f"CASE WHEN {same} THEN {_number(other)} END"
        return _calculated(
            column, lambda number: f"CASE WHEN {number} + {summand} >= 0 THEN {number} + {summand} END"
        )

    def refers_to(self) -> tuple[str, ...]:
        return (self.told_by,) if self.told_by is not None else ()


@dataclass(frozen=True)
class NetToGross(Costly):
    """Add a tax of so many percent, a number or what another input tells, to an amount without it.

    Where the input tells no rate the amount is emptied: a net price must not be taken for the price.
    """

    name: ClassVar[str] = "net_to_gross"

    rate: str | None = None
    told_by: str | None = None

    def layers(self, column: str) -> tuple[Layer, ...]:
        if self.rate is not None:
            rate = f"{literal(self.rate)}::DECIMAL(7, 4)"
        else:
            told = f"regexp_extract({identifier(self.told_by or '')}, {literal(_RATE)}, 1)"
            rate = f"TRY_CAST({told} AS DECIMAL(7, 4))"
        factor = f"(1 + {rate} * 0.01::DECIMAL(3, 2))::DECIMAL(9, 6)"
        return _calculated(column, lambda number: f"{number} * {factor}", empty_without=True)

    def refers_to(self) -> tuple[str, ...]:
        return (self.told_by,) if self.told_by is not None else ()


@dataclass(frozen=True)
class ReducedBy(Costly):
    """Take off what another input tells: an amount in the same currency, or a share such as `20 %`.

    Where it tells nothing, or more than there is, the amount stays as it is.
    """

    name: ClassVar[str] = "reduced_by"

    other: str

    def layers(self, column: str) -> tuple[Layer, ...]:
        off, told = f"{column}:off", f"{column}:told"
        other = identifier(self.other)
        number, currency = identifier(off), identifier(told)
        share = f"TRY_CAST(regexp_extract({other}, {literal(_SHARE)}, 1) AS DECIMAL(9, 6))"
        same = f"{currency} = {_currency(identifier(column))}"

        def reduced(amount: str) -> str:
            left = f"{amount} - {number}"
            part = f"{amount} * ((100 - {number}) * 0.01::DECIMAL(3, 2))::DECIMAL(10, 8)"
            return (
                f"CASE WHEN {currency} = '%' AND {number} <= 100 THEN {part} "
                f"WHEN {currency} <> '%' AND {same} AND {left} >= 0 THEN {left} END"
            )

        return (
            {
                off: f"coalesce({share}, {_number(other)})",
                told: f"CASE WHEN {share} IS NOT NULL THEN '%' ELSE {_currency(other)} END",
            },
            *_calculated(column, reduced),
        )

    def refers_to(self) -> tuple[str, ...]:
        return (self.other,)


def _comparison(column: str, other: str, sign: str) -> str:
    """Whether both are amounts of one currency and compare so; NULL where they cannot be compared."""
    value, second = identifier(column), identifier(other)
    return f"{_currency(value)} = {_currency(second)} AND {_number(value)} {sign} {_number(second)}"


@dataclass(frozen=True)
class HigherOf(Costly):
    """Take another input's amount where it is higher: a price before reduction is the price."""

    name: ClassVar[str] = "higher_of"

    other: str

    def layers(self, column: str) -> tuple[Layer, ...]:
        higher = _comparison(column, self.other, "<")
        return ({column: f"CASE WHEN {higher} THEN {identifier(self.other)} ELSE {identifier(column)} END"},)

    def refers_to(self) -> tuple[str, ...]:
        return (self.other,)


@dataclass(frozen=True)
class OnlyBelow(Costly):
    """Empty an amount that is not below another attribute's: only what is less than the price is a sale price."""

    name: ClassVar[str] = "only_below"

    other: str

    def layers(self, column: str) -> tuple[Layer, ...]:
        not_below = _comparison(column, self.other, ">=")
        return ({column: f"CASE WHEN {not_below} THEN NULL ELSE {identifier(column)} END"},)

    def refers_to(self) -> tuple[str, ...]:
        return (self.other,)
