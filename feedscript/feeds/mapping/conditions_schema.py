"""Conditions in documents: `{column: Status, in: [draft, archived]}`, joined by `all`, `any` and `not`."""

from decimal import Decimal, InvalidOperation
from typing import Any

from marshmallow import ValidationError, fields

from feedscript.feeds.engine.unknown_names import UnknownName
from feedscript.feeds.mapping.conditions import TESTS, Combined, Comparison, Condition, Negated
from feedscript.feeds.mapping.patterns import checked_pattern
from feedscript.feeds.mapping.template import Case
from feedscript.feeds.mapping.template_field import TemplateField

MOST_WORDS = 1_000
"""How many words a test may compare with."""
MOST_CASES = 100
"""How many cases a value may have, and conditions a combination."""
DEEPEST = 8
"""How deep conditions may stand in conditions."""

_JOINING = ("all", "any", "not")
NUMBERS = ("above", "at_least", "at_most", "below")
SEVERAL = ("contains", "ends_with", "in", "not_in", "starts_with")
_text = fields.String(required=True)
_LARGEST = Decimal(10) ** 15


class ConditionField(fields.Field[Condition]):
    """What must hold of a row: one column with one or more tests, or conditions under `all`, `any` or `not`."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> Condition:
        return _condition(value, 0)


def _condition(value: Any, depth: int) -> Condition:
    if not isinstance(value, dict) or not value:
        raise ValidationError(
            "must be a condition: {column: Name, equals: value}, or all, any or not of such"
        )
    if depth > DEEPEST:
        raise ValidationError(f"stands more than {DEEPEST} conditions deep, which none may")
    joining = [name for name in _JOINING if name in value]
    if joining and len(value) > 1:
        raise ValidationError(f"{joining[0]} stands alone: put what else must hold into `all`")
    if joining == ["not"]:
        return Negated(_within("not", value["not"], depth))
    if joining:
        (name,) = joining
        given = value[name]
        if not isinstance(given, list) or not 0 < len(given) <= MOST_CASES:
            raise ValidationError({name: [f"must be a list of 1 to {MOST_CASES} conditions"]})
        return Combined(_each(name, given, depth), any=name == "any")
    return _comparison(value)


def _within(name: str, value: Any, depth: int) -> Condition:
    try:
        return _condition(value, depth + 1)
    except ValidationError as error:
        raise ValidationError({name: error.messages}) from error


def _each(name: str, given: list[Any], depth: int) -> tuple[Condition, ...]:
    found, mistakes = [], {}
    for place, each in enumerate(given):
        try:
            found.append(_condition(each, depth + 1))
        except ValidationError as error:
            mistakes[place] = error.messages
    if mistakes:
        raise ValidationError({name: mistakes})
    return tuple(found)


def _comparison(value: dict[Any, Any]) -> Comparison:
    mistakes: dict[Any, Any] = {}
    tests = []
    for name, given in value.items():
        if name == "column":
            continue
        if name not in TESTS:
            known = ("column", *TESTS, *_JOINING)
            mistakes[name] = [UnknownName(f"there is no test {name!r}", str(name), known)]
            continue
        try:
            tests.append((str(name), _operand(str(name), given)))
        except ValidationError as error:
            mistakes[name] = error.messages
    column = value.get("column")
    if not isinstance(column, str) or not column:
        mistakes["column"] = ["must be the name of a column"]
    elif not tests and not mistakes:
        raise ValidationError(f"says nothing of the column; tests are {', '.join(TESTS)}")
    if mistakes:
        raise ValidationError(mistakes)
    return Comparison(str(column), tuple(tests))


def _operand(name: str, given: Any) -> tuple[str, ...]:
    if name == "present":
        if not isinstance(given, bool):
            raise ValidationError("must be true or false")
        return (str(given).lower(),)
    if name in NUMBERS:
        return (_number(given),)
    if name == "matches":
        return (checked_pattern(str(_text.deserialize(given))),)
    words = given if name in SEVERAL and isinstance(given, list) else [given]
    if not 0 < len(words) <= MOST_WORDS:
        raise ValidationError(f"must be 1 to {MOST_WORDS} texts")
    return tuple(str(_text.deserialize(word)) for word in words)


def _number(given: Any) -> str:
    if isinstance(given, bool) or not isinstance(given, int | float):
        raise ValidationError("must be a number, such as 10 or 9.5")
    try:
        number = Decimal(str(given))
    except InvalidOperation as error:  # pragma: no cover - a float always has a text
        raise ValidationError("must be a number") from error
    if not number.is_finite() or abs(number) >= _LARGEST:
        raise ValidationError(f"must be a number below {_LARGEST:.0e}")
    return f"{number:f}"


class CasesField(fields.Field[tuple[Case, ...]]):
    """`- if: condition, then: template` in order, and at the end perhaps `- else: template`."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> tuple[Case, ...]:
        if not isinstance(value, list) or not 0 < len(value) <= MOST_CASES:
            raise ValidationError(f"must be a list of 1 to {MOST_CASES} cases")
        cases, mistakes = [], {}
        for place, given in enumerate(value):
            try:
                cases.append(_case(given, last=place == len(value) - 1))
            except ValidationError as error:
                mistakes[place] = error.messages
        if mistakes:
            raise ValidationError(mistakes)
        return tuple(cases)


def _case(given: Any, *, last: bool) -> Case:
    if not isinstance(given, dict) or set(given) not in ({"if", "then"}, {"else"}):
        raise ValidationError("must be `if` with `then`, or `else` alone")
    if "else" in given and not last:
        raise ValidationError("`else` is the last case: what stands behind it is never reached")
    fields_of: dict[str, fields.Field[Any]] = {
        "if": ConditionField(),
        "then": TemplateField(),
        "else": TemplateField(),
    }
    made: dict[str, Any] = {}
    mistakes = {}
    for name, each in given.items():
        try:
            made[name] = fields_of[name].deserialize(each)
        except ValidationError as error:
            mistakes[name] = error.messages
    if mistakes:
        raise ValidationError(mistakes)
    return Case(made.get("then") or made["else"], made.get("if"))
