"""What becomes of attributes when one profile extends another: names and words of the partner in the conditions."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import MISSING, Field, fields, replace
from typing import Any

from feedscript.feeds.profiles.model import Attribute, Condition, CrossField, Type
from feedscript.feeds.profiles.written import Mark

#: The codes of the rules that come of what is said of an attribute under a name.
_CODES: Mapping[str, tuple[str, ...]] = {
    "required": ("missing_required",),
    "required_when": ("missing_required",),
    "same_within": ("group_conflict",),
    "same_names_within": ("group_conflict",),
    "unlike_within": ("duplicate_variant",),
    "advised_max_length": ("long_text",),
    "max_distinct": ("too_many_distinct",),
    "max_length": ("too_long",),
    "max_bytes": ("too_long",),
    "max_total_length": ("too_long",),
    "min_values": ("too_few_values",),
    "max_values": ("too_many_values",),
    "values": ("invalid_enum",),
    "placeholders": ("placeholder_value",),
    "pattern": ("invalid_format",),
    "extensions": ("invalid_format",),
    "refused_extensions": ("invalid_format",),
    "unlisted_extensions": ("unlisted_format",),
    "minimum": ("out_of_range",),
    "above": ("out_of_range",),
    "maximum": ("out_of_range",),
    "maximum_by_unit": ("out_of_range",),
    "max_days_ahead": ("out_of_range",),
    "parts": ("invalid_format", "too_long", "out_of_range"),
}
_OF_GTIN = ("bad_check_digit", "restricted_prefix", "coupon_prefix")
_OF_OTHERS = ("all", "any", "not")
_OF_VALUES = ("in", "under", "matches", "shallower")


def reset(attribute: Attribute, names: Iterable[str]) -> Attribute:
    """The attribute without what is said under these names."""
    defaults = {each.name: _default(each) for each in fields(Attribute)}
    return replace(attribute, **{name: defaults[name] for name in names})


def inherited_marks(base: Attribute, given: Collection[str], mark: Mark) -> dict[str, Mark]:
    """The mark by code, for rules of what the base says and the profile does not, under any of its `given` names.

    That a partner takes the attribute tells nothing of what Google asks of it beside.
    """
    said = {each.name for each in fields(Attribute) if getattr(base, each.name) != _default(each)}
    own = {code for name in given for code in _CODES.get(name, ())}
    inherited = {code for name in said.difference(given) for code in _CODES.get(name, ())}
    if "conditions" not in given:
        inherited |= {each.code for each in base.conditions}
    if base.type is Type.GTIN and "type" not in given:
        inherited |= {*_OF_GTIN}
    return dict.fromkeys(sorted(inherited - own), mark)


def fitted(attributes: list[Attribute]) -> list[Attribute]:
    """The attributes, whose conditions speak of each other alone, under their names here.

    What speaks of an attribute that is not here is left out.
    """
    here = {each.name: each for each in attributes}
    by_origin = {each.origin: each for each in reversed(attributes)}
    known = {**by_origin, **here}
    return [_fitted(each, known) for each in attributes]


def _default(each: Field[Any]) -> Any:
    return each.default if each.default_factory is MISSING else each.default_factory()


def _fitted(attribute: Attribute, known: Mapping[str, Attribute]) -> Attribute:
    needed = attribute.required_when and _renamed(attribute.required_when, known)
    crossing = (_crossing(each, known) for each in attribute.conditions)

    def named(name: str | None) -> str | None:
        found = known.get(name) if name else None
        return found.name if found else None

    return replace(
        attribute,
        required_when=needed,
        conditions=tuple(each for each in crossing if each is not None),
        alternatives=tuple(known[name].name for name in attribute.alternatives if name in known),
        same_within=named(attribute.same_within),
        same_names_within=named(attribute.same_names_within),
        unlike_within=named(attribute.unlike_within),
    )


def _crossing(cross: CrossField, known: Mapping[str, Attribute]) -> CrossField | None:
    expected = _renamed(cross.expect, known)
    when = cross.when and _renamed(cross.when, known)
    if expected is None or (cross.when is not None and when is None):
        return None
    return replace(cross, expect=expected, when=when)


def _renamed(condition: Condition, known: Mapping[str, Attribute]) -> Condition | None:
    """The condition under the names of these attributes, and in their words; None where it speaks of others."""
    if any(name not in known for name in condition.attributes()):
        return None
    if condition.operator in _OF_OTHERS:
        nested = (_renamed(each, known) for each in condition.operands if isinstance(each, Condition))
        return Condition(condition.operator, tuple(each for each in nested if each is not None))
    if condition.operator in _OF_VALUES:
        attribute = known[str(condition.operands[0])]
        words = attribute.cell.words if condition.operator == "in" else {}
        values = (words.get(str(each), each) for each in condition.operands[1:])
        return Condition(condition.operator, (attribute.name, *values))
    if condition.operator == "country":
        return condition
    return Condition(
        condition.operator,
        tuple(known[each].name if isinstance(each, str) else each for each in condition.operands),
    )
