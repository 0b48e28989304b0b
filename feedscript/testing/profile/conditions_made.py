"""Makes a condition between attributes hold, by changing values of an item."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from feedscript.feeds.profiles.model import Attribute, Condition, Profile
from feedscript.testing.profile.samples import sample

#: Stands for any value that is right.
ANY = "any value"
#: Values by attribute; None: without one.
Changes = Mapping[str, str | None]

_OTHER_DOMAIN = "https://www.elsewhere.example.org/page"


def negated(condition: Condition) -> Condition:
    """What holds where the condition does not."""
    return Condition("not", (condition,))


@dataclass(frozen=True)
class Made:
    """Changes under which conditions hold, for items of one profile."""

    profile: Profile
    as_of: datetime

    def holding(self, condition: Condition) -> dict[str, str | None]:
        """The first changes found under which it holds; raises StopIteration where there are none."""
        changes = next(self._ways(condition, wanted=True))
        return {name: self._filled(name, value) for name, value in changes.items()}

    def _filled(self, name: str, value: str | None) -> str | None:
        return sample(self.profile.attribute(name), self.as_of) if value == ANY else value

    def _ways(self, condition: Condition, *, wanted: bool) -> Iterator[Changes]:
        nested = [each for each in condition.operands if isinstance(each, Condition)]
        names = [str(each) for each in condition.operands]
        match condition.operator:
            case "not":
                yield from self._ways(nested[0], wanted=not wanted)
            case "all" | "any" if (condition.operator == "all") is wanted:
                yield from self._together(nested, wanted=wanted)
            case "all" | "any":
                for each in nested:
                    yield from self._ways(each, wanted=wanted)
            case "country":
                # Which country a feed is for is asked of `country_of`.
                yield {}
            case "present" | "absent":
                given = ANY if (condition.operator == "present") is wanted else None
                if wanted:
                    yield dict.fromkeys(names, given)
                else:
                    yield from ({name: given} for name in names)
            case "in" | "under" | "matches" | "shallower":
                yield from self._of_value(condition.operator, names, wanted=wanted)
            case operator:
                yield from self._between(
                    operator, [self.profile.attribute(each) for each in names], wanted=wanted
                )

    def _together(self, conditions: list[Condition], *, wanted: bool) -> Iterator[Changes]:
        if not conditions:
            yield {}
            return
        first, *others = conditions
        for changes in self._ways(first, wanted=wanted):
            for more in self._together(others, wanted=wanted):
                both = _both(changes, more)
                if both is not None:
                    yield both

    def _of_value(self, operator: str, operands: list[str], *, wanted: bool) -> Iterator[Changes]:
        name, *values = operands
        attribute = self.profile.attribute(name)
        if not wanted:
            yield {name: None}
            yield from ({name: each} for each in attribute.values if each not in values)
        elif operator == "in":
            yield from ({name: each} for each in values)
        elif operator == "under":
            yield from ({name: path} for each in values for path in self.profile.categories[each].paths)
        else:
            yield {name: sample(attribute, self.as_of)}

    def _between(self, operator: str, attributes: list[Attribute], *, wanted: bool) -> Iterator[Changes]:
        samples = [sample(each, self.as_of) for each in attributes]
        first = samples[0]
        match operator:
            case "zero":
                first = re.sub(r"\d", "0", first) if wanted else first
            case "below" | "at_most":
                low, high = (_scaled(each, first) for each in ("1", "9"))
                equal = high if operator == "below" else low
                pair = (low, high) if wanted else (high, equal)
                yield dict(zip((each.name for each in attributes), pair, strict=True))
                return
            case "same_currency" if not wanted:
                first = first.replace("USD", "EUR")
            case "same_unit" | "same_unit_family" if not wanted:
                first, samples[1] = f"12 {attributes[0].units[0]}", f"12 {attributes[1].units[-1]}"
                first = first if attributes[0].example is None else attributes[0].example
            case "same_domain" if not wanted:
                first = _OTHER_DOMAIN
            case "holds" if wanted:
                first = f"SKU-{samples[1].split()[0]}"
            case "different" if not wanted:
                samples[1:] = [first]
        yield {each.name: value for each, value in zip(attributes, [first, *samples[1:]], strict=True)}


def _both(changes: Changes, more: Changes) -> Changes | None:
    """Both changes in one; None where they contradict each other."""
    both = dict(changes)
    for name, value in more.items():
        known = both.setdefault(name, value)
        if known == ANY and value is not None:
            both[name] = value
        elif known != value and (value != ANY or known is None):
            return None
    return both


def _scaled(digit: str, text: str) -> str:
    """A number with all its digits the same, with what stands behind it."""
    return re.sub(r"\d", digit, text, count=1) if re.match(r"\d", text) else text


def country_of(condition: Condition) -> str | None:
    """A country that the condition speaks of."""
    if condition.operator == "country":
        return str(condition.operands[0])
    nested = (country_of(each) for each in condition.operands if isinstance(each, Condition))
    return next((each for each in nested if each), None)
