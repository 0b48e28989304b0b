"""Promotional text in titles: phrases as data, by language, and the one pattern that is made of them."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from feedscript.feeds.documents.shipped import load_shipped

#: What stands between two words. The blocks of the languages' letters take RE2 a tenth of the time that all take: the
#: pattern is compiled anew for each validation.
_EDGE = "[^0-9a-z\u00aa\u00b5\u00ba\u00c0-\u024f\u0370-\u03ff\u0400-\u052f]"
_SPACE = "[ -]+"
_PERCENTAGE = "\\d{1,2}[\\s\u00a0]?%"
#: A discount written alone: "-20%" at the beginning or behind a space or bracket, and not "80%-20%" of a fabric.
_MINUS = f"(?:^|[\\s(\\[|,*!+])[-\u2212\u2013]{_PERCENTAGE}"
_BEFORE = "[-\u2013\u2014(\\[|*!\u2022:,+]\\s*"
_BEHIND = "\\s*(?:[!)\\]|*:+]|\\s[-\u2013\u2014\u2022])"


@dataclass(frozen=True)
class Language:
    """What is promotional in one language; `rules/promotion_phrases.yaml` says what each list means."""

    phrases: tuple[str, ...] = ()
    shouted: tuple[str, ...] = ()
    off: tuple[str, ...] = ()
    save: tuple[str, ...] = ()


@dataclass(frozen=True)
class Promotion:
    """What is promotional: by language (two letters, ISO 639-1), and as the one pattern that is made of it.

    The pattern is of texts in small letters, as RE2 and Python understand it.
    """

    languages: Mapping[str, Language]
    pattern: str


@cache
def promotion() -> Promotion:
    """What comes with the package."""
    path = Path(__file__).with_name("promotion_phrases.yaml")
    loaded = load_shipped(path, "feedscript.feeds.rules.promotion_schema:read_promotion")
    assert isinstance(loaded, Promotion)
    return loaded


def promotion_pattern(languages: Iterable[Language]) -> str:
    """The pattern of promotional text in any of the languages."""
    spoken = [*languages]
    phrases = _any_of(phrase for each in spoken for phrase in each.phrases)
    shouted = _any_of(word for each in spoken for word in each.shouted)
    behind = _any_of(word for each in spoken for word in each.off)
    before = _any_of(word for each in spoken for word in each.save)
    alternatives = (
        f"(?:^|{_EDGE})(?:{phrases}|{_PERCENTAGE}\\s?{behind}|{before} -?{_PERCENTAGE})(?:{_EDGE}|$)",
        f"(?:^|{_BEFORE}){shouted}{_BEHIND}",
        f"{_BEFORE}{shouted}\\s*$",
        _MINUS,
    )
    return f"(?:{'|'.join(alternatives)})"


def _any_of(phrases: Iterable[str]) -> str:
    """The phrases as one group, in an order in which RE2 finds what they have in common."""
    spelt = {" ".join(phrase.lower().split()) for phrase in phrases}
    return f"(?:{'|'.join(_any_spelling(phrase) for phrase in sorted(spelt))})"


def _any_spelling(phrase: str) -> str:
    """The phrase with or without its accents, as many people type it, and with hyphens for its spaces.

    >>> _any_spelling("zniżka od zł")
    'zni[żz]ka[ -]od[ -]z[łl]'
    """
    return "".join(map(_any_letter, unicodedata.normalize("NFC", phrase)))


def _any_letter(letter: str) -> str:
    if letter == " ":
        return "[ -]"
    bare = unicodedata.normalize("NFD", letter.translate(_WITHOUT_STROKE))[0]
    return re.escape(letter) if bare == letter else f"[{letter}{bare}]"


_WITHOUT_STROKE = str.maketrans("łø", "lo")
