"""Conditions between attributes as SQL, in three values: NULL where an operand is absent or malformed."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from feedscript.feeds.profiles.model import Attribute, Condition, Profile, Type
from feedscript.feeds.rules import gtin, sql, values

TRUE, FALSE, UNKNOWN = "true", "false", "NULL"


@dataclass(frozen=True)
class Cell:
    """Where an attribute's text stands in the scan, and whether there is any (both SQL)."""

    text: str
    present: str


ABSENT = Cell(UNKNOWN, FALSE)


@dataclass(frozen=True)
class Conditions:
    """Compiles conditions against a feed's cells, for one country; `roots` are the sets of categories."""

    profile: Profile
    country: str
    cells: Mapping[str, Cell]
    roots: Mapping[str, tuple[str, ...]]

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
            case "in" | "under" | "matches":
                return self._about_value(condition)
            case _:
                return self._between(condition)

    def _cell(self, name: str) -> Cell:
        return self.cells.get(name, ABSENT)

    def _about_value(self, condition: Condition) -> str:
        name, *operands = map(str, condition.operands)
        cell = self._cell(name)
        if cell is ABSENT:
            return UNKNOWN
        match condition.operator:
            case "in":
                accepts = self.profile.attribute(name).accepts
                words = {values.spelling(word) for word in operands}
                words |= {values.spelling(word) for word, meant in accepts.items() if meant in operands}
                test = f"{values.normal(cell.text)} IN ({sql.literals(tuple(sorted(words)))})"
            case "under":
                roots = tuple(root for operand in operands for root in self.roots[operand])
                test = under(cell.text, roots)
            case _:
                test = sql.matches(cell.text, operands[0])
        return f"CASE WHEN {cell.present} THEN {test} END"

    def _between(self, condition: Condition) -> str:
        names = tuple(map(str, condition.operands))
        cells = [self._cell(name) for name in names]
        if ABSENT in cells:
            return UNKNOWN
        attributes = [self.profile.attribute(name) for name in names]
        present = every(cell.present for cell in cells)
        sound = every(
            well_formed(attribute, cell.text) for attribute, cell in zip(attributes, cells, strict=True)
        )
        test = _COMPARISONS[condition.operator](attributes, [cell.text for cell in cells])
        return f"CASE WHEN {present} THEN CASE WHEN {sound} THEN {test} END END"


def well_formed(attribute: Attribute, value: str) -> str:
    """Whether a value is of its attribute's form, so that it can be compared."""
    if attribute.type is Type.GTIN:
        return gtin.well_formed(value)
    pattern = values.pattern(attribute)
    return TRUE if pattern is None else sql.matches(value, pattern)


def under(value: str, roots: tuple[str, ...]) -> str:
    """Whether a category is one of the roots (ids or paths) or lies below one of them, by path."""
    plain = sql.trimmed(value)
    tests = [f"{plain} IN ({sql.literals(roots)})"]
    tests += [f"starts_with({plain}, {sql.literal(root + ' >')})" for root in roots if not root.isdigit()]
    return f"({' OR '.join(tests)})"


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


def _quantity(attribute: Attribute, value: str) -> str:
    if attribute.type is Type.DATETIME:
        return values.moment(value)
    return values.amount(value)


def _comparable(attributes: list[Attribute], texts: list[str]) -> str:
    """Prices are compared in one currency, measures in one unit; others always."""
    if attributes[0].type is Type.PRICE:
        return f"{values.currency(texts[0])} = {values.currency(texts[1])}"
    if attributes[0].type is Type.MEASURE:
        return f"{values.unit(texts[0])} = {values.unit(texts[1])}"
    return TRUE


def _below(attributes: list[Attribute], texts: list[str]) -> str:
    first, second = (_quantity(attribute, text) for attribute, text in zip(attributes, texts, strict=True))
    return f"CASE WHEN {_comparable(attributes, texts)} THEN {first} < {second} END"


def _at_most(attributes: list[Attribute], texts: list[str]) -> str:
    first, second = (_quantity(attribute, text) for attribute, text in zip(attributes, texts, strict=True))
    return f"CASE WHEN {_comparable(attributes, texts)} THEN {first} <= {second} END"


def _same(of: Callable[[str], str]) -> Callable[[list[Attribute], list[str]], str]:
    def compare(_: list[Attribute], texts: list[str]) -> str:
        first, *others = (of(text) for text in texts)
        return every(f"{first} = {other}" for other in others)

    return compare


def _different(_: list[Attribute], texts: list[str]) -> str:
    return f"{sql.trimmed(texts[0])} <> {sql.trimmed(texts[1])}"


def _domain(value: str) -> str:
    """The registered domain: the last two labels, or three below such as co.uk."""
    registered = r"(?:[^.]+\.(?:com?|net|org|gov|ac)\.[a-z]{2}|[^.]+\.[^.]+)$"
    return f"regexp_extract({values.host(value)}, {sql.literal(registered)})"


_COMPARISONS: Mapping[str, Callable[[list[Attribute], list[str]], str]] = {
    "below": _below,
    "at_most": _at_most,
    "same_currency": _same(values.currency),
    "same_unit": _same(values.unit),
    "same_unit_family": _same(values.unit_family),
    "same_domain": _same(_domain),
    "different": _different,
}
