# ruff: noqa: D102 - `Operation` tells what the methods of every operation do
"""Identifiers: numbers of products."""

from dataclasses import dataclass
from typing import ClassVar

from feedscript.feeds.engine.sql import identifier, literal
from feedscript.feeds.mapping.operations.operation import Alone, Layer


@dataclass(frozen=True)
class Gtin(Alone):
    """Drop spaces, dashes and spreadsheet quoting; give a GTIN-12 back the zeros that a spreadsheet took.

    Zeros are only added where the check digit then fits and ten digits are no ISBN-10.
    """

    name: ClassVar[str] = "gtin"

    def layers(self, column: str) -> tuple[Layer, ...]:
        value, wide = identifier(column), f"{column}:wide"
        stripped = f"""regexp_replace({value}, '[\\s\\x{{00A0}}-]+|^=?["'']|["'']$', '', 'g')"""
        short = "[1-9][0-9]{8,10}"
        at = [f"substr({identifier(wide)}, {place}, 1)::INTEGER" for place in range(1, 15)]
        weighted = f"3 * ({' + '.join(at[0::2])}) + {' + '.join(at[1::2])}"
        isbn = " + ".join(f"{11 - place} * substr({value}, {place}, 1)::INTEGER" for place in range(1, 11))
        return (
            {column: stripped},
            {wide: f"CASE WHEN regexp_full_match({value}, {literal(short)}) THEN lpad({value}, 14, '0') END"},
            {
                column: f"CASE WHEN {identifier(wide)} IS NULL OR ({weighted}) % 10 <> 0 THEN {value} "
                f"WHEN length({value}) = 10 AND ({isbn}) % 11 = 0 THEN {value} "
                f"ELSE right({identifier(wide)}, 12) END"
            },
        )

    def leaves(self, value: str) -> str:
        # Of the signs that go a number may hold none but the dash; fewer than 12 digits may lack zeros.
        number = f"NOT contains({value}, '-') AND TRY_CAST({value} AS UBIGINT) IS NOT NULL"
        return f"strlen({value}) >= 12 AND {number}"
