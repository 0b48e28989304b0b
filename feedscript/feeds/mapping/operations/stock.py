# ruff: noqa: D102 - `Operation` tells what the methods of every operation do
"""Stock: how many units there are, as shops write it."""

from dataclasses import dataclass
from typing import ClassVar

from feedscript.feeds.engine.sql import identifier, literal
from feedscript.feeds.mapping.names import lower_sql
from feedscript.feeds.mapping.operations.operation import Alone, Costly, Layer

#: "More than": what follows counts only where it is not nothing, since "at least 0" may be none.
_AT_LEAST = (
    r"[>≥~≈+]\s?=?|&gt;=?|&ge;|ca\.?|circa|approx\.?|about|over|more than|at least|min\.?|mind\.?|mindestens|mehr als"
    r"|über|etwa|plus de|au moins|environ|más de|al menos|oltre|più di|meer dan|ponad"
)
#: Units of goods, and words that say no more than that they are there.
_UNITS = (
    r"pcs?\.?|pieces?|units?|items?|in stock|left|available|stück|stueck|stk\.?|st\.?|auf lager|verfügbar|lieferbar"
    r"|pièces?|unités?|en stock|disponibles?|unidad(?:es)?|uds?\.?|piezas?|pezzi|pz\.?|disponibili|stuks?|op voorraad"
    r"|szt\.?|sztuk[ai]?|ks|kusy?|kusů|db|kpl|stycken|buc\.?|шт\.?|штук[аи]?|adet"
)
_GAP = r"[.,'\x{2019}\s\x{00A0}\x{202F}]"
_DIGITS = rf"[0-9]+(?:{_GAP}[0-9]+)*\.?"
_POSITIVE = rf"(?:0|{_GAP})*[1-9](?:{_GAP}?[0-9])*\.?"
_NOTHING = rf"0+(?:{_GAP}0+)*\.?"
_UNITS_AFTER = rf"(?:\s?(?:{_UNITS}))?"
_SOME = rf"(?i)(?:(?:{_AT_LEAST})\s?)?{_POSITIVE}\s?\+?{_UNITS_AFTER}|>\s?{_NOTHING}|&gt;\s?{_NOTHING}"
_NONE = rf"(?i)(?:{_NOTHING}|-\s?{_DIGITS}){_UNITS_AFTER}"


@dataclass(frozen=True)
class StockCount(Alone):
    """Turn a number of units into `in_stock` or `out_of_stock`: `12`, `1,000`, `> 5`, `50+`, `ca. 20`, `5 pcs`.

    How many there are does not matter, so that a point may part thousands or decimals. Fewer than nothing is
    nothing. What may be nothing or something (`< 5`, `0+`) and words stay.
    """

    name: ClassVar[str] = "stock_count"

    def layers(self, column: str) -> tuple[Layer, ...]:
        value = identifier(column)
        return (
            {
                column: f"CASE WHEN NOT regexp_matches({value}, '[0-9]') THEN {value} "
                f"WHEN regexp_full_match({value}, {literal(_SOME)}) THEN 'in_stock' "
                f"WHEN regexp_full_match({value}, {literal(_NONE)}) THEN 'out_of_stock' "
                f"ELSE {value} END"
            },
        )

    def leaves(self, value: str) -> str:
        return f"NOT regexp_matches({value}, '[0-9]')"


@dataclass(frozen=True)
class Oversell(Costly):
    """Say `state` of what is out of stock, where another input's value is one of `words`: it is sold all the same."""

    name: ClassVar[str] = "oversell"

    told_by: str
    words: tuple[str, ...]
    state: str

    def layers(self, column: str) -> tuple[Layer, ...]:
        value = identifier(column)
        words = ", ".join(lower_sql(literal(word)) for word in self.words)
        sold = f"{value} = 'out_of_stock' AND {lower_sql(identifier(self.told_by))} IN ({words})"
        return ({column: f"CASE WHEN {sold} THEN {literal(self.state)} ELSE {value} END"},)

    def refers_to(self) -> tuple[str, ...]:
        return (self.told_by,)
