"""Items of XML that are nothing but elements with texts, read by one pattern for all, as a parser reads them.

`Layout` is what such items look like, `rows_of` reads a run of them. What the pattern does not match is no plain item.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import accumulate, islice, takewhile
from operator import add
from typing import NamedTuple

from feedscript.feeds.readers.plain_rows import Run, Texts, rows_of_texts

_WHITE = " \t\n"
#: The white space of XML, line ends already as XML reads them.
_SPACE = f"[{_WHITE}]*+"
_BLANK = re.compile(_SPACE)
_CDATA = re.compile(r"(?s)<!\[CDATA\[(.*?)\]\]>")
_EMPTY = re.compile(r"<([^\s<>/=\"']++)[ \t\n]*+/>")
#: What no XML may contain; the signs that part and join texts here (U+001E, U+001F) are looked for by themselves.
_FORBIDDEN = bytes([*range(9), 11, 12, *range(14, 30)])
_PARTS, _JOINS = "\x1e", "\x1f"
_NO_CHARACTERS = frozenset("\ufffe\uffff")
_LONGEST_CHARACTER = 4
_REFERENCE = re.compile(r"&(amp|lt|gt|quot|apos|#[0-9]{1,7}|#x[0-9a-fA-F]{1,6});")
#: A reference by number that begins or ends a text: it may be white space, which is no part of the value.
_NUMBER_AT_EDGE = re.compile("[\x1e\x1f]&#|&#\\w++;[\x1e\x1f]")
_CHARACTER = re.compile("[\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_HIGHEST = 0x10FFFF
#: The texts of elements of one name.
_TEXT = re.compile(">([^<]*+)</")


class Gaps(NamedTuple):
    """The white space before an element, before the item's end, and behind it."""

    before: str
    at_end: str
    behind: str


class Layout(NamedTuple):
    """The elements of items, by their names as written, in their order; each may be left out.

    `item` is the items' own name. Elements of the names `repeated` may come several times, one behind the other. With
    `spaced` white space may stand around a text, to be taken off unless `verbatim`. `gaps` is what most items have
    between their elements.
    """

    item: str
    names: tuple[str, ...]
    repeated: frozenset[str]
    spaced: bool
    verbatim: bool
    gaps: Gaps

    def with_item(self, names: Iterable[str]) -> "Layout | None":
        """The layout of these items and of one with these elements too; None where the orders cannot be one."""
        order = list(self.names)
        repeated = set(self.repeated)
        at = 0
        last = None
        for name in names:
            if name == last:
                repeated.add(name)
                continue
            if name not in order:
                order.insert(at, name)
            elif order.index(name) < at:
                return None
            at = order.index(name) + 1
            last = name
        return self._replace(names=tuple(order), repeated=frozenset(repeated))


class _References(dict[str, str]):
    """What references mean, a quote as CSV writes it; raises ValueError of what XML does not know."""

    def __missing__(self, name: str) -> str:
        code = int("0" + name[1:], 16) if name[1] == "x" else int(name[1:])
        if code > _HIGHEST or not _CHARACTER.fullmatch(chr(code)):
            raise ValueError(name)
        self[name] = sign = '""' if chr(code) == '"' else chr(code)
        return sign


_MEANING = _References(amp="&", lt="<", gt=">", quot='""', apos="'")


def plain_names(item: str, text: str) -> list[str] | None:
    """The names of a plain item's elements, in order; None where the text, `simplified`, is no item called `item`."""
    tag = re.escape(item)
    element = rf"<([^\s<>/=\"'!?&]++)>[^<]*+</\2>{_SPACE}"
    found = re.fullmatch(rf"<{tag}>{_SPACE}((?:{element})*+)</{tag}>", text.strip(_WHITE))
    return re.findall(r"<([^/<>][^<>]*+)>", found[1]) if found else None


def gaps_of(item: str, text: str, behind: str) -> Gaps:
    """The gaps of a plain item, `simplified`, and before the next: `behind` is what comes after it."""
    _, begins, rest = text.partition(f"<{item}>")
    inner, ends, rest = rest.partition(f"</{item}>")
    if not (begins and ends):
        return Gaps("", "", "")
    filled = inner.lstrip(_WHITE)
    following = rest + behind
    return Gaps(
        inner[: len(inner) - len(filled)],
        filled[len(filled.rstrip(_WHITE)) :],
        following[: len(following) - len(following.lstrip(_WHITE))],
    )


