"""What one value has of a rule's defect, in words: which part of it is out of range, what a category may mean."""

import re
from collections.abc import Iterator
from dataclasses import replace

from feedscript.feeds.profiles.model import Attribute, Part, Profile
from feedscript.feeds.profiles.repeated import signs_between
from feedscript.feeds.profiles.taxonomy import load_taxonomy
from feedscript.feeds.rules import values
from feedscript.feeds.rules.currencies import currency_facts
from feedscript.feeds.rules.rule import Rule

#: Joins values in a staged cell; see `readers.staged`.
_JOINED = "\x1f"
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?")
_CURRENCY = re.compile(r"[A-Z]{3}")
_LONGEST_SHOWN = 100


def explained(rule: Rule, attribute: Attribute, found: list[str], profile: Profile, country: str) -> Rule:
    """The rule with what the first of the values that were found tells of its defect, where that can be told.

    The attribute is as the feed's header has it, with its parts in that order.
    """
    for value in found:
        match rule.code:
            case "out_of_range" if attribute.parts:
                said = next(_parts_outside(attribute, value), None)
                return replace(rule, message=f"{attribute.name}: {said}.") if said else rule
            case "withdrawn_currency":
                return _withdrawn(rule, value)
            case "foreign_currency":
                local = " or ".join(currency_facts().countries.get(country, ()))
                words = (
                    f"{attribute.name} is in {_currency(value)}, and listings in {country} are in {local}."
                )
                return replace(rule, message=words)
            case "unknown_category" if profile.taxonomy:
                return _unknown(rule, profile.taxonomy, value)
            case _:
                return rule
    return rule


def _parts_outside(attribute: Attribute, text: str) -> Iterator[str]:
    """What is said of each part of the values in a cell that is outside its bounds."""
    signs = [",(?! )" if sign == "," else re.escape(sign) for sign in signs_between(attribute)]
    for value in re.split("|".join([_JOINED, *signs]), text):
        for part in attribute.parts:
            shown = _part(attribute, part, value)
            number = _NUMBER.search(shown)
            if number is None:
                continue
            amount = float(number[0])
            if part.minimum is not None and amount < part.minimum:
                yield f"{part.name} {shown} is below {part.minimum:g}"
            if part.maximum is not None and (above := _limit_passed(part, amount, shown)):
                yield f"{part.name} {shown} is above {above}"


def _part(attribute: Attribute, part: Part, value: str) -> str:
    form = values.structured_pattern(attribute.parts, capture=part)
    whole = re.fullmatch(f"(?:{form})\\s*", value.strip(), re.DOTALL | re.ASCII)
    return (whole[1] or "").strip() if whole else ""


def _limit_passed(part: Part, amount: float, shown: str) -> str | None:
    """The part's upper bound as a person says it, where the amount is above it."""
    assert part.maximum is not None
    if part.bounds_in is None:
        return f"{part.maximum:g}" if amount > part.maximum else None
    most = currency_facts().rates.limits(part.maximum, part.bounds_in).get(_currency(shown))
    if most is None or amount <= most:
        return None
    limit = f"{part.maximum:g} {part.bounds_in}"
    return limit if _currency(shown) == part.bounds_in else f"what {limit} are, by far"


def _currency(price: str) -> str:
    code = _CURRENCY.search(price)
    return code[0] if code else ""


def _withdrawn(rule: Rule, price: str) -> Rule:
    code = _currency(price)
    gone = currency_facts().withdrawn.get(code)
    if gone is None:
        return rule
    return replace(
        rule,
        message=f"{rule.attribute} is in {code}, which was withdrawn on {gone.until}.",
        remedy=f"Give {rule.attribute} in {gone.now}, which came in the place of {code}.",
    )


def _unknown(rule: Rule, name: str, value: str) -> Rule:
    taxonomy = load_taxonomy(name)
    shown = value if len(value) <= _LONGEST_SHOWN else f"{value[:_LONGEST_SHOWN]}…"
    words = f"{shown!r} is no category of the partner's taxonomy of {taxonomy.version}, so the partner ignores it."
    near = taxonomy.nearest(value)
    remedy = f"{rule.remedy} The nearest to this one is {near}." if near else rule.remedy
    return replace(rule, message=words, remedy=remedy)
