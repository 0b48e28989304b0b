# ruff: noqa: D102 - `Operation` tells what the methods of every operation do
"""The closed list of operations that a mapping may apply to a value, each compiled to DuckDB expressions.

An operation yields layers: assignments of columns that are made together, from the columns of the layer
before. Words and numbers from a mapping reach the expressions as quoted literals alone, so nothing in a
mapping is ever evaluated.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from feedscript.feeds.mapping import markup, money
from feedscript.feeds.mapping.names import fold, fold_sql
from feedscript.feeds.readers import VALUE_SEPARATOR
from feedscript.feeds.rules.sql import identifier, literal

#: A layer assigns expressions to columns by their (unquoted) names.
Layer = Mapping[str, str]

_UNITS = {
    "kg": ("kg", "kgs", "kilo", "kilos", "kilogram", "kilograms", "kilogramm"),
    "g": ("g", "gr", "gram", "grams", "gramm"),
    "lb": ("lb", "lbs", "pound", "pounds"),
    "oz": ("oz", "ounce", "ounces"),
}


class Operation(Protocol):
    """One step of a column's way to an attribute."""

    def layers(self, column: str) -> tuple[Layer, ...]:
        """What to assign, in order, so that `column` ends with its new value; NULL stays NULL unless told."""

    def refers_to(self) -> tuple[str, ...]:
        """The other attributes or inputs whose final values this operation reads."""


class _Alone:
    """An operation that looks at its own value only."""

    def refers_to(self) -> tuple[str, ...]:
        return ()


@dataclass(frozen=True)
class Upper(_Alone):
    """Write in capitals: `eur` becomes `EUR`."""

    def layers(self, column: str) -> tuple[Layer, ...]:
        return ({column: f"upper({identifier(column)})"},)


@dataclass(frozen=True)
class PlainText(_Alone):
    """Decode HTML entities, drop tags and join lines, so that a text reads as the shopper sees it.

    Texts escaped twice, which exports often are, are decoded twice.
    """

    def layers(self, column: str) -> tuple[Layer, ...]:
        value = identifier(column)
        return (
            {column: markup.decoded(value)},
            {column: markup.decoded(value)},
            {column: markup.untagged(value)},
            {column: markup.spaced(value)},
        )


@dataclass(frozen=True)
class Truncate(_Alone):
    """Cut a text of more than `length` characters at a word, with an ellipsis within the length."""

    length: int

    def layers(self, column: str) -> tuple[Layer, ...]:
        value = identifier(column)
        cut = f"regexp_replace(left({value}, {self.length - 1}), '[\\s,;:.-]+\\S*$', '')"
        # Bytes, which are cheap to count, settle most.
        longer = f"strlen({value}) > {self.length} AND length({value}) > {self.length}"
        return ({column: f"CASE WHEN {longer} THEN {cut} || '…' ELSE {value} END"},)


@dataclass(frozen=True)
class Values(_Alone):
    """Replace known words by the attribute's own; a word that is not known stays, for validation to tell.

    `words` holds value -> words; they are compared without case, accents, spaces and punctuation.
    """

    words: Mapping[str, tuple[str, ...]]

    def layers(self, column: str) -> tuple[Layer, ...]:
        value, folded = identifier(column), f"{column}:folded"
        cases = " ".join(
            f"WHEN {identifier(folded)} IN ({', '.join(literal(word) for word in _folded(own, words))}) "
            f"THEN {literal(own)}"
            for own, words in self.words.items()
        )
        return ({folded: fold_sql(value)}, {column: f"CASE {cases} ELSE {value} END"})


@dataclass(frozen=True)
class Blank(_Alone):
    """Empty the value where it is one of these placeholder words."""

    words: tuple[str, ...]

    def layers(self, column: str) -> tuple[Layer, ...]:
        value = identifier(column)
        words = ", ".join(literal(word.strip().lower()) for word in self.words)
        return ({column: f"CASE WHEN lower(trim({value})) IN ({words}) THEN NULL ELSE {value} END"},)


@dataclass(frozen=True)
class Default(_Alone):
    """Use this value where there is none."""

    value: str

    def layers(self, column: str) -> tuple[Layer, ...]:
        return ({column: f"coalesce({identifier(column)}, {literal(self.value)})"},)


@dataclass(frozen=True)
class StockCount(_Alone):
    """Turn a number of units into `in_stock` or `out_of_stock`; words stay."""

    def layers(self, column: str) -> tuple[Layer, ...]:
        value = identifier(column)
        return (
            {
                column: f"CASE WHEN NOT regexp_full_match({value}, '-?[0-9]+(\\.0*)?') THEN {value} "
                f"WHEN regexp_full_match({value}, '0*[1-9][0-9]*(\\.0*)?') THEN 'in_stock' "
                "ELSE 'out_of_stock' END"
            },
        )


@dataclass(frozen=True)
class Price:
    """Write an amount as Google wants it: `12,90 €` and `EUR 12.9` become `12.90 EUR`.

    `currency` names the attribute or input that holds the currency of values that do not tell it. A text
    that may be read in two ways stays as it is, for validation to tell.
    """

    currency: str

    def layers(self, column: str) -> tuple[Layer, ...]:
        return money.price_layers(column, self.currency)

    def refers_to(self) -> tuple[str, ...]:
        return (self.currency,)


@dataclass(frozen=True)
class UnlessSameAs:
    """Empty the value where it equals another attribute's: a sale price that is the price is no sale."""

    attribute: str

    def layers(self, column: str) -> tuple[Layer, ...]:
        return ({column: f"nullif({identifier(column)}, {identifier(self.attribute)})"},)

    def refers_to(self) -> tuple[str, ...]:
        return (self.attribute,)


@dataclass(frozen=True)
class Gtin(_Alone):
    """Drop spaces, dashes and spreadsheet quoting; give a GTIN-12 back the zeros that a spreadsheet took.

    Zeros are only added where the check digit then fits and ten digits are no ISBN-10.
    """

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


@dataclass(frozen=True)
class Url(_Alone):
    """Give `//host` its scheme and encode the spaces that a browser would encode."""

    def layers(self, column: str) -> tuple[Layer, ...]:
        value = identifier(column)
        return (
            {column: f"regexp_replace({value}, '(^|,)//', '\\1https://', 'g')"},
            {column: f"replace({value}, ' ', '%20')"},
        )


@dataclass(frozen=True)
class Listed(_Alone):
    """Separate several values as Google does, with a comma alone, each once and `at_most` so many.

    `separators` are the merchant's own.
    """

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
class Joined(_Alone):
    """Write the values of a repeated element with a comma between them, and a comma within one with a space.

    With `commas_part` the commas of the source part values already, and stay.
    """

    commas_part: bool

    def layers(self, column: str) -> tuple[Layer, ...]:
        value = identifier(column)
        spaced = value if self.commas_part else f"regexp_replace({value}, ',(\\S)', ', \\1', 'g')"
        return ({column: f"replace({spaced}, {literal(VALUE_SEPARATOR)}, ',')"},)


@dataclass(frozen=True)
class Measure(_Alone):
    """Write a weight as number, space, unit: `1,2KG` becomes `1.2 kg`; without a unit it stays."""

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


def _folded(own: str, words: tuple[str, ...]) -> list[str]:
    return sorted({fold(word) for word in (own, *words)})
