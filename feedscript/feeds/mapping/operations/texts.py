# ruff: noqa: D102 - `Operation` tells what the methods of every operation do
"""Texts as a shopper reads them."""

from dataclasses import dataclass
from typing import ClassVar

from feedscript.feeds.engine.sql import (
    choice,
    contains,
    holds_any,
    holds_none,
    identifier,
    literal,
    no_longer,
)
from feedscript.feeds.mapping.functions import PLAIN_TEXT, where
from feedscript.feeds.mapping.operations.operation import Alone, Layer
from feedscript.feeds.rules.hypertext import BLANKS


@dataclass(frozen=True)
class PlainText(Alone):
    """Read HTML as the shopper sees it, and join lines; NULL where nothing is left.

    What is no HTML stays: `<NEW>`, `a < b`, `AT&T`. HTML that was escaped on the way is HTML.
    """

    name: ClassVar[str] = "plain_text"

    def layers(self, column: str) -> tuple[Layer, ...]:
        value = identifier(column)
        return {column: where(_may_be_markup(value), PLAIN_TEXT, value)}, {column: _spaced(value)}

    def leaves(self, value: str) -> str:
        return f"{holds_none(value, ('<', *_RUNS))} AND NOT {_may_be_markup(value)}"


#: White space that is not one space, in ASCII.
_RUNS = ("  ", "\n", "\t", "\r", "\f")
_MARKUP_BEGINS = "<[/!?a-zA-Z]|&[#a-zA-Z]"


def _may_be_markup(value: str) -> str:
    """Whether a tag or a reference may begin anywhere in the value; few are asked for the pattern."""
    return choice([(holds_any(value, ("<", "&")), contains(value, _MARKUP_BEGINS))], "false")


def _spaced(value: str) -> str:
    """Each run of white space one space, none at the ends; NULL where nothing is left."""
    runs = holds_any(value, (*_RUNS, "\u00a0"))
    single = f"regexp_replace({value}, {literal(f'[{BLANKS}]+')}, ' ', 'g')"
    return f"nullif(trim(CASE WHEN {runs} THEN {single} ELSE {value} END), '')"


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

    def leaves(self, value: str) -> str:
        return no_longer(value, self.length)


@dataclass(frozen=True)
class Upper(Alone):
    """Write in capitals: `eur` becomes `EUR`."""

    name: ClassVar[str] = "upper"

    def layers(self, column: str) -> tuple[Layer, ...]:
        return ({column: f"upper({identifier(column)})"},)
