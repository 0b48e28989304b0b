"""The shape of what a profile document says of attributes and files, checked before anything is compiled from it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, get_args

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from feedscript.feeds.profiles.condition_field import ConditionField, compiles
from feedscript.feeds.profiles.model import (
    Attribute,
    Change,
    CrossField,
    Currency,
    Part,
    Type,
    Words,
)
from feedscript.feeds.profiles.written import Cell, FeedFile, Mark, Taken

FORMATS = ("csv", "tsv", "positional", "rss", "atom", "xml", "json", "jsonl", "parquet")
SEVERITIES = ("error", "warning", "info")
QUALITIES = ("html", "all_caps", "link", "promotion", "placeholder_image")
NAME = validate.Regexp(r"^[a-z][a-z0-9_]*\Z", error="must be lower case letters, digits and underscores")
#: marshmallow's own pattern of a URL takes Python as long to compile as it takes to read a profile.
WEB_ADDRESS = validate.Regexp(r"https?://[^\s/?#]+\.[^\s/?#]+([/?#]\S*)?\Z", error="Not a valid URL.")
_CURRENCY = validate.Regexp(r"[A-Z]{3}\Z", error="is no code of a currency (ISO 4217)")

_ENDING = validate.Regexp(r"\.[a-z0-9]+\Z", error="must be a point and lower case letters")


def mark_field() -> fields.String:
    """How sure a source is."""
    return fields.String(validate=validate.OneOf(get_args(Mark)))


class Strict(Schema):
    """A schema that makes a frozen value, with lists as tuples and mappings read-only."""

    def freeze(self, data: dict[str, Any]) -> dict[str, Any]:
        """What was given, as no one can change it."""
        frozen: dict[str, Any] = {}
        for name, value in data.items():
            if isinstance(value, list):
                frozen[name] = tuple(value)
            elif isinstance(value, dict):
                frozen[name] = MappingProxyType(value)
            else:
                frozen[name] = value
        return frozen


class PartSchema(Strict):
    """A sub-attribute."""

    name = fields.String(required=True, validate=NAME)
    type = fields.Enum(Type, by_value=True)
    required = fields.Boolean()
    max_length = fields.Integer(strict=True, validate=validate.Range(1))
    values = fields.List(fields.String())
    pattern = fields.String(validate=compiles)
    units = fields.List(fields.String())
    minimum = fields.Float()
    maximum = fields.Float()
    bounds_in = fields.String(validate=_CURRENCY)
    excludes = fields.List(fields.String(validate=NAME))

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Part:
        """The part."""
        return Part(**self.freeze(data))


class CrossFieldSchema(Strict):
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


class WordsSchema(Strict):
    """What a finding of one code says of this attribute."""

    message = fields.String()
    remedy = fields.String()

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Words:
        """The words."""
        return Words(**data)


class CellSchema(Strict):
    """How a partner has values written."""

    take = fields.String(validate=validate.OneOf(get_args(Taken)))
    words = fields.Dict(keys=fields.String(), values=fields.String())
    nearest = fields.Dict(keys=fields.String(), values=fields.String())
    dropped = fields.List(fields.String(validate=validate.Length(1)))
    separator = fields.String(validate=validate.Length(1))
    parted_by = fields.List(fields.String(validate=validate.Length(1)))
    encoded = fields.Boolean()
    levels = fields.String(validate=validate.Regexp(r" ?> ?\Z"))
    compact = fields.Boolean()
    spaced = fields.Boolean()
    rounded = fields.Boolean()
    place = fields.Integer(strict=True, validate=validate.Range(1))
    day = fields.String(validate=validate.Regexp(r"(%[dmY]|[-/.])+\Z"))
    cut = fields.Boolean()
    constant = fields.String()
    json = fields.Boolean()
    followed_by = fields.String(validate=NAME)
    instead = fields.String(validate=NAME)
    beside = fields.String(validate=NAME)
    beside_any = fields.List(fields.String(validate=NAME), validate=validate.Length(1))
    unless = fields.String(validate=NAME)
    lower_than = fields.String(validate=NAME)
    unit_of = fields.List(fields.String(validate=NAME), validate=validate.Length(1))
    members = fields.List(fields.String(validate=NAME), validate=validate.Length(1))

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Cell:
        """The cell."""
        return Cell(**self.freeze(data))


#: What is not said of a form of file, where it is not as for CSV.
_USUAL: Mapping[str, dict[str, Any]] = {
    "tsv": {"delimiter": "\t"},
    "positional": {"delimiter": "|", "quoting": "never", "header": False},
    "parquet": {"compressions": ()},
}


def _an_encoding(name: str) -> None:
    try:
        "".encode(name)
    except LookupError:
        raise ValidationError("is no encoding") from None


class FeedFileSchema(Strict):
    """A form of file."""

    format = fields.String(required=True, validate=validate.OneOf(FORMATS))
    endings = fields.List(fields.String(validate=_ENDING), required=True, validate=validate.Length(1))
    compressions = fields.List(fields.String(validate=validate.OneOf(["gz", "gzip", "zip", "zst"])))
    delimiter = fields.String(validate=validate.Length(equal=1))
    quoting = fields.String(validate=validate.OneOf(["needed", "always", "never"]))
    encoding = fields.String(validate=_an_encoding)
    bom = fields.Boolean()
    line_end = fields.String(validate=validate.OneOf(["\n", "\r\n"]))
    header = fields.Boolean()
    preamble = fields.String()
    trailer = fields.String()
    elements = fields.List(fields.String())
    naming = fields.String(validate=validate.Length(1))
    name_pattern = fields.String(validate=compiles)
    name_form = fields.String(validate=validate.Length(1))
    max_items = fields.Integer(strict=True, validate=validate.Range(1))
    max_bytes = fields.Integer(strict=True, validate=validate.Range(1))
    mark = mark_field()

    @validates_schema
    def agree(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse what the format cannot have."""
        if data.get("format") == "parquet" and data.get("compressions"):
            raise ValidationError("a Parquet file is compressed within", "compressions")
        if (
            data.get("trailer")
            and data.get("quoting", "needed") != "never"
            and data.get("format") != "positional"
        ):
            raise ValidationError("needs quoting: never", "trailer")
        if ("name_pattern" in data) != ("name_form" in data):
            raise ValidationError("name_pattern and name_form belong together", "name_form")
        if data.get("bom") and data.get("encoding", "utf-8").lower() != "utf-8":
            raise ValidationError("a mark is for utf-8 alone; utf-16 brings its own", "bom")

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> FeedFile:
        """The form of file, with what its format usually has."""
        data["encoding"] = data.get("encoding", "utf-8").lower()
        return FeedFile(**{**_USUAL.get(data["format"], {}), **self.freeze(data)})


