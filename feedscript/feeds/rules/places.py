"""Where in a value a rule found what it found, and what that is in words; asked of the few values of samples."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, partial
from urllib.parse import quote

from feedscript.feeds.profiles.model import Attribute, Profile, Type
from feedscript.feeds.rules import texts
from feedscript.feeds.rules.hypertext import markup_pattern
from feedscript.feeds.rules.promotion import promotion
from feedscript.feeds.rules.rule import Rule


@dataclass(frozen=True)
class Place:
    """A part of a text, as slices count, and a note of what is wrong there."""

    start: int
    end: int
    note: str


Finder = Callable[[str], Place | None]
_SCHEME = re.compile(r"https?://", re.IGNORECASE)
_OTHER_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
_DOUBLED = re.compile(r"https?:/*https?:/*", re.IGNORECASE)
_NOT_IN_ADDRESS = re.compile(r"[^!#-;=?-\[\]^_`a-z~]")
_VALUES = re.compile(r"\x1f|,\s*(?=https?:)", re.IGNORECASE)
_LONGEST_QUOTE = 40


def finder(attribute: Attribute, code: str) -> Finder | None:
    """What finds the place at fault in a value of the attribute; None where the whole value is."""
    if code == "invalid_format" and attribute.type is Type.URL:
        return partial(_in_addresses, attribute)
    if code == "leftover_text":
        return _left_over
    if code in _NOTES:
        return partial(_first, code)
    return None


def finders(
    profile: Profile, rules: Mapping[str, Rule], found: Iterable[str]
) -> Iterator[tuple[str, Finder]]:
    """What finds the place at fault for each of the rules that were found, by id; none where the whole value is."""
    for rule in found:
        attribute = rules[rule].attribute
        find = finder(profile.attribute(attribute), rules[rule].code) if attribute else None
        if find is not None:
            yield rule, find


def _first(code: str, text: str) -> Place | None:
    small = text.lower() if code == "promotional_text" else text
    found = _pattern(code).search(small if len(small) == len(text) else text)
    if found is None:
        return None
    start, end = _without_edges(text, *found.span())
    return Place(start, end, _NOTES[code](text[start:end]))


def _without_edges(text: str, start: int, end: int) -> tuple[int, int]:
    """The span without the white space and commas that only part it from its neighbours."""
    while end - start > 1 and text[start] in " \t\n,;":
        start += 1
    while end - start > 1 and text[end - 1] in " \t\n,;":
        end -= 1
    return start, end


def _left_over(text: str) -> Place | None:
    found = _pattern("leftover_text").search(text)
    if found is not None:
        # Of a tag in braces, all of it.
        closed = re.compile(r"[^\n{}]*[}%]*\}").match(text, found.end()) if "{" in found[0] else None
        end = closed.end() if closed else found.end()
        return Place(found.start(), end, f"holds {_quoted(text[found.start() : end])}")
    if text.startswith(texts.FILLERS):
        return Place(0, len(texts.FILLERS[0]), "is filler text")
    return Place(0, len(text), f"is {_quoted(text)}") if text else None


def _in_addresses(attribute: Attribute, text: str) -> Place | None:
    """The first of the addresses in a cell that is none, and why."""
    start = 0
    for end in (*(found.span() for found in _VALUES.finditer(text)), (len(text), len(text))):
        place = _in_address(attribute, text[start : end[0]])
        if place is not None:
            return Place(start + place.start, start + place.end, place.note)
        start = end[1]
    return None


def _in_address(attribute: Attribute, text: str) -> Place | None:
    whole = len(text)
    doubled = _DOUBLED.match(text)
    if doubled:
        return Place(0, doubled.end(), f"begins with {_quoted(doubled[0])}: the scheme is there twice")
    scheme = _SCHEME.match(text)
    if scheme is None:
        other = _OTHER_SCHEME.match(text)
        if other and not text[other.end() : other.end() + 1].isdigit():
            return Place(0, other.end(), f"has the scheme {other[1]}, which is neither http nor https")
        return Place(0, min(whole, 1), "has no scheme: put https:// before it")
    wrong = _NOT_IN_ADDRESS.search(text.rstrip())
    if wrong:
        return Place(wrong.start(), wrong.end(), _encoding_note(wrong[0]))
    if re.match(r"[/?#:]|$", text[scheme.end() :]):
        return Place(scheme.end(), whole, "has no host behind the scheme")
    ending = re.search(r"\.([a-z0-9]{1,5})(?=[?#]|\s*$)", text, re.IGNORECASE)
    refused, wanted = attribute.refused_extensions, attribute.extensions
    if ending and "/" in text[scheme.end() : ending.start()]:
        kind = ending[1].lower()
        if kind in refused or (wanted and kind not in wanted):
            return Place(ending.start(), ending.end(), f"is a .{kind} file, which is not taken here")
    return None


def _encoding_note(sign: str) -> str:
    named = {" ": "a space", "\t": "a tab", "\n": "a line break", "\r": "a line break"}.get(
        sign, _quoted(sign)
    )
    beyond = "" if sign.isascii() else " beyond ASCII"
    return f"holds {named}{beyond}: write it as {quote(sign, safe='', errors='replace')}"


def _quoted(text: str) -> str:
    text = " ".join(text.split()) or text
    return f"`{text if len(text) <= _LONGEST_QUOTE else text[: _LONGEST_QUOTE - 1] + '…'}`"


def _code_point(text: str) -> str:
    return f"holds U+{ord(text):04X}"


def _holds(text: str) -> str:
    return f"holds {_quoted(text)}"


_NOTES: Mapping[str, Callable[[str], str]] = {
    "html_in_text": _holds,
    "link_in_text": _holds,
    "promotional_text": _holds,
    "placeholder_image": _holds,
    "broken_text": _code_point,
    "double_encoded": _holds,
    "too_many_values": lambda _: "goes on with a second address",
}


@cache
def _pattern(code: str) -> re.Pattern[str]:
    patterns: dict[str, Callable[[], str]] = {
        "html_in_text": lambda: markup_pattern(for_python=True),
        "link_in_text": lambda: texts.LINK + r"\S*",
        "promotional_text": lambda: promotion().pattern,
        "placeholder_image": lambda: texts.PLACEHOLDER_IMAGE,
        "broken_text": lambda: texts.BROKEN,
        "double_encoded": lambda: texts.DOUBLE_ENCODED,
        "leftover_text": lambda: texts.LEFTOVER,
        "too_many_values": lambda: r"(?i)(?<=[\s,|\x1f])https?://\S*",
    }
    return re.compile(patterns[code]())
