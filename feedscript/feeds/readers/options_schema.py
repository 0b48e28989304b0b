"""The shape of a file's `source:` section."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate

from feedscript.feeds.readers.encoding import UnknownEncoding, labelled
from feedscript.feeds.readers.options import SourceOptions


def _known_encoding(label: str) -> None:
    try:
        labelled(label, "said")
    except UnknownEncoding as error:
        raise ValidationError(str(error)) from error


class SourceSchema(Schema):
    """The `source` section of a merchant's or partner's file."""

    encoding = fields.String(validate=_known_encoding)
    delimiter = fields.String(
        validate=[
            validate.Length(equal=1, error="must be one character"),
            validate.NoneOf('"\r\n\\', error="must not be a quote, a backslash or a line end"),
        ]
    )
    header = fields.Integer(strict=True, validate=validate.Range(min=1, max=1000))
    item = fields.String(validate=validate.Length(min=1))
    member = fields.String(validate=validate.Length(min=1))
    decimal = fields.String(validate=validate.OneOf(["comma", "point"]))

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> SourceOptions:
        """The options."""
        return SourceOptions(**data)
