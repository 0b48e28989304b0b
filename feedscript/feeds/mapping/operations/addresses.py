# ruff: noqa: D102 - `Operation` tells what the methods of every operation do
"""Addresses of pages and pictures."""

from dataclasses import dataclass
from typing import ClassVar

from feedscript.feeds.engine.sql import contains, identifier, literal
from feedscript.feeds.mapping.functions import MENDED_ADDRESS, where
from feedscript.feeds.mapping.operations.operation import Alone, Costly, Layer
from feedscript.feeds.rules.addresses import SUSPECT

#: How an address begins, whole or without a scheme; anything else is a path.
_WHOLE = literal("^(?:[A-Za-z][A-Za-z0-9+.-]*:|//)")
_BASE = literal("^https?://")


@dataclass(frozen=True)
class Absolute(Costly):
    """Put the address that an input tells before a path, or before each path of a list; whole addresses stay.

    One `/` stands between both. Where the input tells no address of the web the path stays.
    """

    name: ClassVar[str] = "absolute"

    base: str

    def layers(self, column: str) -> tuple[Layer, ...]:
        value, base = identifier(column), identifier(self.base)
        under = f"rtrim({base}, '/') || '/' || ltrim(path, '/')"
        made = f"CASE WHEN path = '' OR regexp_matches(path, {_WHOLE}) THEN path ELSE {under} END"
        each = f"array_to_string(list_transform(string_split({value}, ','), lambda path: {made}), ',')"
        return ({column: f"CASE WHEN regexp_matches({base}, {_BASE}) THEN {each} ELSE {value} END"},)

    def refers_to(self) -> tuple[str, ...]:
        return (self.base,)


@dataclass(frozen=True)
class Url(Alone):
    """Write addresses as a browser asks for them: encoded, with a scheme and an ASCII host; what is sound stays.

    An address that cannot be mended stays, for validation to tell.
    """

    name: ClassVar[str] = "url"

    def layers(self, column: str) -> tuple[Layer, ...]:
        value = identifier(column)
        return ({column: where(contains(value, SUSPECT), MENDED_ADDRESS, value)},)

    def leaves(self, value: str) -> str:
        return f"NOT {contains(value, SUSPECT)}"
