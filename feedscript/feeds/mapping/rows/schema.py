"""Row steps in documents: a list, each item the name of a step with what it takes."""

from collections.abc import Callable, Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from feedscript.feeds.engine.unknown_names import UnknownName
from feedscript.feeds.mapping.conditions_schema import ConditionField
from feedscript.feeds.mapping.parameter_fields import NamesField, PatternField
from feedscript.feeds.mapping.proportion import LONGEST_NAME, in_proportion
from feedscript.feeds.mapping.rows.belonging import GroupRows
from feedscript.feeds.mapping.rows.families import Inherit, Split, Within
from feedscript.feeds.mapping.rows.filtering import Dedupe, Exclude, Limit, Sort, Where
from feedscript.feeds.mapping.rows.grouping import Collect, Count, FillDown, JoinVariants
from feedscript.feeds.mapping.rows.looking_up import LookUp, Origin
from feedscript.feeds.mapping.rows.step import RowStep
from feedscript.feeds.mapping.rows.totals import Total
from feedscript.feeds.mapping.template import Part, Template
from feedscript.feeds.mapping.template_field import TemplateField

_FILE = "must be the name of a file in the folder `lists`, without folders"

MOST_ROWS = 1_000_000_000
MOST_STEPS = 50
"""How many row steps a mapping may have."""


def _in_proportion(steps: list[RowStep]) -> None:
    in_proportion(tuple(steps))


def _name(*, required: bool = True) -> fields.String:
    return fields.String(required=required, validate=validate.Length(min=1, max=LONGEST_NAME))


def _names(*, required: bool = True) -> "NamesField":
    return NamesField(required=required)


class _FilterSchema(Schema):
    condition = ConditionField(required=True, data_key="if")
    reason = fields.String(required=True, validate=validate.Length(min=1, max=200))


class _WhereSchema(_FilterSchema):
    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Where:
        return Where(**data)


class _ExcludeSchema(_FilterSchema):
    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Exclude:
        return Exclude(**data)


class _FillDownSchema(Schema):
    group = _name()
    columns = _names()

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> FillDown:
        return FillDown(**data)


class _CollectSchema(Schema):
    group = _name()
    column = _name()
    into = _name()
    order_by = _name(required=False)
    drop = ConditionField()

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Collect:
        return Collect(**data)


class _CountSchema(Schema):
    group = _name()
    into = _name()

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Count:
        return Count(**data)


class _GroupRowsSchema(Schema):
    begins = ConditionField(required=True)
    into = _name()
    take = fields.Dict(keys=_name(), values=_name(), validate=validate.Length(min=1, max=100))

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> GroupRows:
        return GroupRows(**data)


class _JoinVariantsSchema(Schema):
    group = _name()
    lists = _names(required=False)
    sum = _names(required=False)
    lowest = _names(required=False)
    highest = _names(required=False)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> JoinVariants:
        return JoinVariants(**data)


class _WithinSchema(Schema):
    column = _name()
    pattern = PatternField(required=True)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Within:
        return Within(**data)


class _InheritSchema(Schema):
    parent = _name()
    key = _name(required=False)
    keys = fields.List(TemplateField(), validate=validate.Length(min=1, max=10))
    keys_within = fields.Nested(_WithinSchema)
    columns = NamesField(load_default=())
    leave_out_parents = fields.Boolean()
    take = fields.Dict(keys=_name(), values=_name(), validate=validate.Length(min=1, max=100))

    @validates_schema(skip_on_field_errors=False)
    def one_key(self, data: dict[str, Any], **_: Any) -> None:
        given = [name for name in ("key", "keys", "keys_within") if name in data]
        if len(given) > 1:
            raise ValidationError(f"give one of them, not {' and '.join(given)}")
        if not given:
            raise ValidationError(
                "what do parents have that their variants name? Give key, or keys, or keys_within"
            )

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Inherit:
        key = data.pop("key", None)
        keys = (Template((Part(key, is_column=True),)),) if key else tuple(data.pop("keys", ()))
        return Inherit(keys=keys, **data)


class _SplitSchema(Schema):
    columns = _names()
    separators = fields.String(required=True, validate=validate.Length(min=1, max=20))

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Split:
        return Split(**data)


class _DedupeSchema(Schema):
    columns = _names()
    keep = fields.String(validate=validate.OneOf(["first", "last"]), load_default="first")

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Dedupe:
        return Dedupe(data["columns"], last=data["keep"] == "last")


class _LookUpSchema(Schema):
    column = _name()
    item = _name(required=False)
    file = fields.String(validate=validate.Regexp(r"[A-Za-z0-9][A-Za-z0-9._-]{0,200}\Z", error=_FILE))
    key = _name()
    take = fields.Dict(keys=_name(), values=_name(), required=True, validate=validate.Length(min=1, max=100))
    parent = _name(required=False)
    separator = fields.String(validate=validate.Length(min=1, max=20))

    @validates_schema(skip_on_field_errors=False)
    def one_list(self, data: dict[str, Any], **_: Any) -> None:
        if ("item" in data) == ("file" in data):
            raise ValidationError("give the list as item, of the same file, or as file: one of them")

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> LookUp:
        return LookUp(origin=Origin(data.pop("item", None), data.pop("file", None)), **data)


class _SortSchema(Schema):
    column = _name()
    numbers = fields.Boolean()
    descending = fields.Boolean()

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Sort:
        return Sort(**data)


class _TotalSchema(Schema):
    columns = _names()
    into = _name()

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Total:
        return Total(**data)


TAKES: Mapping[str, fields.Field[Any]] = {
    "collect": fields.Nested(_CollectSchema),
    "count": fields.Nested(_CountSchema),
    "dedupe": fields.Nested(_DedupeSchema),
    "exclude": fields.Nested(_ExcludeSchema),
    "fill_down": fields.Nested(_FillDownSchema),
    "inherit": fields.Nested(_InheritSchema),
    "group_rows": fields.Nested(_GroupRowsSchema),
    "join_variants": fields.Nested(_JoinVariantsSchema),
    "limit": fields.Integer(required=True, strict=True, validate=validate.Range(min=1, max=MOST_ROWS)),
    "look_up": fields.Nested(_LookUpSchema),
    "sort": fields.Nested(_SortSchema),
    "split": fields.Nested(_SplitSchema),
    "total": fields.Nested(_TotalSchema),
    "where": fields.Nested(_WhereSchema),
}
ROW_STEPS: Mapping[str, Callable[[Any], RowStep]] = {
    **{name: takes.deserialize for name, takes in TAKES.items()},
    "limit": lambda parameter: Limit(TAKES["limit"].deserialize(parameter)),
}
"""The closed list of row steps, by name."""


class StepField(fields.Field[RowStep]):
    """`name: what it takes`; a name that is not in the closed list is a mistake."""

    steps = TAKES

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> RowStep:
        if not isinstance(value, dict) or len(value) != 1:
            raise ValidationError("must be the name of a row step with what it takes")
        name, parameter = next(iter(value.items()))
        if name not in ROW_STEPS:
            raise ValidationError(UnknownName(f"there is no row step {name!r}", str(name), sorted(ROW_STEPS)))
        try:
            return ROW_STEPS[name](parameter)
        except ValidationError as error:
            raise ValidationError({name: error.messages}) from error


class RowsField(fields.List[RowStep]):
    """The steps over rows, in order."""

    def __init__(self, **options: Any) -> None:
        super().__init__(StepField(), validate=[validate.Length(max=MOST_STEPS), _in_proportion], **options)