def simplified(text: str) -> str:
    """The same items with CDATA as text, an empty tag as a start and an end, and line ends as XML reads them."""
    text = _with_plain_ends(text)
    if "<![CDATA[" in text:
        # Behind the last end each beginning would be followed to the end of the text.
        end = text.rfind("]]>") + len("]]>")
        text = _CDATA.sub(_escaped, text[:end]) + text[end:]
    return _EMPTY.sub(r"<\1></\1>", text) if "/>" in text else text


def _with_plain_ends(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _escaped(section: re.Match[str]) -> str:
    return section[1].replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


@lru_cache(maxsize=64)
def _pattern(layout: Layout, *, exact: bool = False) -> re.Pattern[str]:
    """One item for each match, its texts as groups; the last group is what follows the last item.

    `exact` are items that have the layout's gaps. Every repetition is possessive: an item is matched in one way, in
    linear time.
    """
    item = re.escape(layout.item)
    if layout.verbatim or (layout.spaced and not exact):
        text = "[^<]++" if exact else "[^<]*+"
    else:
        text = r"[^<\s][^<]*+(?<!\s)" if exact else r"(?!\s)[^<]*+(?<!\s)"
    before, at_end, behind = map(re.escape, layout.gaps) if exact else (_SPACE, _SPACE, _SPACE)
    slots = "".join(
        rf"((?:{before}<{name}>{text if exact else '[^<]*+'}</{name}>)*+)"
        if name in layout.repeated
        else rf"(?:{before}<{name}>({text})</{name}>)?+"
        for name in map(re.escape, layout.names)
    )
    return re.compile(rf"<{item}>{slots}{at_end}</{item}>(?:{behind}|\Z)|(?s:(.).*+)")


def matches(layout: Layout, item: str) -> bool:
    """Whether a text, `simplified`, begins with an item of this layout."""
    found = _pattern(layout).match(item.lstrip(_WHITE))
    return found is not None and found[found.re.groups] is None


def rows_of(
    layout: Layout, columns: Sequence[str], table: Sequence[str], text: str, *, line: int, longest: int
) -> Run | None:
    """The plain items that a text begins with, as rows of CSV; None where it begins with none.

    `columns` are the names of the layout's columns, `table` those of the rows, to which the physical line is added;
    `line` is the line where the text begins. A run ends before an item that may have more than `longest` bytes. Where
    a sign among the items is none of XML's, there is none.
    """
    if _JOINS in text or _PARTS in text or not (text.isascii() or _NO_CHARACTERS.isdisjoint(text)):
        return None
    for look in (_alike, _of_any_gaps):
        found = look(layout, text, line, longest)
        if found is None:
            continue
        try:
            meant = _meant(found.texts, layout, one_line=look is _alike)
            data = rows_of_texts(meant, columns, table, found.lines).encode()
        except _SeveralLines:
            continue
        except ValueError:
            return None
        is_xml = len(data) == len(data.translate(None, _FORBIDDEN))
        feeds = len(meant) if look is _alike else data.count(b"\n")
        return Run(data, len(meant), feeds, found.end, found.passed) if is_xml else None
    return None


class _SeveralLines(Exception):
    """A text has a line end in it."""


class _Found(NamedTuple):
    """The texts of items, their lines, where in the text they end, and how many line ends lie before that."""

    texts: list[Texts]
    lines: list[int]
    end: int
    passed: int


def _alike(layout: Layout, text: str, line: int, longest: int) -> _Found | None:
    """The items of a text that all have the layout's gaps, and no empty element; None where some are not so.

    Where no text has a line end, each of them takes those of a gap for each element.
    """
    if "\r" in text or len(text) * _LONGEST_CHARACTER > longest:
        return None
    found, begin = _texts(layout, text, exact=True)
    if not found or found[-1][-1]:
        return None
    before, at_end, behind = (gap.count("\n") for gap in layout.gaps)
    taken = [(len(texts) - texts.count("")) * before for texts in found]
    for place, name in enumerate(layout.names):
        if name in layout.repeated:
            several = [max(texts[place].count("</") - 1, 0) * before for texts in found]
            taken = [*map(add, taken, several)]
    first = line + text.count("\n", 0, begin)
    lines = [*accumulate((each + at_end + behind for each in taken), initial=first)]
    return _Found(
        found, lines, len(text), lines.pop() - line - (0 if text.endswith(tuple(_WHITE)) else behind)
    )


def _of_any_gaps(layout: Layout, text: str, line: int, longest: int) -> _Found | None:
    """The items that a text begins with, of whatever gaps, and none that may have more than `longest` bytes."""
    plain = simplified(text)
    found, begin = _texts(layout, plain)
    rest = bool(found and found[-1][-1])
    if rest:
        found.pop()
    parts = plain[begin:].split(f"<{layout.item}>")[1:]
    most = longest // _LONGEST_CHARACTER
    short = sum(1 for _ in takewhile(lambda part: len(part) <= most, parts[: len(found)]))
    rest = rest or short < len(found)
    found = found[:short]
    if not found:
        return None
    first = line + plain.count("\n", 0, begin)
    lines = [*accumulate((part.count("\n") for part in parts[: short - 1]), initial=first)]
    end = _end_of_items(text, layout.item, short) if rest else len(text)
    return _Found(found, lines, end, _with_plain_ends(text[:end]).count("\n"))


def _texts(layout: Layout, text: str, *, exact: bool = False) -> tuple[list[Texts], int]:
    """The texts of the items, their quotes doubled as CSV has them, and where in the text the first item begins."""
    space = _BLANK.match(text)
    begin = space.end() if space else 0
    # No tag of such an item has a quote.
    quoted = text.replace('"', '""') if '"' in text else text
    return _pattern(layout, exact=exact).findall(quoted, begin), begin


def _meant(found: list[Texts], layout: Layout, *, one_line: bool) -> list[Texts]:
    """The texts as they are meant: repeated ones joined, bare, references replaced.

    Raises ValueError where there is something in them that no XML may have, and _SeveralLines of what is not
    `one_line`.
    """
    columns: list[Sequence[str]] = [*zip(*found, strict=True)]
    for place, name in enumerate(layout.names):
        texts: Sequence[str] = columns[place]
        if name in layout.repeated:
            texts = [_values(text, layout) for text in texts]
        elif layout.spaced and not layout.verbatim:
            texts = [*map(str.strip, texts)]
        whole = _PARTS.join(texts)
        if one_line and "\n" in whole:
            raise _SeveralLines
        if "]" in whole and "]]>" in whole:
            raise ValueError(name)
        if "&" in whole:
            texts = _dereferenced(texts, whole, layout)
        columns[place] = texts
    return [*zip(*columns, strict=True)]


def _values(text: str, layout: Layout) -> str:
    """The texts of several elements as one, the empty ones left out."""
    texts = _TEXT.findall(text)
    return _JOINS.join(filter(None, texts if layout.verbatim else map(str.strip, texts)))


def _dereferenced(texts: Sequence[str], whole: str, layout: Layout) -> Sequence[str]:
    """The texts with references replaced by what they mean; raises ValueError of what means nothing."""
    distinct = {*texts}
    if len(distinct) * 2 < len(texts):
        ordered = [*distinct]
        meant = dict(zip(ordered, _dereferenced(ordered, _PARTS.join(ordered), layout), strict=True))
        return [*map(meant.__getitem__, texts)]
    between = _REFERENCE.split(whole)
    names = between[1::2]
    if whole.count("&") != len(names):
        raise ValueError("a bare ampersand")
    between[1::2] = map(_MEANING.__getitem__, names)
    is_blank = not layout.verbatim and any(map(str.isspace, {*between[1::2]}))
    if is_blank and _NUMBER_AT_EDGE.search(f"{_PARTS}{whole}{_PARTS}"):
        raise ValueError("perhaps white space around a text")
    return "".join(between).split(_PARTS)


def _end_of_items(text: str, item: str, count: int) -> int:
    """Where so many plain items, with which a text begins, end."""
    tag = re.escape(item)
    ends = re.finditer(rf"(?s)<!\[CDATA\[.*?\]\]>|(</{tag}>|<{tag}[ \t\r\n]*+/>)", text)
    # No further than they go: behind them there may be sections without an end.
    return next(islice((found.end() for found in ends if found[1]), count - 1, None))
