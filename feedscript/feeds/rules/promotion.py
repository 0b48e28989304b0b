"""Promotional text in titles: phrases as data, by language, and the one pattern that is made of them."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from feedscript.feeds.shipped import load_shipped

#: What stands between two words. The blocks of the languages' letters take RE2 a tenth of the time that all take.
_EDGE = "[^0-9A-Za-z\u00aa\u00b5\u00ba\u00c0-\u024f\u0370-\u03ff\u0400-\u052f]"
_SPACE = "[ -]+"
_PERCENTAGE = "\\d{1,2}[\\s\u00a0]?%"
#: A discount written alone: "-20%" at the beginning or behind a space or bracket, and not "80%-20%" of a fabric.
_MINUS = f"(?:^|[\\s(\\[|,*!+])[-\u2212\u2013]{_PERCENTAGE}"
_BEFORE = "[-\u2013\u2014(\\[|*!\u2022:,+]\\s*"
_BEHIND = "\\s*(?:[!)\\]|*:+]|\\s[-\u2013\u2014\u2022])"


@dataclass(frozen=True)
class Language:
    """What is promotional in one language; `rules/promotion.yaml` says what each list means."""

    phrases: tuple[str, ...] = ()
    shouted: tuple[str, ...] = ()
    off: tuple[str, ...] = ()
    save: tuple[str, ...] = ()


@cache
def languages() -> Mapping[str, Language]:
    """The phrases of every language, by its two letters (ISO 639-1)."""
    path = Path(__file__).with_name("promotion.yaml")
    loaded: Mapping[str, Language] = load_shipped(
        path, "feedscript.feeds.rules.promotion_schema:read_languages"
    )
    return loaded


@cache
def promotion_pattern() -> str:
    """The pattern of promotional text in any language, as RE2 and Python understand it."""
    spoken = languages().values()
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
    return f"(?i)(?:{'|'.join(alternatives)})"


def _any_of(phrases: Iterable[str]) -> str:
    """The phrases as one group, each once, with or without their accents and with any white space or hyphens."""
    spelt = dict.fromkeys(
        _SPACE.join(re.escape(word) for word in each.split())
        for phrase in phrases
        for each in (unicodedata.normalize("NFC", phrase), _bare(phrase))
    )
    return f"(?:{'|'.join(spelt)})"


def _bare(phrase: str) -> str:
    """The phrase without its accents, as many people type it.

    >>> _bare("Schnäppchen"), _bare("wyprzedaż"), _bare("zniżka zł")
    ('Schnappchen', 'wyprzedaz', 'znizka zl')
    """
    spread = unicodedata.normalize("NFD", phrase.translate(_WITHOUT_STROKE))
    return "".join(each for each in spread if not unicodedata.combining(each))


_WITHOUT_STROKE = str.maketrans("łøŁØ", "loLO")
