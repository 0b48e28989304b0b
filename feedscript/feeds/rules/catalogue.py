"""Every rule that a profile can report, told by the compiler itself, and the page that lists them."""

from datetime import UTC, datetime

from feedscript.feeds.profiles.header import read_header
from feedscript.feeds.profiles.model import Condition, Profile
from feedscript.feeds.rules.codes import FILE_FAMILIES, codes
from feedscript.feeds.rules.compilation import compile_rules
from feedscript.feeds.rules.rule import Rule, attribute_rule, file_rule

#: A country that no profile speaks of, where rules for particular countries do not hold.
_ELSEWHERE = "ZZ"
_ANY_MOMENT = datetime(2026, 1, 1, tzinfo=UTC)


def catalogue(profile: Profile) -> tuple[Rule, ...]:
    """Every rule of the profile, in the order of its attributes, those about the file first."""
    rules = [file_rule(profile, code) for code in _file_codes(profile)]
    found = _compiled(profile)
    for attribute in profile.attributes:
        if attribute.required:
            rules.append(attribute_rule(profile, attribute, "missing_required_column"))
        rules += [rule for rule in found.values() if rule.attribute == attribute.name]
        if attribute.name == profile.item and attribute.unique:
            rules.append(attribute_rule(profile, attribute, "duplicate_id"))
    return tuple(rules)


def _file_codes(profile: Profile) -> list[str]:
    others = {"missing_required_column", *(() if profile.exact_names else ("inexact_column",))}
    return [name for name, code in codes().items() if code.family in FILE_FAMILIES and name not in others]


def _compiled(profile: Profile) -> dict[str, Rule]:
    """The rules of a feed with every column, wherever it is sold and however it writes several values."""
    header = read_header(profile, tuple(each.name for each in profile.attributes))
    found: dict[str, Rule] = {}
    for country in sorted(_countries(profile)):
        for joined in (False, True):
            plan = compile_rules(profile, header, country=country, as_of=_ANY_MOMENT, joined=joined)
            found |= plan.rules | plan.crossing
    return found


def _countries(profile: Profile) -> set[str]:
    named = {_ELSEWHERE}
    for attribute in profile.attributes:
        named.update(attribute.countries)
        conditions = [attribute.required_when, *(each.when for each in attribute.conditions)]
        for condition in conditions:
            if condition is not None:
                named.update(_named(condition))
    return named


def _named(condition: Condition) -> set[str]:
    if condition.operator == "country":
        return {str(country) for country in condition.operands}
    nested = [each for each in condition.operands if isinstance(each, Condition)]
    return set().union(*map(_named, nested)) if nested else set()


def as_markdown(profile: Profile) -> str:
    """The catalogue as a page: a table for the file, and one for each attribute that has rules."""
    lines = [
        f"# Rules of the profile `{profile.id}` {profile.version}",
        "",
        f"{profile.title}: <{profile.doc}>. An error is what the partner rejects, a warning limits how an item is",
        "served, an info is advice. Any rule can be re-graded or switched off for a merchant or partner in `config/`.",
        "",
        "This page is written by `feedscript rules --format markdown`; a test fails when it is out of date.",
    ]
    heading = None
    for rule in catalogue(profile):
        place = rule.attribute or "The file"
        if place != heading:
            heading = place
            lines += [
                "",
                f"## {place}",
                "",
                "| Rule | Severity | What it means | What to do |",
                "|---|---|---|---|",
            ]
        cells = (f"`{rule.id}`", rule.severity, rule.message, rule.remedy)
        lines.append(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |")
    return "\n".join(lines) + "\n"
