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


#: What merchants call a delimiter; single quotes keep YAML from reading `\\t` as a tab.
_DELIMITERS = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|", "space": " "}


class _Delimiter(fields.String):
    """One character, or the name of one."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, *args, **kwargs)
        return _DELIMITERS.get(text.lower(), text)


class SourceSchema(Schema):
    """The `source` section of a merchant's or partner's file."""

    encoding = fields.String(validate=_known_encoding)
    delimiter = _Delimiter(
        validate=[
            validate.Length(
                equal=1,
                error=(
                    "must be one character, or one of the words tab, comma, semicolon, pipe and space;"
                    ' a tab is written as tab, or as "\\t" in double quotes'
                ),
            ),
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
