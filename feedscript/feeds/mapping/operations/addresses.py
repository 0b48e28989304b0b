# ruff: noqa: D102 - `Operation` tells what the methods of every operation do
"""Addresses of pages and pictures."""

from dataclasses import dataclass
from typing import ClassVar

from feedscript.feeds.mapping.operations.operation import Alone, Layer
from feedscript.feeds.rules.sql import identifier


@dataclass(frozen=True)
class Url(Alone):
    """Give `//host` its scheme and encode the spaces that a browser would encode."""

    name: ClassVar[str] = "url"

    def layers(self, column: str) -> tuple[Layer, ...]:
        value = identifier(column)
        return (
            {column: f"regexp_replace({value}, '(^|,)//', '\\1https://', 'g')"},
            {column: f"replace({value}, ' ', '%20')"},
        )
