"""The shared codes: about forty kinds of defect that mean the same in every profile."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from marshmallow import Schema, fields, post_load, pre_load, validate

from feedscript.feeds.documents import load_document
from feedscript.feeds.errors import ProfileError
from feedscript.feeds.profiles.model import Severity
from feedscript.feeds.profiles.schema import SEVERITIES

FAMILIES = ("transport", "structure", "value", "identifier", "consistency", "quality", "config", "system")
#: Families whose findings are about the file and not about an attribute's value.
FILE_FAMILIES = ("transport", "structure")


@dataclass(frozen=True, kw_only=True)
class Code:
    """What a code means; `message` and `remedy` are templates filled in from the attribute."""

    family: str
    severity: Severity
    message: str
    remedy: str
    rule_type: str | None = None


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


@cache
def codes() -> Mapping[str, Code]:
    """Every shared code by its name."""
    loaded = load_document(Path(__file__).with_name("codes.yaml"), CodesSchema(), ProfileError)
    return MappingProxyType(loaded["codes"])
