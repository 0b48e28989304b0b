"""Reads the languages' documents, and makes one lexicon of them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from feedscript.feeds.documents.document import load_document
from feedscript.feeds.engine.errors import ConfigError
from feedscript.feeds.engine.unknown_names import UnknownName
from feedscript.feeds.mapping.document import known_repairs
from feedscript.feeds.mapping.languages.lexicon import BASE, HEADERS, MEANINGS, MONTH, UNSURE, Lexicon
from feedscript.feeds.mapping.names import folded

#: How long a word is at most that other languages may abbreviate something else to.
_SHORT = MappingProxyType({HEADERS: 2, "availability": 1, "gender": 1, "yes_no": 1})
#: What of a product is a yes or a no in many exports.
_ALSO = MappingProxyType({"availability": ("yes_no", {"yes": "in_stock", "no": "out_of_stock"})})

_text = fields.String(required=True, validate=validate.Length(min=1))
_texts = fields.List(_text, required=True)


@dataclass(frozen=True)
class Language:
    """The document of a language: by kind and meaning the words, the best first, as a person writes them.

    `spelled` are letters that people also write otherwise.
    """

    name: str
    words: Mapping[str, Mapping[str, tuple[str, ...]]]
    spelled: Mapping[str, str]

    def spellings(self, word: str) -> tuple[str, ...]:
        """The word, and how it is written without the letters that not every keyboard has."""
        other = word.lower()
        for letter, letters in self.spelled.items():
            other = other.replace(letter, letters)
        return (word,) if other == word.lower() else (word, other)


class _OneOf(fields.String):
    """One of the known names."""

    def __init__(self, what: str, known: Iterable[str], **rest: Any) -> None:
        super().__init__(**rest)
        self._what = what
        self._known = tuple(known)

    def _deserialize(self, value: Any, *args: Any, **rest: Any) -> str:
        name: str = super()._deserialize(value, *args, **rest)
        if name not in self._known:
            raise ValidationError(UnknownName(f"there is no {self._what} {name!r}", name, self._known))
        return name


class LanguageSchema(Schema):
    """The document of a language."""

    name = fields.String(required=True)
    spelled = fields.Dict(keys=_text, values=_text, load_default=dict)
    headers = fields.Dict(
        keys=_OneOf("attribute", (*known_repairs().attributes, *known_repairs().inputs)),
        values=_texts,
        required=True,
    )
    words = fields.Dict(
        keys=_OneOf("kind of words", MEANINGS),
        values=fields.Dict(keys=_text, values=_texts, required=True),
        load_default=dict,
    )
    months = fields.List(_text, validate=validate.Length(equal=12))
    unsure = fields.Dict(keys=_OneOf("kind of words", (HEADERS, *MEANINGS)), values=_texts, load_default=dict)

    @validates_schema
    def mean_what_there_is(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse words for what a product's attribute never is."""
        for kind, meanings in data.get("words", {}).items():
            for own in meanings:
                if own not in MEANINGS[kind]:
                    cause = UnknownName(f"{kind} is never {own!r}", own, MEANINGS[kind])
                    raise ValidationError({"words": {kind: {own: [cause]}}})

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Language:
        """The language."""
        words = {
            HEADERS: _frozen(data["headers"]),
            **{kind: _frozen(each) for kind, each in data["words"].items()},
        }
        if "months" in data:
            words[MONTH] = {
                f"{place:02}": tuple(each.split()) for place, each in enumerate(data["months"], 1)
            }
        for kind, unsure in data["unsure"].items():
            words[kind] = {**words.get(kind, {}), UNSURE: tuple(unsure)}
        return Language(data["name"], words, data["spelled"])


def _frozen(words: Mapping[str, list[str]]) -> dict[str, tuple[str, ...]]:
    return {meaning: tuple(each) for meaning, each in words.items()}


def read_language(path: Path) -> Language:
    """The language in the file at `path`; raises ConfigError naming the line at fault."""
    loaded = load_document(path, LanguageSchema(), ConfigError)
    assert isinstance(loaded, Language)
    return loaded


def read_lexicon(path: Path) -> Lexicon:
    """The words of all languages in the folder of the base's file, `path`."""
    files = sorted(path.parent.glob("*.yaml"), key=lambda each: (each.stem != BASE, each.stem))
    return lexicon_of({each.stem: read_language(each) for each in files})


def lexicon_of(languages: Mapping[str, Language]) -> Lexicon:
    """The lexicon of languages by their codes, with what each kind of word may mean as a word of the base."""
    entries = [
        *((BASE, kind, own, own) for kind, each in MEANINGS.items() for own in each),
        *_entries(languages),
    ]
    bare = folded(tuple(dict.fromkeys(word for *_, word in entries)))
    words: dict[str, dict[str, dict[str, str]]] = {kind: {} for kind in (HEADERS, *MEANINGS, MONTH)}
    for language, kind, meaning, word in entries:
        own = words[kind].setdefault(language, {})
        # What means two things in one language is sure of neither.
        own[bare[word]] = meaning if own.get(bare[word], meaning) == meaning else UNSURE
    for kind, (other, meanings) in _ALSO.items():
        for language, also in words[other].items():
            own = words[kind].setdefault(language, {})
            own |= {word: meanings[meaning] for word, meaning in also.items() if word not in own and meaning}
    names = {code: each.name for code, each in languages.items()}
    return Lexicon(names, words, {kind: _sure(kind, by_language) for kind, by_language in words.items()})


def _sure(kind: str, by_language: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """The words that mean the same in every language that has them, and are no abbreviations."""
    meant: dict[str, set[str]] = {}
    for words in by_language.values():
        for word, meaning in words.items():
            meant.setdefault(word, set()).add(meaning)
    return {
        word: next(iter(each))
        for word, each in meant.items()
        if len(each) == 1 and UNSURE not in each and not _is_short(kind, word)
    }


def _is_short(kind: str, word: str) -> bool:
    # Letters without capitals are of scripts in which one is a word.
    return len(word) <= _SHORT.get(kind, 0) and word != word.upper()


def _entries(languages: Mapping[str, Language]) -> Iterator[tuple[str, str, str, str]]:
    for code, language in languages.items():
        for kind, meanings in language.words.items():
            for meaning, words in meanings.items():
                for word in words:
                    for spelling in language.spellings(word):
                        yield code, kind, meaning, spelling
