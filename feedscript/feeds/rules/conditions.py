"""Conditions between attributes as SQL, in three values: NULL where an operand is absent or malformed."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial

from feedscript.feeds.engine import sql
from feedscript.feeds.profiles.model import (
    Attribute,
    Branches,
    Condition,
    Profile,
    Type,
)
from feedscript.feeds.rules import categories, values
from feedscript.feeds.rules.defects import is_usual_price, well_formed
from feedscript.feeds.rules.derivation import Derivation, Value

TRUE, FALSE, UNKNOWN = "true", "false", "NULL"
#: Types whose values are compared only in one currency or unit.
_IN_UNITS = {Type.PRICE, Type.MEASURE}


@dataclass(frozen=True)
class Cell:
    """Where an attribute's text stands in the scan, and whether there is any (both SQL)."""

    text: str
    present: str


ABSENT = Cell(UNKNOWN, FALSE)


@dataclass(frozen=True)
class Conditions:
    """Compiles conditions against a feed's cells, for one country.

    `roots` are sets of branches of a taxonomy. `usual` is by attribute which texts many items have: what is asked of
    one of them is known before the scan begins.
    """

    profile: Profile
    country: str
    cells: Mapping[str, Cell]
    roots: Mapping[str, Branches]
    shared: Derivation
    usual: Mapping[str, tuple[str, ...]]

    def compile(self, condition: Condition) -> str:
        """The condition as SQL; constants are folded, so that what can never hold is the text 'false'."""
        match condition.operator:
            case "all":
                return every(self.compile(each) for each in _nested(condition))
            case "any":
                return some(self.compile(each) for each in _nested(condition))
            case "not":
                return negation(self.compile(_nested(condition)[0]))
            case "country":
                return TRUE if self.country in condition.operands else FALSE
            case "present":
                return every(self._cell(str(name)).present for name in condition.operands)
            case "absent":
                return every(negation(self._cell(str(name)).present) for name in condition.operands)
            case "in" | "under" | "matches" | "shallower":
                return self._about_value(condition)
            case _:
                return self._between(condition)

    def settled(self, condition: Condition) -> str | None:
        """What is true only where the condition holds or its first attribute is absent, and is cheap to ask.

        Prices as most are in the country are compared as texts: by length, then digit by digit.
        """
        names = [str(name) for name in condition.operands]
        if condition.operator not in {"below", "same_currency"} or len(names) != 2:  # noqa: PLR2004
            return None
        cells = [self._cell(name) for name in names]
        if ABSENT in cells or any(self.profile.attribute(name).type is not Type.PRICE for name in names):
            return None
        low, high = (cell.text for cell in cells)
        usual = [is_usual_price(Value(each, self.shared), self.country) for each in (low, high)]
        less = f"(strlen({low}) < strlen({high}) OR strlen({low}) = strlen({high}) AND {low} < {high})"
        settled = [(f"{low} IS NULL", TRUE), (every(map(str, [*usual, less])), TRUE)]
        return None if None in usual else self.shared.let(sql.choice(settled, FALSE))

    def ruled_out(self, condition: Condition) -> str | None:
        """What is true only where the condition does not hold, and is cheap to ask.

        What begins with another digit than 0 is no zero.
        """
        if condition.operator != "zero":
            return None
        name = str(condition.operands[0])
        text = self._cell(name).text
        if text != UNKNOWN and not values.begins_with_number(self.profile.attribute(name)):
            return None
        return None if text == UNKNOWN else f"({text} IS NULL OR {text} >= '1')"

    def _cell(self, name: str) -> Cell:
        return self.cells.get(name, ABSENT)

    def _about_value(self, condition: Condition) -> str:
        name, *operands = map(str, condition.operands)
        cell = self._cell(name)
        if cell is ABSENT:
            return FALSE
        test = self._test_of_value(condition.operator, name, tuple(operands))
        known = [
            (f"{cell.text} = {sql.literal(text)}", self._known(condition, text) or test(sql.literal(text)))
            for text in self.usual.get(name, ())
        ]
        return self.shared.let(sql.choice(known, f"coalesce({test(cell.text)}, false)"))

    def _known(self, condition: Condition, text: str) -> str | None:
        """Whether the condition holds of a text, where that needs no engine."""
        if condition.operator != "under":
            return None
        is_under = categories.is_known_under(text, self._branches(condition.operands[1:]))
        return None if is_under is None else TRUE if is_under else FALSE

    def _branches(self, names: Iterable[object]) -> list[Branches]:
        return [self.roots[str(name)] for name in names]

    def _test_of_value(self, operator: str, name: str, operands: tuple[str, ...]) -> Callable[[str], str]:
        if operator == "in":
            return partial(values.is_one_of, self.profile.attribute(name), words=operands)
        if operator == "under":
            return partial(categories.is_under, branches=self._branches(operands))
        if operator == "shallower":
            return partial(categories.is_shallower, levels=int(operands[0]), taxonomy=self.profile.taxonomy)
        return partial(sql.matches, pattern=operands[0])

    def _between(self, condition: Condition) -> str:
        names = tuple(map(str, condition.operands))
        cells = [self._cell(name) for name in names]
        if ABSENT in cells:
            return UNKNOWN
        attributes = [self.profile.attribute(name) for name in names]
        if condition.operator == "same_currency" and any(map(_without_currency, attributes)):
            return UNKNOWN
        present = every(cell.present for cell in cells)
        formed = (
            well_formed(attribute, Value(cell.text, self.shared), self.country)
            for attribute, cell in zip(attributes, cells, strict=True)
        )
        sound = every(test for test in formed if test is not None)
        test = _COMPARISONS[condition.operator](attributes, [cell.text for cell in cells])
        sure = every([present, sound])
        if condition.operator in {"below", "at_most"} and _in_units(attributes):
            of = "same_currency" if attributes[0].type is Type.PRICE else "same_unit"
            return self.shared.let(
                f"CASE WHEN {self._between(Condition(of, condition.operands))} THEN {test} END"
            )
        return self.shared.let(f"CASE WHEN {sure} THEN {test} END")


