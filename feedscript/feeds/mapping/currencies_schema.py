"""The shape of the document of currencies."""

from pathlib import Path
from types import MappingProxyType
from typing import Any

from marshmallow import Schema, fields, post_load, validate

from feedscript.feeds.documents.document import load_document
from feedscript.feeds.engine.errors import ConfigError
from feedscript.feeds.mapping.currencies import Currencies

_code = fields.String(required=True, validate=validate.Regexp("[A-Z]{3}$"))
_codes = fields.List(_code, required=True)
_text = fields.String(required=True, validate=validate.Length(min=1))
_texts = fields.List(_text, required=True)


class CurrenciesSchema(Schema):
    """The whole document."""

    version = fields.String(required=True)
    signs = fields.Dict(keys=_code, values=_texts, required=True)
    unless_told = fields.Dict(keys=_text, values=_code, required=True)
    words = _codes
    without_their_decimals = _codes
    before = _texts
    behind = _texts

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Currencies:
        """The currencies."""
        signs = {code: tuple(texts) for code, texts in data.pop("signs").items()}
        lists = {name: tuple(value) for name, value in data.items() if isinstance(value, list)}
        return Currencies(
            version=data["version"],
            signs=MappingProxyType(signs),
            unless_told=MappingProxyType(data["unless_told"]),
            **lists,
        )


def read_currencies(path: Path) -> Currencies:
    """The currencies in the file at `path`; raises ConfigError naming the line at fault."""
    loaded = load_document(path, CurrenciesSchema(), ConfigError)
    assert isinstance(loaded, Currencies)
    return loaded
