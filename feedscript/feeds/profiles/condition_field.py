"""Conditions as a profile document writes them: one operator of a closed list, and what it is about."""

import re
from typing import Any

from marshmallow import ValidationError, fields

from feedscript.feeds.profiles.model import Condition

#: Operators over attribute names, with the least and the most operands that each takes.
ATTRIBUTE_OPERATORS = {
    "present": (1, 20),
    "absent": (1, 20),
    "zero": (1, 1),
    "below": (2, 2),
    "at_most": (2, 2),
    "same_currency": (2, 2),
    "same_unit": (2, 4),
    "same_unit_family": (2, 2),
    "same_domain": (2, 2),
    "different": (2, 2),
    "holds": (2, 2),
}
#: Operators over one attribute and what it is held against.
VALUE_OPERATORS = ("in", "under", "matches", "shallower")
GROUP_OPERATORS = ("all", "any")


class ConditionField(fields.Field[Condition]):
    """A condition as a mapping of one operator to its operands, such as `present: gtin` or `all: [...]`."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> Condition:
        return parse_condition(value)


def parse_condition(value: object) -> Condition:
    """Make a `Condition` of its YAML form, or raise a ValidationError that says what is wrong with it."""
    if not isinstance(value, dict) or len(value) != 1:
        raise ValidationError("a condition is a mapping with exactly one operator")
    ((operator, operands),) = value.items()
    if operator == "not":
        return Condition("not", (parse_condition(operands),))
    if operator == "country":
        return Condition("country", _strings(operator, operands))
    if operator in GROUP_OPERATORS:
        return _group_condition(operator, operands)
    if operator in VALUE_OPERATORS:
        return _value_condition(operator, operands)
    if operator in ATTRIBUTE_OPERATORS:
        return _attribute_condition(operator, operands)
    known = sorted([*ATTRIBUTE_OPERATORS, *VALUE_OPERATORS, *GROUP_OPERATORS, "not", "country"])
    raise ValidationError(f"unknown operator {operator!r}; known are {', '.join(known)}")


def _group_condition(operator: str, operands: object) -> Condition:
    if not isinstance(operands, list) or not operands:
        raise ValidationError(f"{operator} takes a list of conditions")
    return Condition(operator, tuple(parse_condition(each) for each in operands))


def _value_condition(operator: str, operands: object) -> Condition:
    if not isinstance(operands, dict) or len(operands) != 1:
        raise ValidationError(f"{operator} takes one attribute with its values")
    ((attribute, values),) = operands.items()
    strings = _strings(operator, values)
    if operator == "matches":
        compiles(strings[0])
    if operator == "shallower" and not (len(strings) == 1 and strings[0].isdecimal()):
        raise ValidationError("shallower takes one number of levels, as text")
    return Condition(operator, (str(attribute), *strings))


def _attribute_condition(operator: str, operands: object) -> Condition:
    least, most = ATTRIBUTE_OPERATORS[operator]
    names = _strings(operator, operands)
    if not least <= len(names) <= most:
        raise ValidationError(f"{operator} takes {least} to {most} attributes, not {len(names)}")
    return Condition(operator, names)


def _strings(operator: str, value: object) -> tuple[str, ...]:
    listed = value if isinstance(value, list) else [value]
    if not listed or not all(isinstance(each, str) for each in listed):
        raise ValidationError(f"{operator} takes text, or a list of texts")
    return tuple(listed)


def compiles(pattern: str) -> None:
    """Refuse what is no regular expression."""
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValidationError(f"is no regular expression: {error}") from error
