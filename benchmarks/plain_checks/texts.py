"""What is wrong with a text that people read: markup, capitals, promotion, broken letters, what templates leave."""

import re
import unicodedata
from collections.abc import Iterable
from html.entities import html5

from benchmarks.plain_checks.facts import ELEMENTS, LANGUAGES

_ATTRIBUTES = r"""[ \t\n\r\f\xa0](?:(?:[^<>"']|"[^"]*"|'[^']*')*+>|[^<>]*>)"""
_BARE = "|".join(name for name in html5 if not name.endswith(";"))
_MARKUP = re.compile(
    rf"(?i:</?(?:{'|'.join(ELEMENTS)})(?:/?>|{_ATTRIBUTES}))"
    r"|</[a-z][a-z0-9]*-[a-z0-9-]*[ \t\n\r\f\xa0]?>|<!--(?:-?>|(?s:.*)-->)"
    r"|<!(?:(?i:doctype)\b|\[)[^<>]*>|<\?[a-zA-Z][^<>]*>|<!\[CDATA\["
    r"|&(?:#[0-9]+|#[xX][0-9a-fA-F]+|[a-zA-Z][a-zA-Z0-9]+;)"
    rf"|&(?:{_BARE})(?:[^a-zA-Z0-9=;]|$)"
)
_LINK = re.compile(r"(?:https?://|\bwww\.)[a-z0-9]", re.IGNORECASE | re.ASCII)
_LARGE = "A-Z\u00c0-\u00d6\u00d8-\u00de\u0100-\u024f\u0386-\u03ab\u0400-\u042f\u0460-\u0556\u1e00-\u1eff"
_SMALL = "a-z\u00df-\u00f6\u00f8-\u00ff\u03ac-\u03ce\u0430-\u045f\u0561-\u0587"
_CASELESS = "\u0590-\u109f\u1100-\u139f\u1400-\u1bff\u3040-\ua63f\ua980-\uaaff\uac00-\ud7ff"
_NO_CAPITALS = re.compile(f"[{_SMALL}]{{4}}|[{_CASELESS}]{{2}}")
_CAPITAL, _SMALL_LETTER = re.compile(f"[{_LARGE}]"), re.compile(f"[{_SMALL}]")
_NO_CHARACTERS = "".join(chr(plane << 16 | last) for plane in range(1, 17) for last in (0xFFFE, 0xFFFF))
_BROKEN = re.compile(
    f"[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1e\\x80-\\x9f\ufdd0-\ufdef\ufffd-\uffff{_NO_CHARACTERS}]"
)
_TWICE = re.compile(
    "[\u00c2-\u00c5\u00ce-\u00d1][\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013\u2014"
    "\u2018-\u201e\u2020-\u2022\u2026\u2030\u2039\u203a\u20ac\u2122]"
    "|\u00e2[\u20ac\u201a\u2020\u201e][\u0080-\u00ff\u0152\u0153\u0161\u0178\u017d\u017e\u02dc\u2018-\u201d\u2026\u2030\u2039\u2122]"
)
_LEFTOVER = re.compile(
    r"\[object [a-z]+\]|\{\{|\{%|\$\{|\{[a-z]+[._][a-z0-9._]+\}"
    r"|\[/?(?:[a-z][a-z0-9]*_[a-z0-9_]+|gallery|caption|embed|playlist|shortcode)"
    r"(?:\s+[a-z0-9_-]+=[^\[\]]*)?/?\]",
    re.IGNORECASE | re.ASCII,
)
_NOTHING = frozenset((
    "null", "(null)", "nil", "none", "undefined", "nan", "#n/a", "#ref!", "#value!", "#name?", "#null!", "#num!",
    "#div/0!", "#error!", "#nv", "#wert!", "#bezug!", "default title", "default variant", "untitled", "todo", "tbd",
    "fixme", "test", "test product", "testprodukt", "sample product", "product title", "lorem ipsum", "asdf",
))  # fmt: skip
_LONGEST_NOTHING = max(map(len, _NOTHING))
_FILLERS = ("Lorem ipsum", "lorem ipsum")
_LETTERS = "0-9a-z\u00aa\u00b5\u00ba\u00c0-\u024f\u0370-\u03ff\u0400-\u052f"
_WORD = re.compile(f"[{_LETTERS}]+")


