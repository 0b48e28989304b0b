"""The shape of a profile document: what it may say, checked before anything is compiled from it."""

import re
from types import MappingProxyType
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from feedscript.feeds.profiles.model import (
    Attribute,
    Branches,
    Change,
    Condition,
    CrossField,
    Part,
    Profile,
    Type,
    Words,
)
from feedscript.feeds.profiles.taxonomy import UnknownCategory, load_taxonomy, taxonomy_ids

SEVERITIES = ("error", "warning", "info")
QUALITIES = ("html", "all_caps", "link", "promotion", "placeholder_image")
NAME = validate.Regexp(r"^[a-z][a-z0-9_]*\Z", error="must be lower case letters, digits and underscores")
#: marshmallow's own pattern of a URL takes Python as long to compile as it takes to read a profile.
_WEB_ADDRESS = validate.Regexp(r"https?://[^\s/?#]+\.[^\s/?#]+([/?#]\S*)?\Z", error="Not a valid URL.")
_CURRENCY = validate.Regexp(r"[A-Z]{3}\Z", error="is no code of a currency (ISO 4217)")

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
}
#: Operators over one attribute and what it is held against.
VALUE_OPERATORS = ("in", "under", "matches")
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
        _compiles(strings[0])
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


def _compiles(pattern: str) -> None:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValidationError(f"is no regular expression: {error}") from error


class _Strict(Schema):
    """A schema that makes a frozen value, with lists as tuples and mappings read-only."""

    def freeze(self, data: dict[str, Any]) -> dict[str, Any]:
        frozen: dict[str, Any] = {}
        for name, value in data.items():
            if isinstance(value, list):
                frozen[name] = tuple(value)
            elif isinstance(value, dict):
                frozen[name] = MappingProxyType(value)
            else:
                frozen[name] = value
        return frozen


class PartSchema(_Strict):
    """A sub-attribute."""

    name = fields.String(required=True, validate=NAME)
    type = fields.Enum(Type, by_value=True)
    required = fields.Boolean()
    max_length = fields.Integer(strict=True, validate=validate.Range(1))
    values = fields.List(fields.String())
    pattern = fields.String(validate=_compiles)
    units = fields.List(fields.String())
    minimum = fields.Float()
    maximum = fields.Float()
    bounds_in = fields.String(validate=_CURRENCY)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Part:
        """The part."""
        return Part(**self.freeze(data))


class CrossFieldSchema(_Strict):
    """A condition between attributes."""

    code = fields.String(required=True, validate=NAME)
    expect = ConditionField(required=True)
    when = ConditionField()
    severity = fields.String(validate=validate.OneOf(SEVERITIES))
    message = fields.String()
    remedy = fields.String()

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> CrossField:
        """The condition."""
        return CrossField(**data)


class WordsSchema(_Strict):
    """What a finding of one code says of this attribute."""

    message = fields.String()
    remedy = fields.String()

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Words:
        """The words."""
        return Words(**data)


