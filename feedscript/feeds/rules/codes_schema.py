"""The shape of the document of shared codes."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from marshmallow import Schema, fields, post_load, pre_load, validate

from feedscript.feeds.documents.document import load_document
from feedscript.feeds.engine.errors import ProfileError
from feedscript.feeds.profiles.schema import SEVERITIES
from feedscript.feeds.rules.codes import FAMILIES, Code


class CodeSchema(Schema):
    """One code."""

    family = fields.String(required=True, validate=validate.OneOf(FAMILIES))
    severity = fields.String(required=True, validate=validate.OneOf(SEVERITIES))
    message = fields.String(required=True)
    remedy = fields.String(required=True)
    rule_type = fields.String()

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Code:
        """The code."""
        return Code(**data)


class CodesSchema(Schema):
    """All codes by name."""

    codes = fields.Dict(keys=fields.String(), values=fields.Nested(CodeSchema), required=True)

    @pre_load
    def wrap(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Take the document's top level as the mapping of codes."""
        return {"codes": data}


def read_codes(path: Path) -> Mapping[str, Code]:
    """The codes in the file at `path` by name; raises ProfileError naming the line at fault."""
    return MappingProxyType(load_document(path, CodesSchema(), ProfileError)["codes"])
