"""Mappings as documents: which column becomes which attribute, and what is done to its values on the way."""

from functools import cache
from pathlib import Path
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from feedscript.feeds.documents.document import load_document
from feedscript.feeds.documents.shipped import load_shipped
from feedscript.feeds.engine.errors import ConfigError
from feedscript.feeds.engine.paths import AnyPath
from feedscript.feeds.mapping.conditions_schema import CasesField
from feedscript.feeds.mapping.languages.spoken import spoken_in
from feedscript.feeds.mapping.model import Mapping, Rule
from feedscript.feeds.mapping.operation_list import Misplaced, OperationField, operations_in
from feedscript.feeds.mapping.operations import Truncate
from feedscript.feeds.mapping.proportion import (
    LONGEST_NAME,
    LONGEST_VALUE,
    MOST_ATTRIBUTES,
    MOST_OPERATIONS,
    in_proportion,
)
from feedscript.feeds.mapping.rows.schema import RowsField
from feedscript.feeds.mapping.template import Case
from feedscript.feeds.mapping.template_field import TemplateField

_HERE = Path(__file__).parent

#: Attributes whose values name a product or somebody, and are never cut.
IDENTIFIERS = frozenset({"id", "brand", "mpn", "gtin", "item_group_id", "external_seller_id"})

_text = fields.String(required=True, validate=validate.Length(min=1, max=LONGEST_NAME))


def read_mapping(path: AnyPath) -> Mapping:
    """The mapping in the YAML file at `path`; raises ConfigError naming the line at fault."""
    path = Path(path)
    loaded = load_document(path, MappingSchema(), ConfigError)
    assert isinstance(loaded, Mapping)
    return loaded.beside(path.parent / "lists")


@cache
def known_repairs() -> Mapping:
    """What merchants usually have instead of Google's attributes, and what is usually done to their values."""
    loaded = load_shipped(_HERE / "google.yaml", "feedscript.feeds.mapping.document:read_mapping")
    assert isinstance(loaded, Mapping)
    return loaded


def known_synonyms(columns: tuple[str, ...], within: tuple[str, ...] = ()) -> Mapping:
    """What is known of all merchants, for a source with these columns: which of them bear an attribute's synonym.

    `within` are objects of the source in which names are those of attributes.
    """
    spoken = spoken_in(columns, within)
    return known_repairs().called(spoken.names).with_languages(spoken.languages)


class _RuleSchema(Schema):
    names = fields.List(_text, validate=validate.Length(max=MOST_ATTRIBUTES))
    column = fields.String(validate=validate.Length(min=1, max=LONGEST_NAME))
    columns = fields.List(_text, validate=validate.Length(min=1, max=MOST_ATTRIBUTES))
    constant = fields.String(validate=validate.Length(min=1, max=LONGEST_VALUE))
    template = TemplateField()
    from_name = fields.String(
        validate=validate.Regexp(r"[^*]*\*[^*]*\Z", error="must have one *, as Weight (*) has")
    )
    cases = CasesField()
    omit = fields.Boolean()
    operations = fields.List(OperationField(), validate=validate.Length(max=MOST_OPERATIONS))

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def one_origin(self, _data: dict[str, Any], original: Any, **_: Any) -> None:
        origins = ("names", "column", "columns", "constant", "template", "cases", "from_name", "omit")
        given = [key for key in origins if isinstance(original, dict) and key in original]
        if len(given) > 1:
            raise ValidationError(f"give one of them, not {' and '.join(given)}")

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Rule:
        columns = data.get("columns") or ([data["column"]] if "column" in data else [])
        operations = data.get("operations")
        return Rule(
            names=tuple(data.get("names", ())),
            columns=tuple(columns),
            constant=data.get("constant"),
            cases=(Case(data["template"]),) if "template" in data else data.get("cases", ()),
            from_name=data.get("from_name"),
            omit=data.get("omit", False),
            operations=None if operations is None else tuple(operations),
        )


class MappingSchema(Schema):
    """The document of a mapping: steps over `rows`, then `attributes` and `inputs`, each a rule by name."""

    rows = RowsField()
    attributes = fields.Dict(
        keys=_text, values=fields.Nested(_RuleSchema), validate=validate.Length(max=MOST_ATTRIBUTES)
    )
    inputs = fields.Dict(
        keys=_text, values=fields.Nested(_RuleSchema), validate=validate.Length(max=MOST_ATTRIBUTES)
    )

    @validates_schema
    def say_no_more_than_is_planned(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse what would take the engine hours to plan."""
        for section in ("attributes", "inputs"):
            in_proportion(data.get(section, {}))

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def cut_no_identifier(self, _data: dict[str, Any], original: Any, **_: Any) -> None:
        """Refuse to cut what names a product: the rest names another one, or none."""
        mistakes = Misplaced()
        for section, name, place, operation in operations_in(original):
            if section == "attributes" and name in IDENTIFIERS and isinstance(operation, Truncate):
                cause = f"{name} is an identifier, which nothing may be cut off: what is left is no {name}"
                mistakes.add(section, name, place, cause)
        mistakes.tell()

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Mapping:
        """Make the frozen mapping."""
        return Mapping(data.get("attributes", {}), data.get("inputs", {}), tuple(data.get("rows", ())))
