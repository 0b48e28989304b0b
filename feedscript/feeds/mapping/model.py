"""What a mapping is: rows made ready, then which column becomes which attribute, and what is done to its values."""

from collections.abc import Callable, Iterator
from collections.abc import Mapping as AbstractMapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from feedscript.feeds.mapping.numbers import Decimal
from feedscript.feeds.mapping.operations import (
    Date,
    Listed,
    Measure,
    Operation,
    Price,
    Truncate,
    Without,
    Words,
)
from feedscript.feeds.mapping.rows.looking_up import LookUp
from feedscript.feeds.mapping.rows.step import RowStep
from feedscript.feeds.mapping.template import Case
from feedscript.feeds.profiles.model import Attribute, Profile


@dataclass(frozen=True)
class Rule:
    """Where one attribute comes from, and what is done to it; exactly one kind of origin is given.

    `names` are synonyms, best first, of which a source may have none; `columns` are the source's own names,
    which it must have, and of which the first with a value is taken; `constant` is a value for every item; `cases` are
    texts with columns in them, of which the first is taken whose condition holds; `from_name` is a pattern, and the
    value what its `*` stands for in the name of the column that it fits; `omit` leaves the attribute out.
    """

    names: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    constant: str | None = None
    cases: tuple[Case, ...] = ()
    from_name: str | None = None
    omit: bool = False
    operations: tuple[Operation, ...] | None = None

    @property
    def has_origin(self) -> bool:
        """Whether it says itself where values come from, or that none do."""
        return bool(self.columns or self.constant is not None or self.cases or self.from_name or self.omit)


@dataclass(frozen=True)
class Mapping:
    """Rules by attribute, in the order of writing, and by input, which operations may refer to.

    `rows` are steps over the source's rows, which come before.
    """

    attributes: AbstractMapping[str, Rule] = field(default_factory=dict)
    inputs: AbstractMapping[str, Rule] = field(default_factory=dict)
    rows: tuple[RowStep, ...] = ()

    def over(self, base: "Mapping") -> "Mapping":
        """This mapping where it speaks, `base` elsewhere; a rule without operations keeps those of `base`.

        The row steps of `base` come first: they make items of what a platform exports.
        """
        return Mapping(
            _over(self.attributes, base.attributes), _over(self.inputs, base.inputs), (*base.rows, *self.rows)
        )

    def beside(self, folder: Path) -> "Mapping":
        """This mapping where the files that its row steps look up in lie in this folder."""
        rows = (
            replace(step, origin=replace(step.origin, folder=folder)) if isinstance(step, LookUp) else step
            for step in self.rows
        )
        return replace(self, rows=tuple(rows))

    def with_decimal(self, decimal: Decimal | None) -> "Mapping":
        """This mapping where amounts that may be read in two ways have this sign before their decimals."""
        return self._settled(
            lambda each: replace(each, decimal=decimal) if isinstance(each, Price | Measure) else each
        )

    def with_languages(self, languages: tuple[str, ...]) -> "Mapping":
        """This mapping where words that mean several things mean what they do in these languages."""
        return self._settled(
            lambda each: replace(each, languages=languages) if isinstance(each, Date | Words) else each
        )

    def called(self, names: AbstractMapping[str, tuple[str, ...]]) -> "Mapping":
        """This mapping where attributes and inputs have these names."""

        def named(rules: AbstractMapping[str, Rule]) -> dict[str, Rule]:
            return {name: replace(rule, names=names.get(name, ())) for name, rule in rules.items()}

        return Mapping(named(self.attributes), named(self.inputs), self.rows)

    def within_bounds_of(self, profile: Profile) -> "Mapping":
        """This mapping with texts cut, and lists ended, where this partner's attributes end."""
        # What is cut as it is written leaves the text whole for others.
        uncut_first = sorted(profile.attributes, key=lambda each: each.cell.cut)
        by_origin = {each.origin: each for each in reversed(uncut_first)}
        rules = {
            name: replace(rule, operations=_all_bounded(rule.operations, by_origin.get(name)))
            if rule.operations
            else rule
            for name, rule in self.attributes.items()
        }
        return Mapping(rules, self.inputs, self.rows)

    def _settled(self, settle: Callable[[Operation], Operation]) -> "Mapping":
        """This mapping with each operation as `settle` has it."""

        def settled(rules: AbstractMapping[str, Rule]) -> dict[str, Rule]:
            return {
                name: replace(rule, operations=tuple(map(settle, rule.operations)))
                if rule.operations
                else rule
                for name, rule in rules.items()
            }

        return Mapping(settled(self.attributes), settled(self.inputs), self.rows)


def _all_bounded(operations: tuple[Operation, ...], attribute: Attribute | None) -> tuple[Operation, ...]:
    found = tuple(each for operation in operations for each in _bounded(operation, attribute))
    most = next((each.at_most for each in found if isinstance(each, Listed)), None)
    if most is None or not any(isinstance(each, Without) for each in found):
        return found
    # What is left out of a list must not take the place of what would be in it.
    longer = (replace(each, at_most=most + 1) if isinstance(each, Listed) else each for each in found)
    return (*longer, Listed("", most))


def _bounded(operation: Operation, attribute: Attribute | None) -> Iterator[Operation]:
    if attribute is None:
        yield operation
    elif isinstance(operation, Truncate):
        if attribute.max_length is not None:
            yield replace(operation, length=attribute.max_length)
    elif isinstance(operation, Listed):
        several = attribute.cell.take or attribute.cell.place
        yield replace(operation, at_most=max(attribute.max_values, operation.at_most if several else 1))
    else:
        yield operation


def _over(own: AbstractMapping[str, Rule], base: AbstractMapping[str, Rule]) -> dict[str, Rule]:
    merged = dict(base)
    for name, rule in own.items():
        inherited = merged.get(name, Rule())
        operations = inherited.operations if rule.operations is None else rule.operations
        names = () if rule.has_origin else rule.names or inherited.names
        merged[name] = replace(rule, names=names, operations=operations)
    return merged
