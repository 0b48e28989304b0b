"""Items of nothing but elements with texts become rows of CSV by one pattern each, as a parser would read them.

`Layout` is what such items look like, and `rows_of` reads a run of them. What the pattern does not match is no plain
item: a run ends before it. Runs as a process too, and so imports next to nothing.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import accumulate, islice, takewhile
from operator import add, itemgetter
from typing import NamedTuple

#: The white space of XML, line ends already as XML reads them.
_WHITE = " \t\n"
_SPACE = f"[{_WHITE}]*+"
_CDATA = re.compile(r"(?s)<!\[CDATA\[(.*?)\]\]>")
_EMPTY = re.compile(r"<([^\s<>/=\"']++)[ \t\n]*+/>")
#: What no XML may contain; the sign that joins values (U+001F) is looked for by itself.
_FORBIDDEN = bytes([*range(9), 11, 12, *range(14, 31)])
_JOINS = "\x1f"
_NO_CHARACTERS = frozenset("\ufffe\uffff")
_LONGEST_CHARACTER = 4
#: The texts of elements of one name.
_TEXT = re.compile(">([^<]*+)</")
_REFERENCE = re.compile(r"&(amp|lt|gt|quot|apos|#[0-9]{1,7}|#x[0-9a-fA-F]{1,6});")
#: A reference by number that begins or ends a cell: it may be white space, which is no part of the value.
_NUMBER_AT_EDGE = re.compile('["\x1f]&#|&#\\w++;["\x1f]')
_HIGHEST = 0x10FFFF


class Layout(NamedTuple):
    """The elements of items, by their names as written, in their order; each may be left out.

    `item` is the items' own name. Elements of the names `repeated` may come several times, one behind the other. With
    `spaced` white space may stand around a text, to be taken off unless `verbatim`.
    """

    item: str
    names: tuple[str, ...]
    repeated: frozenset[str]
    spaced: bool
    verbatim: bool

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


class Run(NamedTuple):
    """Items that stand one behind the other: their rows in UTF-8, how many, where in the text they end.

    `lines` counts the line ends before that.
    """

    rows: bytes
    items: int
    end: int
    lines: int


class _References(dict[str, str]):
    """What references mean, a quote as CSV writes it; raises ValueError of what XML does not know."""

    def __missing__(self, name: str) -> str:
        code = int(name[2:], 16) if name[1] == "x" else int(name[1:])
        sign = chr(code) if code <= _HIGHEST else ""
        if not _is_character(code):
            raise ValueError(name)
        self[name] = found = '""' if sign == '"' else sign
        return found


_MEANING = _References(amp="&", lt="<", gt=">", quot='""', apos="'")


def _is_character(code: int) -> bool:
    """Whether XML has the character."""
    return (
        code in (9, 10, 13) or 32 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or 0x10000 <= code <= _HIGHEST
    )


def plain_names(item: str, text: str) -> list[str] | None:
    """The names of a plain item's elements, in order; None where the text, `simplified`, is no item called `item`."""
    tag = re.escape(item)
    element = rf"<([^\s<>/=\"'!?&]++)>[^<]*+</\2>{_SPACE}"
    found = re.fullmatch(rf"<{tag}>{_SPACE}((?:{element})*+)</{tag}>{_SPACE}", text.strip(_WHITE))
    return re.findall(r"<([^/<>][^<>]*+)>", found[1]) if found else None


def simplified(text: str) -> str:
    """The same items with CDATA as text, an empty tag as a start and an end, and line ends as XML reads them."""
    text = _with_plain_ends(text)
    if "<![CDATA[" in text:
        text = _CDATA.sub(_escaped, text)
    return _EMPTY.sub(r"<\1></\1>", text) if "/>" in text else text


