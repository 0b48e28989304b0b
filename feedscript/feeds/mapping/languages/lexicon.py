"""The words of all languages: what each says a column is, and what it says of a product.

A word that several languages use alike is sure. One that means two things, in two languages or in one, and one that is
as short as an abbreviation, is so only where the source's other headers tell the language.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from feedscript.feeds.documents.shipped import load_shipped

BASE = "en"
"""The language whose words hold in every source, but where another that is told says otherwise."""
UNSURE = ""
"""What a word means that means several things in its language, or none that matters here."""
HEADERS = "headers"
"""The kind of word that columns are called by."""
MONTH = "month"
"""The kind of word for a month, which it means by two digits."""
MEANINGS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "availability": ("in_stock", "out_of_stock", "preorder", "backorder", "discontinued"),
        "condition": ("new", "refurbished", "used"),
        "gender": ("male", "female", "unisex"),
        "age_group": ("newborn", "infant", "toddler", "kids", "adult"),
        "yes_no": ("yes", "no"),
        "unit": ("kg", "g", "lb", "oz"),
    }
)
"""What words there are of, and what each of them may mean."""

#: How many headers that the base has not tell another language.
_TELLING = 2


@dataclass(frozen=True)
class Lexicon:
    """Folded words by kind: `headers`, `gender`, `month` ...; `names` are those of the languages by code.

    `words` has for each kind and language what its words mean there, the best first, `sure` for each kind the
    words that mean the same wherever they are used.
    """

    names: Mapping[str, str]
    words: Mapping[str, Mapping[str, Mapping[str, str]]]
    sure: Mapping[str, Mapping[str, str]]

    def told_by(self, headers: Iterable[str]) -> tuple[str, ...]:
        """The languages that most of these folded headers are words of; none where too few tell one."""
        by_language = self.words[HEADERS]
        telling = {each for each in headers if each in self.sure[HEADERS]}.difference(by_language[BASE])
        votes = {language: len(telling.intersection(words)) for language, words in by_language.items()}
        most = max(votes.values())
        return (
            tuple(language for language, count in votes.items() if count == most) if most >= _TELLING else ()
        )

    def meaning(self, kind: str, word: str, told: tuple[str, ...]) -> str | None:
        """What a folded word means where the headers tell these languages; None where that is not sure."""
        if word in self.sure[kind]:
            return self.sure[kind][word]
        by_language = self.words[kind]
        for languages in (told, (BASE,)):
            own = (by_language[language] for language in languages if language in by_language)
            meant = {words[word] for words in own if word in words}
            if meant:
                return meant.pop() or None if len(meant) == 1 else None
        return None

    def rank(self, header: str, told: tuple[str, ...]) -> tuple[int, int]:
        """How good a word a header is, the best the least: one of the languages told, then of the base, then others."""
        return min(
            (0 if language in told else 1 if language == BASE else 2, [*words].index(header))
            for language, words in self.words[HEADERS].items()
            if header in words
        )

    def table(self, kind: str, told: tuple[str, ...]) -> Mapping[str, str]:
        """The words of a kind whose meaning is sure, in the base and the languages told, with their meanings."""
        by_language = self.words[kind]
        words = (word for language in (BASE, *told) for word in by_language.get(language, ()))
        found = {word: self.meaning(kind, word, told) for word in words}
        return {word: meaning for word, meaning in found.items() if meaning}


@cache
def lexicon() -> Lexicon:
    """The words of all languages that the package knows."""
    path = Path(__file__).with_name(f"{BASE}.yaml")
    loaded = load_shipped(path, "feedscript.feeds.mapping.languages.reading:read_lexicon")
    assert isinstance(loaded, Lexicon)
    return loaded
