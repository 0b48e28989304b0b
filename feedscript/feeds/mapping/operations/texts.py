# ruff: noqa: D102 - `Operation` tells what the methods of every operation do
"""Texts as a shopper reads them."""

from dataclasses import dataclass
from typing import ClassVar

from feedscript.feeds.mapping import markup
from feedscript.feeds.mapping.operations.operation import Alone, Layer
from feedscript.feeds.rules.sql import identifier


@dataclass(frozen=True)
class PlainText(Alone):
    """Decode HTML entities, drop tags and join lines, so that a text reads as the shopper sees it.

    Texts escaped twice, which exports often are, are decoded twice.
    """

    name: ClassVar[str] = "plain_text"

    def layers(self, column: str) -> tuple[Layer, ...]:
        value = identifier(column)
        return (
            {column: markup.decoded(value)},
            {column: markup.decoded(value)},
            {column: markup.untagged(value)},
            {column: markup.spaced(value)},
        )


@dataclass(frozen=True)
class Truncate(Alone):
    """Cut a text of more than `length` characters at a word, with an ellipsis within the length."""

    name: ClassVar[str] = "truncate"

    length: int

    def layers(self, column: str) -> tuple[Layer, ...]:
        value = identifier(column)
        cut = f"regexp_replace(left({value}, {self.length - 1}), '[\\s,;:.-]+\\S*$', '')"
        # Bytes, which are cheap to count, settle most.
        longer = f"strlen({value}) > {self.length} AND length({value}) > {self.length}"
        return ({column: f"CASE WHEN {longer} THEN {cut} || '…' ELSE {value} END"},)


@dataclass(frozen=True)
class Upper(Alone):
    """Write in capitals: `eur` becomes `EUR`."""

    name: ClassVar[str] = "upper"

    def layers(self, column: str) -> tuple[Layer, ...]:
        return ({column: f"upper({identifier(column)})"},)
