"""The shape of the document that tells exports by their columns."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from marshmallow import Schema, fields, pre_load, validate

from feedscript.feeds.documents.document import load_document
from feedscript.feeds.engine.errors import ProfileError

#: Fewer columns would be in many a feed.
_SIGNATURE = validate.Length(3)


class SystemsSchema(Schema):
    """Lists of columns that stand together, by the system that writes them."""

    systems = fields.Dict(
        keys=fields.String(),
        values=fields.List(
            fields.List(fields.String(), validate=_SIGNATURE), required=True, validate=validate.Length(1)
        ),
        required=True,
    )

    @pre_load
    def wrap(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Take the document's top level as the mapping of systems."""
        return {"systems": data}


def read_signatures(path: Path) -> Mapping[str, tuple[tuple[str, ...], ...]]:
    """The lists of columns in the file at `path`; raises ProfileError naming the line at fault."""
    systems = load_document(path, SystemsSchema(), ProfileError)["systems"]
    return MappingProxyType({name: tuple(map(tuple, lists)) for name, lists in systems.items()})
