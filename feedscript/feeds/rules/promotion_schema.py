"""The shape of the document of promotional phrases."""

from pathlib import Path
from types import MappingProxyType
from typing import Any

from marshmallow import Schema, fields, post_load, pre_load, validate

from feedscript.feeds.documents.document import load_document
from feedscript.feeds.engine.errors import ProfileError
from feedscript.feeds.rules.promotion import Language, Promotion, promotion_pattern

_PHRASES = validate.Length(1)


class LanguageSchema(Schema):
    """One language."""

    phrases = fields.List(fields.String(), required=True, validate=_PHRASES)
    shouted = fields.List(fields.String(), required=True, validate=_PHRASES)
    off = fields.List(fields.String(), required=True, validate=_PHRASES)
    save = fields.List(fields.String(), required=True, validate=_PHRASES)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Language:
        """The language."""
        return Language(**{name: tuple(phrases) for name, phrases in data.items()})


class LanguagesSchema(Schema):
    """All languages by their two letters."""

    languages = fields.Dict(
        keys=fields.String(validate=validate.Regexp(r"^[a-z]{2}\Z")),
        values=fields.Nested(LanguageSchema),
        required=True,
    )

    @pre_load
    def wrap(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Take the document's top level as the mapping of languages."""
        return {"languages": data}


def read_promotion(path: Path) -> Promotion:
    """What the file at `path` says is promotional; raises ProfileError naming the line at fault."""
    languages = load_document(path, LanguagesSchema(), ProfileError)["languages"]
    return Promotion(MappingProxyType(languages), promotion_pattern(languages.values()))