class AttributeSchema(_Strict):
    """An attribute."""

    name = fields.String(required=True, validate=NAME)
    type = fields.Enum(Type, by_value=True)
    required = fields.Boolean()
    required_when = ConditionField()
    alternatives = fields.List(fields.String(validate=NAME))
    aliases = fields.List(fields.String())
    unique = fields.Boolean()
    same_within = fields.String(validate=NAME)
    advised_min_length = fields.Integer(strict=True, validate=validate.Range(1))
    max_length = fields.Integer(strict=True, validate=validate.Range(1))
    max_total_length = fields.Integer(strict=True, validate=validate.Range(1))
    min_values = fields.Integer(strict=True, validate=validate.Range(1))
    max_values = fields.Integer(strict=True, validate=validate.Range(1))
    values = fields.List(fields.String())
    accepts = fields.Dict(keys=fields.String(), values=fields.String())
    placeholders = fields.List(fields.String())
    pattern = fields.String(validate=_compiles)
    form = fields.String()
    example = fields.String()
    extensions = fields.List(fields.String())
    refused_extensions = fields.List(fields.String())
    units = fields.List(fields.String())
    minimum = fields.Float()
    above = fields.Float()
    maximum = fields.Float()
    maximum_by_unit = fields.Dict(keys=fields.String(), values=fields.Float())
    max_days_ahead = fields.Integer(strict=True, validate=validate.Range(0))
    local_currency = fields.Boolean()
    quality = fields.List(fields.String(validate=validate.OneOf(QUALITIES)))
    countries = fields.List(fields.String(validate=validate.Regexp(r"^[A-Z]{2}\Z")))
    parts = fields.List(fields.Nested(PartSchema))
    conditions = fields.List(fields.Nested(CrossFieldSchema))
    severities = fields.Dict(keys=fields.String(), values=fields.String(validate=validate.OneOf(SEVERITIES)))
    words = fields.Dict(keys=fields.String(validate=NAME), values=fields.Nested(WordsSchema))
    doc = fields.String()

    @validates_schema
    def agree(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse what contradicts the type."""
        kind = data.get("type", Type.TEXT)
        if kind is Type.ENUM and not data.get("values"):
            raise ValidationError("an enum needs its values", "values")
        if kind is Type.STRUCTURED and not data.get("parts"):
            raise ValidationError("a structured attribute needs its parts", "parts")
        if kind is Type.MEASURE and not data.get("units"):
            raise ValidationError("a measure needs its units", "units")
        if data.get("min_values", 1) > data.get("max_values", 1):
            raise ValidationError("is more than max_values", "min_values")
        strangers = set(data.get("accepts", {}).values()) - set(data.get("values", ()))
        if strangers:
            raise ValidationError(
                f"maps to {', '.join(sorted(strangers))}, which values does not list", "accepts"
            )

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Attribute:
        """The attribute."""
        return Attribute(**self.freeze(data))


class ChangeSchema(_Strict):
    """What a version brought."""

    version = fields.String(required=True)
    date = fields.String(required=True, validate=validate.Regexp(r"\d{4}-\d{2}-\d{2}\Z"))
    changes = fields.List(fields.String(), required=True, validate=validate.Length(1))

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Change:
        """The change."""
        return Change(**self.freeze(data))


class ProfileSchema(_Strict):
    """A whole profile."""

    id = fields.String(required=True, validate=validate.Regexp(r"^[a-z][a-z0-9-]*\Z"))
    version = fields.String(required=True)
    title = fields.String(required=True)
    doc = fields.String(required=True, validate=_WEB_ADDRESS)
    item = fields.String(required=True, validate=NAME)
    attributes = fields.List(fields.Nested(AttributeSchema), required=True, validate=validate.Length(1))
    unchecked = fields.List(fields.String(validate=NAME))
    history = fields.List(fields.Nested(ChangeSchema))
    taxonomy = fields.String(validate=validate.OneOf(taxonomy_ids()))
    categories = fields.Dict(keys=fields.String(), values=fields.List(fields.String()))
    restricted_prefixes = fields.List(fields.String(validate=validate.Regexp(r"^\d{3}(-\d{3})?\Z")))
    coupon_prefixes = fields.List(fields.String(validate=validate.Regexp(r"^\d{3}(-\d{3})?\Z")))

    @validates_schema(skip_on_field_errors=True)
    def agree(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse names given twice, and references to attributes or category sets that do not exist."""
        names: set[str] = set()
        for index, attribute in enumerate(data["attributes"]):
            for name in (attribute.name, *attribute.aliases):
                if name in names:
                    raise ValidationError(
                        {"attributes": {index: [f"{name} is already the name of an attribute"]}}
                    )
                names.add(name)
        if twice := names.intersection(data.get("unchecked", ())):
            raise ValidationError(f"{min(twice)} is already the name of an attribute", "unchecked")
        if data.get("history") and data["history"][0].version != data["version"]:
            raise ValidationError("does not begin with the version of the profile", "history")
        if data["item"] not in names:
            raise ValidationError(f"there is no attribute {data['item']}", "item")
        for index, attribute in enumerate(data["attributes"]):
            for mistake in _dangling(attribute, names, data.get("categories", {})):
                raise ValidationError({"attributes": {index: [mistake]}})

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Profile:
        """The profile."""
        taxonomy = data.get("taxonomy")
        sets = data.get("categories", {})
        data["categories"] = {name: _branches(taxonomy, name, roots) for name, roots in sets.items()}
        return Profile(**self.freeze(data))


def _branches(taxonomy: str | None, name: str, roots: list[str]) -> Branches:
    """What lies under the roots by the taxonomy; the roots alone where the profile names none."""
    if taxonomy is None:
        ids = tuple(root for root in roots if root.isdecimal())
        return Branches(ids=ids, paths=tuple(root for root in roots if root not in ids))
    try:
        return load_taxonomy(taxonomy).branches(roots)
    except UnknownCategory as error:
        raise ValidationError({"categories": {name: [str(error)]}}) from error


def _dangling(attribute: Attribute, names: set[str], categories: dict[str, list[str]]) -> list[str]:
    conditions = [each for rule in attribute.conditions for each in (rule.when, rule.expect)]
    conditions.append(attribute.required_when)
    spoken = {name for condition in conditions if condition for name in condition.attributes()}
    spoken |= set(attribute.alternatives) | ({attribute.same_within} if attribute.same_within else set())
    sets = {name for condition in conditions if condition for name in _category_sets(condition)}
    return [f"speaks of {name}, which is no attribute" for name in sorted(spoken - names)] + [
        f"speaks of {name}, which is no set of categories" for name in sorted(sets - set(categories))
    ]


def _category_sets(condition: Condition) -> list[str]:
    if condition.operator == "under":
        return [str(each) for each in condition.operands[1:]]
    nested = (each for each in condition.operands if isinstance(each, Condition))
    return [name for each in nested for name in _category_sets(each)]
