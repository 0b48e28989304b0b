"""What a merchant says of the shop, in the place of columns that no export has: `{source.base_url}` in templates."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from feedscript.feeds.engine.errors import BadConfig
from feedscript.feeds.mapping.model import Mapping as Rules
from feedscript.feeds.mapping.model import Rule
from feedscript.feeds.readers.options import SourceOptions

EXAMPLES = {"base_url": "https://shop.example", "currency": "EUR"}
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
    mapping: Rules, options: SourceOptions, columns: Iterable[str], usual_currency: str | None = None
) -> tuple[Rules, dict[str, tuple[str, ...]]]:
    """The mapping with what `options` say in its templates, and what they do not say, with those that need it.

    Rules that need what is not said are left out. What the source has as a column is that column. `usual_currency` is
    that of all such exports, where no other one is said.
    """
    options = replace(options, currency=options.currency or usual_currency)
    free = [name for name in EXAMPLES if f"source.{name}" not in set(columns)]
    values = {f"source.{name}": value for name in free if (value := getattr(options, name)) is not None}
    unsaid = {f"source.{name}": name for name in free if f"source.{name}" not in values}
    lacking: dict[str, tuple[str, ...]] = {}

    def settled(rules: Mapping[str, Rule]) -> dict[str, Rule]:
        found = {}
        for name, rule in rules.items():
            needs = [unsaid[each] for case in rule.cases for each in case.then.columns if each in unsaid]
            for each in dict.fromkeys(needs):
                lacking[each] = (*lacking.get(each, ()), "price" if name == "currency" else name)
            if not needs:
                found[name] = _with_values(rule, values)
        return found

    inputs, attributes = settled(mapping.inputs), settled(mapping.attributes)
    if options.currency and inputs.get("currency", Rule()) == Rule():
        inputs["currency"] = Rule(constant=options.currency)
    return replace(mapping, inputs=inputs, attributes=attributes), lacking


def _with_values(rule: Rule, values: Mapping[str, str]) -> Rule:
    cases = tuple(replace(case, then=case.then.given(values)) for case in rule.cases)
    if len(cases) == 1 and cases[0].condition is None:
        parts = cases[0].then.parts
        if not any(part.is_column or part.filters for part in parts):
            return replace(rule, cases=(), constant="".join(part.text for part in parts))
    return replace(rule, cases=cases)