def every(tests: Iterable[str]) -> str:
    """All of the tests, with constants folded."""
    left = [test for test in tests if test != TRUE]
    if FALSE in left:
        return FALSE
    if UNKNOWN in left:
        return UNKNOWN
    return f"({' AND '.join(left)})" if left else TRUE


def some(tests: Iterable[str]) -> str:
    """Any of the tests, with constants folded."""
    left = [test for test in tests if test not in {FALSE, UNKNOWN}]
    if TRUE in left:
        return TRUE
    return f"({' OR '.join(left)})" if left else FALSE


def negation(test: str) -> str:
    """The opposite of the test, with constants folded."""
    return {TRUE: FALSE, FALSE: TRUE, UNKNOWN: UNKNOWN}.get(test) or f"(NOT {test})"


def _nested(condition: Condition) -> list[Condition]:
    return [each for each in condition.operands if isinstance(each, Condition)]


def _in_units(attributes: list[Attribute]) -> bool:
    """Whether their values are compared only in one currency or unit."""
    return attributes[0].type in _IN_UNITS and not any(map(_without_currency, attributes))


def _without_currency(attribute: Attribute) -> bool:
    return attribute.type is Type.PRICE and attribute.currency == "none"


def _quantity(attribute: Attribute, value: str) -> str:
    if attribute.type is Type.DATETIME:
        return values.moment(value)
    return values.amount(attribute, value)


def _compared(sign: str) -> Callable[[list[Attribute], list[str]], str]:
    def compare(attributes: list[Attribute], texts: list[str]) -> str:
        first, second = (
            _quantity(attribute, text) for attribute, text in zip(attributes, texts, strict=True)
        )
        return f"{first} {sign} {second}"

    return compare


def _same(of: Callable[[Attribute, str], str]) -> Callable[[list[Attribute], list[str]], str]:
    def compare(attributes: list[Attribute], texts: list[str]) -> str:
        first, *others = (of(attribute, text) for attribute, text in zip(attributes, texts, strict=True))
        return every(f"{first} = {other}" for other in others)

    return compare


def _unit(_: Attribute, value: str) -> str:
    return values.unit(value)


def _unit_family(_: Attribute, value: str) -> str:
    return values.unit_family(value)


def _different(attributes: list[Attribute], texts: list[str]) -> str:
    caseless = any(attribute.caseless for attribute in attributes)
    first, second = (f"lower({text})" if caseless else text for text in texts)
    return f"{first} <> {second}"


def _holds(_: list[Attribute], texts: list[str]) -> str:
    """Whether the first text holds the second's amount, if that has decimals: a whole number may stand there anyhow."""
    text, amount = texts[0], f"regexp_extract({texts[1]}, '[0-9]+[.][0-9]+')"
    alone = f"'(?:^|[^0-9.])' || replace({amount}, '.', '[.]') || '(?:$|[^0-9])'"
    suspicious = f"{amount} <> '' AND contains({text}, {amount})"
    return f"CASE WHEN {suspicious} THEN regexp_matches({text}, {alone}) ELSE false END"


def _domain(_: Attribute, value: str) -> str:
    """The registered domain: the last two labels, or three below such as co.uk."""
    registered = r"(?:[^.]+\.(?:com?|net|org|gov|ac)\.[a-z]{2}|[^.]+\.[^.]+)$"
    return f"regexp_extract({values.host(value)}, {sql.literal(registered)})"


def _zero(attributes: list[Attribute], texts: list[str]) -> str:
    # What begins with another digit than 0 is no zero, and needs no reading.
    number = _quantity(attributes[0], texts[0])
    if not values.begins_with_number(attributes[0]):
        return f"{number} = 0"
    return f"CASE WHEN {texts[0]} >= '1' THEN false ELSE {number} = 0 END"


_COMPARISONS: Mapping[str, Callable[[list[Attribute], list[str]], str]] = {
    "zero": _zero,
    "below": _compared("<"),
    "at_most": _compared("<="),
    "same_currency": _same(values.currency),
    "same_unit": _same(_unit),
    "same_unit_family": _same(_unit_family),
    "same_domain": _same(_domain),
    "different": _different,
    "holds": _holds,
}
