# ruff: noqa: D102 - `Operation` tells what the methods of every operation do
"""Parts of a value, and values written otherwise."""

import re
from dataclasses import dataclass
from typing import ClassVar

from feedscript.feeds.engine.sql import identifier, literal
from feedscript.feeds.mapping.conditions import bare
from feedscript.feeds.mapping.operations.operation import Alone, Layer

#: How many bytes a value may grow to at most by what is put into it: it stays as it is where it could become more.
_HUGE = 256 * 1024
_GROUP_NAMED = re.compile(r"\\[0-9]")


def _unless_huge(value: str, most: str, made: str) -> str:
    return f"CASE WHEN {most} <= {_HUGE} THEN {made} ELSE {value} END"


@dataclass(frozen=True)
class First(Alone):
    """Keep what stands before the first separator: of `Shoes > Boots` it is `Shoes`."""

    name: ClassVar[str] = "first"

    separator: str

    def layers(self, column: str) -> tuple[Layer, ...]:
        return ({column: bare(f"split_part({identifier(column)}, {literal(self.separator)}, 1)")},)


@dataclass(frozen=True)
class Last(Alone):
    """Keep what stands behind the last separator."""

    name: ClassVar[str] = "last"

    separator: str

    def layers(self, column: str) -> tuple[Layer, ...]:
        return ({column: bare(f"split_part({identifier(column)}, {literal(self.separator)}, -1)")},)


@dataclass(frozen=True)
class Rest(Alone):
    """Keep what stands behind the first separator; a value without one has no rest, and is emptied."""

    name: ClassVar[str] = "rest"

    separator: str

    def layers(self, column: str) -> tuple[Layer, ...]:
        value, separator = identifier(column), literal(self.separator)
        begins = f"instr({value}, {separator})"
        rest = f"substr({value}, {begins} + {len(self.separator)})"
        return ({column: f"CASE WHEN {begins} > 0 THEN {bare(rest)} END"},)


@dataclass(frozen=True)
class Part(Alone):
    """Keep the part of this number, from 1, between separators; a value with fewer parts is emptied."""

    name: ClassVar[str] = "part"

    separator: str
    number: int

    def layers(self, column: str) -> tuple[Layer, ...]:
        value = identifier(column)
        return ({column: bare(f"split_part({value}, {literal(self.separator)}, {self.number})")},)


@dataclass(frozen=True)
class Replace(Alone):
    """Put one text in the place of another, wherever it stands."""

    name: ClassVar[str] = "replace"

    text: str
    by: str

    def layers(self, column: str) -> tuple[Layer, ...]:
        value = identifier(column)
        made = bare(f"replace({value}, {literal(self.text)}, {literal(self.by)})")
        growth = len(self.by.encode()) / len(self.text.encode())
        return (
            {column: made if growth <= 1 else _unless_huge(value, f"strlen({value}) * {growth:.3f}", made)},
        )


@dataclass(frozen=True)
class ReplacePattern(Alone):
    r"""Put a text in the place of whatever is of the pattern (RE2); in it `\1` is the first group."""

    name: ClassVar[str] = "replace_pattern"

    pattern: str
    by: str

    def layers(self, column: str) -> tuple[Layer, ...]:
        value = identifier(column)
        made = bare(f"regexp_replace({value}, {literal(self.pattern)}, {literal(self.by)}, 'g')")
        groups = _GROUP_NAMED.findall(self.by)
        added = len(_GROUP_NAMED.sub("", self.by).encode())
        # Whatever is found, and be it nothing between two signs: one group of all that is found is at most the value.
        most = f"strlen({value}) * {1 + len(groups) + added} + {added}"
        return ({column: _unless_huge(value, most, made) if self.by else made},)


@dataclass(frozen=True)
class Extract(Alone):
    """Keep what the pattern (RE2) finds first, or its first `group`; a value in which it finds nothing is emptied."""

    name: ClassVar[str] = "extract"

    pattern: str
    group: int

    def layers(self, column: str) -> tuple[Layer, ...]:
        found = f"regexp_extract({identifier(column)}, {literal(self.pattern)}, {self.group})"
        return ({column: bare(found)},)


@dataclass(frozen=True)
class Lower(Alone):
    """Write in small letters."""

    name: ClassVar[str] = "lower"

    def layers(self, column: str) -> tuple[Layer, ...]:
        return ({column: f"lower({identifier(column)})"},)


@dataclass(frozen=True)
class TitleCase(Alone):
    """Begin each word with a capital, where a text is in capitals, or in small letters, throughout.

    A text that has both says by itself what its capitals are: `iPhone 15 Pro` stays.
    """

    name: ClassVar[str] = "title_case"

    def layers(self, column: str) -> tuple[Layer, ...]:
        value, words = identifier(column), f"{column}:words"
        begun = "lambda word: upper(left(word, 1)) || lower(substr(word, 2))"
        alike = f"{value} = upper({value}) OR {value} = lower({value})"
        return (
            {
                words: f"CASE WHEN {alike} THEN array_to_string("
                f"list_transform(string_split({value}, ' '), {begun}), ' ') END"
            },
            {column: f"coalesce({identifier(words)}, {value})"},
        )
