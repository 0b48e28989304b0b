"""What can be wrong with parts of a structured value: one out of bounds, too long, or beside one that excludes it."""

from collections.abc import Iterator

from feedscript.feeds.engine import sql
from feedscript.feeds.profiles.model import Attribute, Part
from feedscript.feeds.rules import values
from feedscript.feeds.rules.currencies import currency_facts
from feedscript.feeds.rules.derivation import Value
from feedscript.feeds.rules.value_test import Fails, ValueTest


def outside(attribute: Attribute) -> Iterator[ValueTest]:
    """The tests of numbers that have bounds."""
    for part in attribute.parts:
        if part.minimum is not None or part.maximum is not None:
            yield ValueTest("out_of_range", _part_outside(attribute, part))


def too_long(attribute: Attribute) -> Iterator[ValueTest]:
    """The tests of texts that have a length."""
    for part in attribute.parts:
        if part.max_length is not None:
            yield ValueTest("too_long", _part_longer(attribute, part, part.max_length))


def excluded(attribute: Attribute) -> Iterator[ValueTest]:
    """The tests of parts that may not stand beside others."""
    by_name = {part.name: part for part in attribute.parts}
    for part in attribute.parts:
        others = [by_name[name] for name in part.excludes if name in by_name]
        if others:
            yield ValueTest("conflicting_values", _parts_together(attribute, part, others))


def _parts_together(attribute: Attribute, part: Part, others: list[Part]) -> Fails:
    def together(value: Value) -> str:
        own, *beside = (
            f"{values.part_text(value.text, attribute.parts, each)} <> ''" for each in (part, *others)
        )
        return f"{own} AND ({' OR '.join(beside)})"

    return together


def _part_outside(attribute: Attribute, part: Part) -> Fails:
    def outside(value: Value) -> str:
        text = value.let(values.part_text(value.text, attribute.parts, part))
        number = values.number(text)
        tests = [f"{number} < {part.minimum}"] if part.minimum is not None else []
        if part.maximum is not None:
            most = f"{part.maximum}" if part.bounds_in is None else _most(part.maximum, part.bounds_in, text)
            tests.append(f"{number} > {most}")
        return " OR ".join(tests)

    return outside


def _most(limit: float, currency: str, price: str) -> str:
    """The limit in the currency of the price; NULL where no rate is known, so that nothing is above it."""
    limits = currency_facts().rates.limits(limit, currency)
    code = f"right({sql.trimmed(price)}, 3)"
    known = [(f"{code} = {sql.literal(each)}", f"{most:g}") for each, most in limits.items()]
    return f"({sql.choice(known, 'NULL')})"


def _part_longer(attribute: Attribute, part: Part, limit: int) -> Fails:
    return lambda value: (
        f"CASE WHEN strlen({value.text}) > {limit}"
        f" THEN length({values.part_text(value.text, attribute.parts, part)}) > {limit} ELSE false END"
    )
