# ruff: noqa: D102 - `Operation` tells what the methods of every operation do
"""Addresses of pages and pictures."""

from dataclasses import dataclass
from typing import ClassVar

from feedscript.feeds.engine.sql import contains, identifier
from feedscript.feeds.mapping.functions import MENDED_ADDRESS, where
from feedscript.feeds.mapping.operations.operation import Alone, Layer
from feedscript.feeds.rules.addresses import SUSPECT


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