def _with_plain_ends(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _escaped(section: re.Match[str]) -> str:
    return section[1].replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


@lru_cache(maxsize=64)
def _pattern(layout: Layout) -> re.Pattern[str]:
    """One item for each match, its texts as groups; the last group is what follows the last item.

    Every repetition is possessive: an item is matched in one way, in linear time.
    """
    item = re.escape(layout.item)
    text = "[^<]*+" if layout.spaced else r"(?!\s)[^<]*+(?<!\s)"
    slots = "".join(_slot(re.escape(name), text, repeated=name in layout.repeated) for name in layout.names)
    return re.compile(rf"<{item}>{_SPACE}{slots}</{item}>{_SPACE}|(?s:(.).*+)")


def _slot(name: str, text: str, *, repeated: bool) -> str:
    if repeated:
        return rf"((?:<{name}>[^<]*+</{name}>{_SPACE})*+)"
    return rf"(?:<{name}>({text})</{name}>{_SPACE})?+"


def matches(layout: Layout, item: str) -> bool:
    """Whether a text, `simplified`, begins with an item of this layout."""
    found = _pattern(layout).match(item.lstrip(_WHITE))
    return found is not None and found[found.re.groups] is None


def rows_of(
    layout: Layout, columns: tuple[str, ...], table: tuple[str, ...], text: str, line: int, longest: int
) -> Run | None:
    """The plain items that a text begins with, as rows of CSV; None where it begins with none.

    `columns` are the names of the layout's columns, `table` those of the rows, to which the physical line is added;
    `line` is the line where the text begins. A run ends before an item that may have more than `longest` bytes. Where
    a sign among the items is none of XML's, there is none.
    """
    if _JOINS in text or not (text.isascii() or _NO_CHARACTERS.isdisjoint(text)):
        return None
    found = _whole(layout, text)
    plain = text
    if found is None:
        # What is seldom there is looked for only where the items are not as plain as most.
        plain = simplified(text)
        found = _found(layout, plain)
    begin = plain.lstrip(_WHITE)
    first = line + plain.count("\n", 0, len(plain) - len(begin))
    parts = begin.split(f"<{layout.item}>")
    matched = len(found) - 1 if found and found[-1][-1] else len(found)
    most = longest // _LONGEST_CHARACTER
    if max(map(len, parts)) > most:
        matched = min(matched, sum(1 for _ in takewhile(lambda part: len(part) <= most, parts[1:])))
    if not matched:
        return None
    lines = [*accumulate((part.count("\n") for part in parts[1:matched]), initial=first)]
    data = _encoded(_joined(found[:matched], layout, columns, table, lines), layout)
    if data is None:
        return None
    if matched == len(found):
        return Run(data, matched, len(text), lines[-1] + parts[-1].count("\n") - line)
    end = _end_of_items(text, layout.item, matched)
    return Run(data, matched, end, _with_plain_ends(text[:end]).count("\n"))


def _whole(layout: Layout, text: str) -> list[tuple[str, ...]] | None:
    """The texts of the items of a text that needs no `simplified`; None where it may."""
    if "\r" in text:
        return None
    found = _found(layout, text)
    return found if found and not found[-1][-1] else None


def _found(layout: Layout, text: str) -> list[tuple[str, ...]]:
    """The texts of the items, their quotes doubled as CSV has them: no tag that is matched has a quote."""
    begin = text.lstrip(_WHITE)
    return _pattern(layout).findall(begin.replace('"', '""') if '"' in begin else begin)


def _joined(
    found: Sequence[Sequence[str]],
    layout: Layout,
    columns: tuple[str, ...],
    table: tuple[str, ...],
    lines: Iterable[int],
) -> str:
    """Rows of quoted cells, in which references still stand as they are written."""
    rows: Iterable[Sequence[str]] = found
    if layout.repeated:
        places = [place for place, name in enumerate(layout.names) if name in layout.repeated]
        rows = [_with_values(row, places, layout) for row in rows]
    if layout.spaced and not layout.verbatim:
        rows = [[*map(str.strip, row)] for row in rows]
    # What follows the last cell is empty, and so stands for what an item has not.
    at = {name: place for place, name in enumerate(columns)}
    places = [at.get(name, len(columns)) for name in table]
    if places != [*range(len(columns))]:
        rows = map(itemgetter(*places, len(columns)), rows)
    ends = [f'{line}"\r\n"' for line in lines]
    return '"' + "".join(map(add, map('","'.join, rows), ends))[:-1]


def _with_values(row: Sequence[str], places: Iterable[int], layout: Layout) -> list[str]:
    """The row with the texts of repeated elements as one, the empty ones left out."""
    made = [*row]
    for place in places:
        if made[place]:
            texts = _TEXT.findall(made[place])
            kept = texts if layout.verbatim else map(str.strip, texts)
            made[place] = _JOINS.join(filter(None, kept))
    return made


def _encoded(rows: str, layout: Layout) -> bytes | None:
    """The rows with references replaced by what they mean; None where there is a sign that is none of XML's."""
    if "]" in rows and "]]>" in rows:
        return None
    if "&" in rows:
        between = _REFERENCE.split(rows)
        names = between[1::2]
        kinds = {*names}
        if rows.count("&") != len(names) or (
            any(name[0] == "#" for name in kinds) and not layout.verbatim and _NUMBER_AT_EDGE.search(rows)
        ):
            return None
        try:
            meant = {name: _MEANING[name] for name in kinds}
        except ValueError:
            return None
        between[1::2] = map(meant.__getitem__, names)
        rows = "".join(between)
    try:
        data = rows.encode()
    except UnicodeEncodeError:
        return None
    return data if len(data) == len(data.translate(None, _FORBIDDEN)) else None


def _end_of_items(text: str, item: str, count: int) -> int:
    """Where so many plain items, with which a text begins, end."""
    tag = re.escape(item)
    ends = re.finditer(rf"(?s)<!\[CDATA\[.*?\]\]>|(</{tag}>|<{tag}[ \t\r\n]*+/>)", text)
    return next(islice((found.end() for found in ends if found[1]), count - 1, None))