def has_markup(text: str) -> bool:
    """Whether it holds a tag, a comment or a reference of HTML."""
    return ("<" in text or "&" in text) and _MARKUP.search(text) is not None


def has_link(text: str) -> bool:
    """Whether it holds an address."""
    return ("://" in text or "www." in text) and _LINK.search(text) is not None


def is_in_capitals(text: str) -> bool:
    """Whether it is written in capitals throughout, but for a few letters."""
    if "e" in text or _NO_CAPITALS.search(text):
        return False
    capitals = len(_CAPITAL.findall(text))
    enough = 8 if " " in text else 12
    return capitals >= enough and len(_SMALL_LETTER.findall(text)) * 6 <= capitals


def is_broken(text: str) -> bool:
    """Whether it holds what is no text: controls, or the sign of a wrong encoding."""
    return not (text.isascii() and text.isprintable()) and _BROKEN.search(text) is not None


def is_encoded_twice(text: str) -> bool:
    """Whether it holds letters that were encoded twice."""
    return not text.isascii() and _TWICE.search(text) is not None


def is_left_over(text: str, own: frozenset[str] = frozenset()) -> bool:
    """Whether it is, or holds, what a program left; words of the attribute's `own` are told elsewhere."""
    if len(text) > _LONGEST_NOTHING:
        if text.startswith(_FILLERS):
            return True
    elif (word := text.lower()) in _NOTHING and word not in own:
        return True
    return ("{" in text or "[" in text) and _LEFTOVER.search(text) is not None


def is_promotional(text: str) -> bool:
    """Whether it holds a promotional phrase or a discount, in any of the languages."""
    small = text.lower()
    if "%" not in small and _FIRST_WORDS.isdisjoint(_WORD.findall(_bare(small))):
        return False
    return _PROMOTION.search(small) is not None


def _bare(text: str) -> str:
    """The text without the accents on its letters."""
    return text if text.isascii() else "".join(map(_bare_letter, text))


def _bare_letter(letter: str) -> str:
    return unicodedata.normalize("NFD", {"ł": "l", "ø": "o"}.get(letter, letter))[0]


def _any_of(phrases: Iterable[str]) -> str:
    spelt = sorted({" ".join(phrase.lower().split()) for phrase in phrases})
    return f"(?:{'|'.join(''.join(map(_any_letter, phrase)) for phrase in spelt)})"


def _any_letter(letter: str) -> str:
    if letter == " ":
        return "[ -]"
    bare = _bare_letter(letter)
    return re.escape(letter) if bare == letter else f"[{letter}{bare}]"


def _promotion() -> str:
    phrases, shouted, off, save = (
        _any_of(phrase for each in LANGUAGES for phrase in getattr(each, kind))
        for kind in ("phrases", "shouted", "off", "save")
    )
    edge, percentage = f"[^{_LETTERS}]", "\\d{1,2}[\\s\u00a0]?%"
    before = "[-\u2013\u2014(\\[|*!\u2022:,+]\\s*"
    behind = "\\s*(?:[!)\\]|*:+]|\\s[-\u2013\u2014\u2022])"
    return (
        f"(?:^|{edge})(?:{phrases}|{percentage}\\s?{off}|{save} -?{percentage})(?:{edge}|$)"
        f"|(?:^|{before}){shouted}{behind}|{before}{shouted}\\s*$"
        f"|(?:^|[\\s(\\[|,*!+])[-\u2212\u2013]{percentage}"
    )


_PROMOTION = re.compile(_promotion(), re.ASCII)
#: Most titles have none of the words that a phrase begins with, which a set tells faster than the pattern does.
_FIRST_WORDS = frozenset(
    _WORD.findall(_bare(phrase.lower()))[0] for each in LANGUAGES for phrase in (*each.phrases, *each.shouted)
)
