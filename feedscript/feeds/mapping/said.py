"""What a merchant says of the shop, in the place of columns that no export has: `{source.base_url}` in templates."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from feedscript.feeds.engine.errors import BadConfig
from feedscript.feeds.mapping.matching import Match, Matches
from feedscript.feeds.mapping.model import Mapping as Rules
from feedscript.feeds.mapping.model import Rule
from feedscript.feeds.mapping.operations import SaidCurrency
from feedscript.feeds.readers.options import SourceOptions

EXAMPLES = {"base_url": "https://shop.example", "currency": "EUR", "tax_rate": "20"}
"""What may be said, with what it looks like."""
PLACEHOLDERS = tuple(f"source.{name}" for name in EXAMPLES)
"""The names that templates give to it."""


class NotSaid(BadConfig):
    """The source does not hold what is needed, and the merchant's file does not say it.

    Attributes: `attributes` (those that need it, by what is to be said), `platform` (whose export it is, if known).
    """

    def __init__(self, attributes: Mapping[str, tuple[str, ...]], platform: str | None) -> None:
        lines = ", ".join(f"{name}: {EXAMPLES[name]}" for name in attributes)
        needs = "; ".join(
            f"{' and '.join(names)} cannot be told without {name}" for name, names in attributes.items()
        )
        what = f"the source, {platform}, does not hold" if platform else "the mapping asks for"
        super().__init__(
            f"{what} {' and '.join(attributes)}: {needs}. Write in the merchant's file, with the right values: "
            f"source: {{{lines}}}"
        )
        self.attributes = attributes
        self.platform = platform


def with_said(
    mapping: Rules, options: SourceOptions, columns: Iterable[str]
) -> tuple[Rules, dict[str, tuple[str, ...]]]:
    """The mapping with what `options` say in its templates, and what they do not say, with those that need it.

    Rules that need what is not said give nothing. What the source has as a column is that column.
    """
    free = [name for name in EXAMPLES if f"source.{name}" not in set(columns)]
    values = {f"source.{name}": value for name in free if (value := getattr(options, name)) is not None}
    unsaid = {f"source.{name}": name for name in free if f"source.{name}" not in values}
    lacking: dict[str, list[str | None]] = {}

    def settled(rules: Mapping[str, Rule]) -> dict[str, Rule | None]:
        """The rules with what is said; None of those that need what is not."""
        found: dict[str, Rule | None] = {}
        for name, rule in rules.items():
            needs = {
                unsaid[each]: None for case in rule.cases for each in case.then.columns if each in unsaid
            }
            for each in needs:
                lacking.setdefault(each, []).append(_served(name, mapping))
            found[name] = None if needs else _with_values(rule, values)
        return found

    # Operations refer to inputs: one that needs what is not said stays, without a value.
    told = {name: _without(rule, unsaid) for name, rule in mapping.inputs.items()}
    inputs = {name: rule or Rule() for name, rule in settled(told).items()}
    # No other column takes the place of an attribute that does: a path is no link.
    attributes = {name: rule or Rule(omit=True) for name, rule in settled(mapping.attributes).items()}
    asked = {each: tuple(dict.fromkeys(filter(None, served))) for each, served in lacking.items()}
    return replace(mapping, inputs=inputs, attributes=attributes), {
        each: served for each, served in asked.items() if served
    }


def with_currency(matches: Matches, currency: str) -> Matches:
    """What was found, with the currency that is said where neither the mapping nor the source tells one."""
    found = matches.inputs.get("currency")
    if found is None:
        match = Match((), Rule(constant=currency))
    elif not found.rule.has_origin:
        operations = (*(found.rule.operations or ()), SaidCurrency(currency))
        match = replace(found, rule=replace(found.rule, operations=operations))
    else:
        return matches
    return replace(matches, inputs={**matches.inputs, "currency": match})


def _served(name: str, mapping: Rules) -> str | None:
    """The attribute itself, or the first that an input serves; None of an input that nothing refers to."""
    if name not in mapping.inputs:
        return name
    served = (
        attribute
        for attribute, rule in mapping.attributes.items()
        if any(name in operation.refers_to() for operation in rule.operations or ())
    )
    # What operations are inherited, and not listed here, refer to the currency alone.
    return next(served, "price" if name == "currency" else None)


def _without(rule: Rule, unsaid: Iterable[str]) -> Rule:
    """An input that the source tells by itself, without the cases that need what is not said."""
    told = tuple(case for case in rule.cases if not {*case.then.columns} & {*unsaid})
    return replace(rule, cases=told) if told else rule


def _with_values(rule: Rule, values: Mapping[str, str]) -> Rule:
    cases = tuple(replace(case, then=case.then.given(values)) for case in rule.cases)
    if len(cases) == 1 and cases[0].condition is None:
        parts = cases[0].then.parts
        if not any(part.is_column or part.filters for part in parts):
            return replace(rule, cases=(), constant="".join(part.text for part in parts))
    return replace(rule, cases=cases)