class AttributeSchema(Strict):
    """An attribute."""

    name = fields.String(required=True, validate=NAME)
    type = fields.Enum(Type, by_value=True)
    required = fields.Boolean()
    required_when = ConditionField()
    alternatives = fields.List(fields.String(validate=NAME))
    aliases = fields.List(fields.String())
    unique = fields.Boolean()
    caseless = fields.Boolean()
    blanks_run_together = fields.Boolean()
    same_within = fields.String(validate=NAME)
    same_names_within = fields.String(validate=NAME)
    unlike_within = fields.String(validate=NAME)
    advised_min_length = fields.Integer(strict=True, validate=validate.Range(1))
    advised_max_length = fields.Integer(strict=True, validate=validate.Range(1))
    max_length = fields.Integer(strict=True, validate=validate.Range(1))
    max_bytes = fields.Integer(strict=True, validate=validate.Range(1))
    max_total_length = fields.Integer(strict=True, validate=validate.Range(1))
    min_values = fields.Integer(strict=True, validate=validate.Range(1))
    max_values = fields.Integer(strict=True, validate=validate.Range(1))
    max_distinct = fields.Integer(strict=True, validate=validate.Range(1))
    values = fields.List(fields.String())
    doubtful = fields.List(fields.String())
    exact = fields.Boolean()
    accepts = fields.Dict(keys=fields.String(), values=fields.String())
    placeholders = fields.List(fields.String())
    pattern = fields.String(validate=compiles)
    form = fields.String()
    example = fields.String()
    extensions = fields.List(fields.String())
    refused_extensions = fields.List(fields.String())
    unlisted_extensions = fields.List(fields.String())
    units = fields.List(fields.String())
    decimals = fields.Integer(strict=True, validate=validate.Range(1, 9))
    minimum = fields.Float()
    above = fields.Float()
    maximum = fields.Float()
    maximum_by_unit = fields.Dict(keys=fields.String(), values=fields.Float())
    max_days_ahead = fields.Integer(strict=True, validate=validate.Range(0))
    local_currency = fields.Boolean()
    currency = fields.String(validate=validate.OneOf(get_args(Currency)))
    default_currency = fields.String(validate=_CURRENCY)
    quality = fields.List(fields.String(validate=validate.OneOf(QUALITIES)))
    countries = fields.List(fields.String(validate=validate.Regexp(r"^[A-Z]{2}\Z")))
    parts = fields.List(fields.Nested(PartSchema))
    conditions = fields.List(fields.Nested(CrossFieldSchema))
    severities = fields.Dict(keys=fields.String(), values=fields.String(validate=validate.OneOf(SEVERITIES)))
    words = fields.Dict(keys=fields.String(validate=NAME), values=fields.Nested(WordsSchema))
    doc = fields.String()
    column = fields.String(validate=validate.Length(1))
    canonical = fields.String(validate=NAME)
    cell = fields.Nested(CellSchema)
    mark = mark_field()
    marks = fields.Dict(keys=fields.String(validate=NAME), values=mark_field())

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
        if data.get("cell", Cell()).cut and "max_length" not in data:
            raise ValidationError("a text that is cut needs its max_length", "max_length")
        if data.get("cell", Cell()).rounded and "decimals" not in data:
            raise ValidationError("a number that is rounded needs its decimals", "decimals")
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


class ChangeSchema(Strict):
    """What a version brought."""

    version = fields.String(required=True)
    date = fields.String(required=True, validate=validate.Regexp(r"\d{4}-\d{2}-\d{2}\Z"))
    changes = fields.List(fields.String(), required=True, validate=validate.Length(1))

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Change:
        """The change."""
        return Change(**self.freeze(data))
