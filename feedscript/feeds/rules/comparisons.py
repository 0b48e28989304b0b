"""What is held of the values of all items together: the same or another within a group, so many in a feed."""

from collections.abc import Mapping

from feedscript.feeds.profiles.model import Attribute, Profile
from feedscript.feeds.rules.conditions import Cell
from feedscript.feeds.rules.plan import Plan
from feedscript.feeds.rules.rule import attribute_rule


def compare(
    plan: Plan,
    profile: Profile,
    attribute: Attribute,
    cells: Mapping[str, Cell],
    skipped: frozenset[str],
) -> None:
    """Add what is held of all the items' values together, and not of each by itself."""
    if attribute.name not in cells:
        return
    text = cells[attribute.name].text
    for code, within, value, comparisons in (
        ("group_conflict", attribute.same_within, text, plan.within),
        ("group_conflict", attribute.same_names_within, _names_of(text), plan.within),
        ("duplicate_variant", attribute.unlike_within, _members_of(text), plan.unlike),
    ):
        if within is None or within not in cells:
            continue
        rule = attribute_rule(profile, attribute, code)
        if rule.id not in skipped:
            comparisons.append((rule, cells[within].text, value))
    if attribute.max_distinct is not None:
        rule = attribute_rule(profile, attribute, "too_many_distinct")
        if rule.id not in skipped:
            plan.distinct.append((rule, text, attribute.max_distinct))


def _names_of(value: str) -> str:
    """The names in an object of JSON as one text, in order; NULL where it is none."""
    return f"list_sort(map_keys({_object(value)}))::VARCHAR"


def _members_of(value: str) -> str:
    """The names and values in an object of JSON as one text, in order; NULL where it is none."""
    return f"list_sort(map_entries({_object(value)}))::VARCHAR"


def _object(value: str) -> str:
    # Names are not looked up in it: one that begins with a dollar sign would be taken for a path.
    return f"TRY_CAST(TRY_CAST({value} AS JSON) AS MAP(VARCHAR, VARCHAR))"
