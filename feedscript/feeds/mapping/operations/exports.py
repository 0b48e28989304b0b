# ruff: noqa: D102 - `Operation` tells what the methods of every operation do
"""Values as interfaces for programs write them: amounts in millionths, units apart, one list for all pictures."""

from dataclasses import dataclass
from typing import ClassVar

from feedscript.feeds.engine.sql import identifier, literal
from feedscript.feeds.mapping.operations.operation import Alone, Costly, Layer


@dataclass(frozen=True)
class Micros(Alone):
    """Write a number of millionths as an amount: `12990000` becomes `12.99`.

    What is no whole number, or has a point already, stays.
    """

    name: ClassVar[str] = "micros"

    def layers(self, column: str) -> tuple[Layer, ...]:
        value, digits = identifier(column), f"{column}:digits"
        padded = identifier(digits)
        whole = f"coalesce(nullif(ltrim(left({padded}, -6), '0'), ''), '0')"
        decimals = f"rtrim(right({padded}, 6), '0')"
        # Two decimals at least, which also keeps a second run from taking the amount for millionths.
        amount = f"{whole} || '.' || {decimals} || CASE length({decimals}) WHEN 0 THEN '00' WHEN 1 THEN '0' ELSE '' END"
        return (
            {digits: f"CASE WHEN regexp_full_match({value}, '[0-9]+') THEN '000000' || {value} END"},
            {column: f"CASE WHEN {padded} IS NULL THEN {value} ELSE {amount} END"},
        )


@dataclass(frozen=True)
class Unit:
    """Put another input's unit behind a bare number: `1.2` and `kg` become `1.2 kg`; what has a unit stays."""

    name: ClassVar[str] = "unit"

    source: str

    def layers(self, column: str) -> tuple[Layer, ...]:
        value, unit = identifier(column), identifier(self.source)
        lacks_it = f"{_is_bare(value)} AND {unit} <> ''"
        return ({column: f"CASE WHEN {lacks_it} THEN {value} || ' ' || {unit} ELSE {value} END"},)

    def leaves(self, value: str) -> str:
        return f"NOT {_is_bare(value)}"

    def refers_to(self) -> tuple[str, ...]:
        return (self.source,)


@dataclass(frozen=True)
class NamedUnit:
    """Put the unit that the column's name says behind a bare number: `1.2` of `Weight (kg)` becomes `1.2 kg`."""

    name: ClassVar[str] = "unit"

    unit: str

    def layers(self, column: str) -> tuple[Layer, ...]:
        value = identifier(column)
        written = f"{value} || ' ' || {literal(self.unit)}"
        return ({column: f"CASE WHEN {_is_bare(value)} THEN {written} ELSE {value} END"},)

    def leaves(self, value: str) -> str:
        return f"NOT {_is_bare(value)}"

    def refers_to(self) -> tuple[str, ...]:
        return ()


@dataclass(frozen=True)
class Without(Costly):
    """Leave another attribute's value out of a list: the main picture is no additional one."""

    name: ClassVar[str] = "without"

    attribute: str

    def layers(self, column: str) -> tuple[Layer, ...]:
        value, other = identifier(column), identifier(self.attribute)
        rest = f"list_filter(string_split({value}, ','), lambda part: part <> {other})"
        holds = f"{other} <> '' AND list_contains(string_split({value}, ','), {other})"
        return (
            {column: f"CASE WHEN {holds} THEN nullif(array_to_string({rest}, ','), '') ELSE {value} END"},
        )

    def refers_to(self) -> tuple[str, ...]:
        return (self.attribute,)


def _is_bare(value: str) -> str:
    return f"regexp_full_match({value}, '[0-9]+([.,][0-9]+)?')"
