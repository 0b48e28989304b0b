"""The shape of a whole profile document, which may extend another profile."""

from dataclasses import fields as dataclass_fields
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from feedscript.feeds.engine.unknown_names import UnknownName
from feedscript.feeds.profiles.extension import fitted, inherited_marks, reset
from feedscript.feeds.profiles.model import Attribute, Branches, Condition, Profile
from feedscript.feeds.profiles.schema import (
    NAME,
    WEB_ADDRESS,
    AttributeSchema,
    ChangeSchema,
    FeedFileSchema,
    Strict,
    mark_field,
)
from feedscript.feeds.profiles.taxonomy import UnknownCategory, load_taxonomy, taxonomy_ids
from feedscript.feeds.profiles.written import Mark


class ProfileSchema(Strict):
    """A whole profile."""

    id = fields.String(required=True, validate=validate.Regexp(r"^[a-z][a-z0-9-]*\Z"))
    version = fields.String(required=True)
    title = fields.String(required=True)
    doc = fields.String(required=True, validate=WEB_ADDRESS)
    item = fields.String(required=True, validate=NAME)
    extends = fields.String()
    inherited = mark_field()
    files = fields.List(fields.Nested(FeedFileSchema), validate=validate.Length(1))
    mark = mark_field()
    attributes = fields.List(fields.Nested(AttributeSchema), required=True, validate=validate.Length(1))
    exact_names = fields.Boolean()
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
            for name in dict.fromkeys((attribute.name, *attribute.aliases)):
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
        data.pop("inherited", None)
        mark = data.pop("mark", None)
        if mark:
            data["attributes"] = [
                replace(each, mark=mark) if each.mark == "vendor" else each for each in data["attributes"]
            ]
        return Profile(**self.freeze(data))


#: What is never inherited: names, and what only the base's own reading of values makes of them.
_ITS_OWN = ("aliases", "column", "decimals", "doubtful", "blanks_run_together")


class _OwnAttributeSchema(AttributeSchema):
    """What a profile says of an attribute beside what it inherits."""

    without = fields.List(
        fields.String(validate=validate.OneOf([each.name for each in dataclass_fields(Attribute)]))
    )

    @validates_schema
    def agree(self, data: dict[str, Any], **_: Any) -> None:
        """Nothing can be said before what is inherited is there."""

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Any:
        """What is given, frozen."""
        return self.freeze(data)


class _InheritingField(fields.Field[Attribute]):
    """An attribute by its name alone, or with what is different from the one of the same name, or that is `canonical`.

    `without` names what is not inherited. Rules that come of what is inherited have the mark `inherited`; None: that of
    the base.
    """

    def __init__(self, base: Profile, inherited: Mark | None) -> None:
        super().__init__()
        self._base = {each.name: each for each in base.attributes}
        self._inherited = inherited
        self._own = _OwnAttributeSchema()

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> Attribute:
        given: dict[str, Any] = self._own.load({"name": value} if isinstance(value, str) else value)
        name = given["name"]
        wanted = given.pop("canonical", name)
        inherited = self._base.get(wanted)
        if inherited is None and (isinstance(value, str) or wanted != name):
            raise ValidationError(
                UnknownName(f"there is no attribute {wanted!r} to extend", wanted, self._base)
            )
        without = given.pop("without", ())
        if inherited is None:
            return Attribute(**given)
        if "values" in given:
            without = (*without, "accepts")
        kept = reset(inherited, (*_ITS_OWN, *without))
        marks = dict(kept.marks)
        if self._inherited is not None:
            marks |= inherited_marks(kept, given, self._inherited)
        marks |= given.pop("marks", {})
        return replace(kept, canonical=inherited.origin, marks=MappingProxyType(marks), **given)


class ExtendingSchema(ProfileSchema):
    """A profile that extends another: it lists the attributes that it has, with what is different of them."""

    def __init__(self, base: Profile, inherited: Mark | None) -> None:
        super().__init__()
        self._base = base
        self.load_fields["attributes"].inner = _InheritingField(base, inherited)  # type: ignore[attr-defined]

    @validates_schema(skip_on_field_errors=True)
    def agree(self, data: dict[str, Any], **_: Any) -> None:
        """Leave out the conditions of the base that speak of attributes which this profile has not."""
        data["attributes"] = fitted(data["attributes"])
        super().agree(data | {"categories": {**self._base.categories, **data.get("categories", {})}})

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Profile:
        """The profile."""
        made = super().make(data)
        assert isinstance(made, Profile)
        kept = ("taxonomy", "restricted_prefixes", "coupon_prefixes")
        inherited = {name: getattr(self._base, name) for name in kept if name not in data}
        categories = MappingProxyType({**self._base.categories, **made.categories})
        return replace(made, categories=categories, **inherited)


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
    within = (attribute.same_within, attribute.same_names_within, attribute.unlike_within)
    spoken |= {*attribute.alternatives, *(name for name in within if name is not None)}
    sets = {name for condition in conditions if condition for name in _category_sets(condition)}
    return [f"speaks of {name}, which is no attribute" for name in sorted(spoken - names)] + [
        f"speaks of {name}, which is no set of categories" for name in sorted(sets - set(categories))
    ]


def _category_sets(condition: Condition) -> list[str]:
    if condition.operator == "under":
        return [str(each) for each in condition.operands[1:]]
    nested = (each for each in condition.operands if isinstance(each, Condition))
    return [name for each in nested for name in _category_sets(each)]
