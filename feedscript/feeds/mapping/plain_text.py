"""The text that a shopper sees of HTML; character references by Python's `html`."""

import html
import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from html.entities import html5

from feedscript.feeds.rules.hypertext import (
    AMPERSAND,
    BLANKS,
    BREAKING,
    CDATA,
    CUSTOM,
    CUSTOM_END,
    DECLARATION,
    HIDDEN,
    INLINE,
    any_of,
    tag,
)

#: Markup in markup in markup: no shop's text goes as deep.
_DEEPEST = 5
_LONGEST_REFERENCE = 40


def _tags(names: Iterable[str]) -> str:
    return f"(?i:{tag(any_of(names), for_python=True)})"


_BREAKS = re.compile(_tags((*BREAKING, *HIDDEN)))
_STAYS_IN_LINE = re.compile(_tags(INLINE))
_CUSTOM_TAG = re.compile(tag(f"({CUSTOM})", for_python=True))
_CUSTOM_END = re.compile(CUSTOM_END)
_DECLARES = re.compile(DECLARATION)
_HIDES = rf"<(?P<hidden>{'|'.join(HIDDEN)})\b"
_HIDING = re.compile(f"<!--|{_HIDES}", re.IGNORECASE)
_HIDING_OR_TAG = re.compile(
    f"(?P<comment><!--)|(?={_HIDES})?{_tags((*BREAKING, *INLINE, *HIDDEN))}", re.IGNORECASE
)
_ENDS = {name: re.compile(rf"</{name}\s*>", re.IGNORECASE) for name in HIDDEN}
_REFERENCE = re.compile(
    f"&(?P<again>(?:{AMPERSAND})*)(?P<name>#[0-9]+;?|#[xX][0-9a-fA-F]+;?|[a-zA-Z][a-zA-Z0-9]*;?)"
)
_MARKUP_BEGINS = re.compile("<(?=[/!?a-zA-Z])|&(?=[#a-zA-Z])")


def plain_text(text: str) -> str:
    """What a shopper sees of HTML, its white space as it was; a text without markup stays as it is.

    A text that was escaped once more than needed is read once more, so that nothing in what is left is markup. What
    only looks like a tag or a reference stays: `<NEW>`, `&Co;`, and the code of a character that no text may hold.

    >>> plain_text("<b>It&#x27;s</b> &lt;NEW&gt;")
    "It's <NEW>"
    """
    for _ in range(_DEEPEST):
        found = text
        text = _decoded(_untagged(text))
        if text == found:
            return text
    return _MARKUP_BEGINS.sub(r"\g<0> ", text)


def _untagged(text: str) -> str:
    """The text without tags, comments and what is hidden; where a browser breaks a line, a space stays."""
    if "<" not in text:
        return text
    if _HIDING.search(text):
        text = _shown(text)
    if CDATA in text:
        text = text.replace(CDATA, "").replace("]]>", "")
    text = _STAYS_IN_LINE.sub("", _BREAKS.sub(" ", _DECLARES.sub("", text)))
    if closed := frozenset(_CUSTOM_END.findall(text)):
        text = _CUSTOM_END.sub("", text)
        text = _CUSTOM_TAG.sub(lambda found: "" if found[1] in closed else found[0], text)
    return text


def _shown(text: str) -> str:
    """The text without comments and hidden elements; one that is never closed hides nothing."""
    kept, place = [], 0
    endless: set[str] = set()
    while found := _HIDING_OR_TAG.search(text, place):
        kind = (found["hidden"] or found["comment"] or "").lower()
        end = -1 if not kind or kind in endless else _end_of(kind, text, found)
        if end < 0:
            endless.add(kind)
            kept.append(text[place : found.end()])
            place = found.end()
        else:
            kept.append(text[place : found.start()] + ("" if found["comment"] else " "))
            place = end
    return "".join([*kept, text[place:]])


def _end_of(kind: str, text: str, begun: re.Match[str]) -> int:
    """Where a comment or hidden element ends, -1 where it does not."""
    if kind == "<!--":
        # `<!-->` is a whole comment.
        end = text.find("-->", begun.start() + 2)
        return -1 if end < 0 else end + len("-->")
    closing = _ENDS[kind].search(text, begun.end())
    return closing.end() if closing else -1


def _decoded(text: str) -> str:
    """The text with its character references read, of whatever depth those to ampersands are."""
    return _REFERENCE.sub(_character, text) if "&" in text else text


def _character(found: re.Match[str]) -> str:
    name = found["name"]
    is_parameter = name[0] != "#" and name[-1] != ";" and found.string.startswith("=", found.end())
    meant = None if is_parameter or len(name) > _LONGEST_REFERENCE else _meant(name)
    if meant is not None:
        return meant
    return f"&{name}" if found["again"] else found[0]


@lru_cache(maxsize=4096)
def _meant(name: str) -> str | None:
    """The characters that a reference stands for; None for none, or for one that no text may hold."""
    if not name.startswith("#"):
        return html5.get(name)
    character = html.unescape(f"&{name}")
    if len(character) != 1 or character == "\ufffd":
        return None
    return None if unicodedata.category(character) == "Cc" and character not in BLANKS else character
