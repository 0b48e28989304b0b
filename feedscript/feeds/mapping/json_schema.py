"""A JSON Schema of documents with mappings, for editors: made of what reads them, and of the closed lists."""

from collections.abc import Iterator, Mapping
from typing import Any

from marshmallow import Schema, fields, validate

from feedscript.feeds.mapping.conditions import TESTS
from feedscript.feeds.mapping.conditions_schema import NUMBERS, SEVERAL, CasesField, ConditionField
from feedscript.feeds.mapping.operation_list import OperationField
from feedscript.feeds.mapping.patterns import LONGEST as LONGEST_PATTERN
from feedscript.feeds.mapping.rows.schema import StepField
from feedscript.feeds.mapping.template import LONGEST as LONGEST_TEMPLATE
from feedscript.feeds.mapping.template_field import TemplateField

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_CONDITION = {"$ref": "#/$defs/condition"}
_TEMPLATE = {"type": "string", "minLength": 1, "maxLength": LONGEST_TEMPLATE}
_TYPES: Mapping[type[fields.Field[Any]], str] = {
    fields.String: "string",
    fields.Integer: "integer",
    fields.Float: "number",
    fields.Boolean: "boolean",
}


def json_schema(schema: Schema, title: str) -> dict[str, Any]:
    """The JSON Schema of the documents that a schema reads; names of columns and attributes are any text."""
    return {
        "$schema": _DIALECT,
        "title": title,
        **_object(schema),
        "$defs": {"condition": _condition()},
    }


def _object(schema: Schema) -> dict[str, Any]:
    each = {field.data_key or name: field for name, field in schema.load_fields.items()}
    required = sorted(name for name, field in each.items() if field.required)
    return {
        "type": "object",
        "properties": {name: _field(field) for name, field in sorted(each.items())},
        **({"required": required} if required else {}),
        "additionalProperties": False,
    }


def _field(field: fields.Field[Any]) -> dict[str, Any]:
    if isinstance(field, OperationField):
        return {"oneOf": [*_operations(field)]}
    if isinstance(field, StepField):
        return {"oneOf": [_single(name, _field(takes)) for name, takes in field.steps.items()]}
    if isinstance(field, ConditionField):
        return dict(_CONDITION)
    if isinstance(field, CasesField):
        return _cases()
    if isinstance(field, TemplateField):
        return dict(_TEMPLATE)
    own = getattr(field, "json_schema", None)
    if own is not None:
        return dict(own)
    if isinstance(field, fields.Nested):
        return _object(field.schema)
    return {**_usual(field), **_bounds(field)}


def _usual(field: fields.Field[Any]) -> dict[str, Any]:
    if isinstance(field, fields.List):
        return {"type": "array", "items": _field(field.inner)}
    if isinstance(field, fields.Dict):
        values = field.value_field
        return {"type": "object", "additionalProperties": _field(values) if values is not None else True}
    return next(({"type": name} for kind, name in _TYPES.items() if isinstance(field, kind)), {})


def _bounds(field: fields.Field[Any]) -> dict[str, Any]:
    """What the field's validators tell of its length, range or choices."""
    names = {fields.List: ("minItems", "maxItems"), fields.Dict: ("minProperties", "maxProperties")}
    least, most = next(
        (each for kind, each in names.items() if isinstance(field, kind)), ("minLength", "maxLength")
    )
    told: dict[str, Any] = {}
    for check in field.validators:
        if isinstance(check, validate.Length):
            low, high = (check.equal, check.equal) if check.equal is not None else (check.min, check.max)
            told |= {least: low, most: high}
        elif isinstance(check, validate.Range):
            told |= {"minimum": check.min, "maximum": check.max}
        elif isinstance(check, validate.OneOf):
            told["enum"] = [*check.choices]
    # A word may stand for a single character, as `tab` does.
    return {
        name: bound for name, bound in told.items() if bound is not None and (least, most) != (bound, bound)
    }


def _single(name: str, takes: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": {name: takes}, "required": [name], "additionalProperties": False}


def _operations(field: OperationField) -> Iterator[dict[str, Any]]:
    """Those that take nothing by their names, the others with what they take."""
    yield {"enum": [name for name, entry in field.entries.items() if entry.takes is None or entry.optional]}
    for name, entry in field.entries.items():
        if entry.takes is not None:
            yield _single(name, _field(entry.takes))


def _cases() -> dict[str, Any]:
    case = {"if": _CONDITION, "then": _TEMPLATE}
    return {
        "type": "array",
        "minItems": 1,
        "items": {
            "oneOf": [
                {"type": "object", "properties": case, "required": [*case], "additionalProperties": False},
                _single("else", dict(_TEMPLATE)),
            ]
        },
    }


def _condition() -> dict[str, Any]:
    several = {"type": "array", "items": _CONDITION, "minItems": 1}
    tests = {
        "type": "object",
        "properties": {"column": {"type": "string", "minLength": 1}, **{name: _test(name) for name in TESTS}},
        "required": ["column"],
        "minProperties": 2,
        "additionalProperties": False,
    }
    joined = [_single("all", several), _single("any", several), _single("not", dict(_CONDITION))]
    return {"oneOf": [tests, *joined]}


def _test(name: str) -> dict[str, Any]:
    if name == "present":
        return {"type": "boolean"}
    if name in NUMBERS:
        return {"type": "number"}
    if name == "matches":
        return {"type": "string", "maxLength": LONGEST_PATTERN}
    if name in SEVERAL:
        return {"oneOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]}
    return {"type": "string"}
