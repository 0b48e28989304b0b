# ruff: noqa: D102 - `Operation` tells what the methods of every operation do
"""Words: an attribute's own for a merchant's, placeholders, defaults."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from feedscript.feeds.engine.sql import identifier, literal, literals, looked_up
from feedscript.feeds.mapping.languages.lexicon import MEANINGS, lexicon
from feedscript.feeds.mapping.names import fold, fold_layers, folded, lower_sql
from feedscript.feeds.mapping.operations.operation import Alone, Layer


@dataclass(frozen=True)
class Values(Alone):
    """Replace known words by the attribute's own; a word that is not known stays, for validation to tell.

    `words` holds value -> words; they are compared without case, accents, width, spaces and punctuation.
    """

    name: ClassVar[str] = "values"

    words: Mapping[str, tuple[str, ...]]

    def layers(self, column: str) -> tuple[Layer, ...]:
        value, folded = identifier(column), f"{column}:folded"
        cases = " ".join(
            f"WHEN {identifier(folded)} IN ({_folded((own, *words))}) THEN {literal(own)}"
            for own, words in self.words.items()
        )
        return (*fold_layers(folded, column), {column: f"CASE {cases} ELSE {value} END"})

    def leaves(self, value: str) -> str | None:
        own_of = self._own_of
        kept = tuple(own for own in self.words if own_of.get(fold(own)) == own)
        return f"{value} IN ({literals(kept)})" if kept else None

    @property
    def _own_of(self) -> dict[str, str]:
        """The first value that each word, folded, is known for."""
        known: dict[str, str] = {}
        for own, words in self.words.items():
            for word in folded((own, *words)).values():
                known.setdefault(word, own)
        return known


@dataclass(frozen=True)
class Words(Alone):
    """Replace the words of many languages for an availability, a gender, a yes or no ... by the attribute's own.

    `languages` are those that the source's headers tell, which settle what means several things.
    """

    name: ClassVar[str] = "words"
    kinds: ClassVar[Mapping[str, tuple[str, ...]]] = MEANINGS

    kind: str
    languages: tuple[str, ...] = ()

    def layers(self, column: str) -> tuple[Layer, ...]:
        known = lexicon()
        value, word, folded = (f"{column}{part}" for part in ("", ":word", ":folded"))
        it, was = identifier(folded), identifier(value)
        # Of most values the words of the source's own language settle what they are.
        tables = (known.table(self.kind, self.languages), known.sure[self.kind])
        meanings = ", ".join(f"{looked_up(it, each)}" for each in tables)
        return (
            {word: f"CASE WHEN {self.leaves(was)} THEN NULL ELSE {was} END"},
            *fold_layers(folded, word),
            {column: f"CASE WHEN {it} IS NULL THEN {was} ELSE coalesce({meanings}, {was}) END"},
        )

    def leaves(self, value: str) -> str:
        return f"{value} IN ({literals(MEANINGS[self.kind])})"


def _folded(words: tuple[str, ...]) -> str:
    return literals(tuple(sorted(set(folded(words).values()))))


@dataclass(frozen=True)
class Blank(Alone):
    """Empty the value where it is one of these placeholder words."""

    name: ClassVar[str] = "blank"

    words: tuple[str, ...]

    def layers(self, column: str) -> tuple[Layer, ...]:
        value = identifier(column)
        return ({column: f"CASE WHEN {lower_sql(value)} IN ({self._lowered}) THEN NULL ELSE {value} END"},)

    def leaves(self, value: str) -> str:
        longest = max((len(word.encode()) for word in self.words), default=0)
        # A number is told from most words by its first digit.
        number = f"{value} >= '0' AND {value} < ':' AND lower({value}) NOT IN ({self._lowered})"
        return f"strlen({value}) > {longest} OR ({number})"

    @property
    def _lowered(self) -> str:
        # The engine works out what is asked of a constant before it begins.
        return ", ".join(lower_sql(literal(word)) for word in self.words)


#: Nothing but zeros, with a currency before or after them.
_ZERO = r"[A-Za-z.\p{Sc}]{0,4}[\s\x{00A0}]?[+-]?0+(?:[.,]0+)?(?:,-)?[\s\x{00A0}]?[A-Za-z.\p{Sc}]{0,4}"


@dataclass(frozen=True)
class UnlessZero(Alone):
    """Empty an amount of nothing: a sale price of `0.00 EUR` is no sale."""

    name: ClassVar[str] = "unless_zero"

    def layers(self, column: str) -> tuple[Layer, ...]:
        value = identifier(column)
        return (
            {
                column: f"CASE WHEN contains({value}, '0') AND regexp_full_match({value}, {literal(_ZERO)}) THEN NULL "
                f"ELSE {value} END"
            },
        )

    def leaves(self, value: str) -> str:
        return f"{value} >= '1' AND {value} < ':'"


@dataclass(frozen=True)
class Default(Alone):
    """Use this value where there is none."""

    name: ClassVar[str] = "default"

    value: str

    def layers(self, column: str) -> tuple[Layer, ...]:
        return ({column: f"coalesce({identifier(column)}, {literal(self.value)})"},)
