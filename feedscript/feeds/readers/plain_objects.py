"""JSON objects of nothing but strings, numbers and literals, read by one pattern for all, as the decoder reads them."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from json import JSONDecoder
from typing import Literal, NamedTuple

from feedscript.feeds.readers.plain_rows import Texts, rows_of_texts

_SPACE = "[ \t\r\n]*+"
#: The white space within a line; one of carriage returns alone does not end there.
_IN_LINE = "[ \t\r]*+"
#: A string between its quotes, in a text that has no backslash, and in one that has some. There a quote behind one is
#: taken for a part of the string; where that is wrong, as behind two of them, the string shows it when it is decoded.
_STRING, _WITH_ESCAPES = '[^"]*+', r'[^"]*+(?:(?<=\\)"[^"]*+)*+'
_LITERAL = r"-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?+(?:[eE][+-]?[0-9]++)?+|true|false|null"
_NULL = "null"
_MEMBER = re.compile(
    rf'"([^"\\\x00-\x1f]*+)"{_SPACE}:{_SPACE}(?:("){_WITH_ESCAPES}"|{_LITERAL}){_SPACE}(?:,{_SPACE}(?=")|(?=\}}))'
)
#: No string of JSON has them as they are.
_CONTROLS = bytes(range(32))
_DECODER = JSONDecoder()

#: What a key's values are; `any` are strings in some objects and not in others.
Kind = Literal["string", "literal", "any"]


class Gaps(NamedTuple):
    """White space within an object: behind its bracket, its colons, its commas, before its end; and what comes behind.

    That is the comma between the objects of an array, and the white space around it.
    """

    begin: str
    colon: str
    comma: str
    end: str
    behind: str


class ObjectLayout(NamedTuple):
    """The keys of objects in their order, each but the first may be left out, and what their values are.

    `gaps` is what most have between them.
    """

    gaps: Gaps
    keys: tuple[str, ...] = ()
    kinds: tuple[Kind, ...] = ()

    def with_item(self, members: Sequence[tuple[str, Kind]]) -> "ObjectLayout | None":
        """The layout of these objects and of one with these members too; None where the orders cannot be one."""
        if self.keys and members[0][0] != self.keys[0]:
            return None
        kinds: dict[str, Kind] = dict(zip(self.keys, self.kinds, strict=True))
        order = [*self.keys]
        at = 0
        for key, kind in members:
            if key not in kinds:
                order.insert(at, key)
            elif order.index(key) < at:
                return None
            at = order.index(key) + 1
            kinds[key] = kind if kinds.get(key, kind) == kind else "any"
        return self._replace(keys=tuple(order), kinds=tuple(kinds[key] for key in order))


def plain_members(text: str) -> list[tuple[str, Kind]] | None:
    """The members of an object with nothing nested, in order; None where the text is not just one such object."""
    inner = re.fullmatch(rf"{_SPACE}\{{{_SPACE}(.*\}}){_SPACE}", text, re.DOTALL)
    members: list[tuple[str, Kind]] = []
    at = inner.start(1) if inner else 0
    while inner and (found := _MEMBER.match(text, at)):
        members.append((found[1], "string" if found[2] else "literal"))
        at = found.end()
    is_whole = inner is not None and at == inner.end(1) - 1
    return members if is_whole and members and len({key for key, _ in members}) == len(members) else None


def gaps_of(text: str, behind: str) -> Gaps:
    """The gaps of a plain object, and what comes behind it, as far as that leads to another object."""
    begin = re.search(rf'\{{({_SPACE})"[^"]*":({_SPACE})', text)
    comma = re.search(rf'["0-9el],({_SPACE})"', text)
    end = re.search(rf"({_SPACE})\}}{_SPACE}\Z", text)
    between = re.match(rf"({_SPACE},{_SPACE})\{{", behind)
    first, colon = begin.groups() if begin else ("", "")
    return Gaps(first, colon, *(found[1] if found else "" for found in (comma, end, between)))


@lru_cache(maxsize=64)
def _pattern(layout: ObjectLayout, space: str | None, behind: str, string: str) -> re.Pattern[str]:
    """One object for each match, its values as groups; the last group is filled where no such object follows.

    `space` may stand around values, or what the layout says if None; `behind` is what comes after each object, `string`
    what a string is. Every repetition is possessive: there is one way to match, in linear time.
    """
    begin, colon, comma, end = map(re.escape, layout.gaps[:4]) if space is None else (space,) * 4
    other = space or ""
    values: dict[Kind, str] = {
        "string": f'"({string})"',
        "literal": f"({_LITERAL})",
        "any": f'("{string}"|{_LITERAL})',
    }
    first, *others = (
        f'"{re.escape(key)}"{other}:{colon}{values[kind]}{other}'
        for key, kind in zip(layout.keys, layout.kinds, strict=True)
    )
    slots = first + "".join(f"(?:,{comma}{member})?+" for member in others)
    return re.compile(rf"{other}\{{{begin}{slots}{end}\}}{behind}|(?s:(.).*+)")


def objects_in_lines(layout: ObjectLayout, text: str, *, escapes: bool) -> tuple[list[Texts], int]:
    """The values of the objects that a text of whole lines begins with, one in each line, and where they end."""
    found: list[Texts] = []
    for space in (None, _IN_LINE):
        found = _pattern(
            layout, space, rf"{_IN_LINE}(?:\n|\Z)", _WITH_ESCAPES if escapes else _STRING
        ).findall(text)
        if found and not found[-1][-1]:
            return found, len(text)
    del found[-1:]
    end = 0
    for _ in found:
        end = text.index("\n", end) + 1
    return found, end


def objects_in_array(
    layout: ObjectLayout, text: str, at: int, stop: int, *, escapes: bool
) -> tuple[list[Texts], list[int], int | None]:
    """The values of the objects that begin at an offset, each but the last followed by another; and where they begin.

    Where each begins is followed by where the object behind the last does. The last is how many lines each takes, None
    where that is not the same for all.
    """
    found: list[Texts] = []
    starts = [at]
    lines: int | None = layout.gaps.behind.count("\n")
    for space in (None, _SPACE):
        behind = re.escape(layout.gaps.behind) if space is None else f"{space},{space}"
        if not behind:
            continue
        pattern = _pattern(layout, space, rf"{behind}(?=\{{)", _WITH_ESCAPES if escapes else _STRING)
        for match in pattern.finditer(text, starts[-1], stop):
            texts = match.groups("")
            if texts[-1]:
                break
            found.append(texts)
            starts.append(match.end())
            if space is not None:
                lines = None
    return found, starts, None if "\n" in "".join(layout.gaps[:4]) else lines


def rows_of_objects(
    found: Sequence[Texts], layout: ObjectLayout, table: Sequence[str], lines: Iterable[int], *, escapes: bool
) -> bytes | None:
    """The objects as rows of CSV in UTF-8; None where a string is none of JSON's.

    Without `escapes` there is no backslash in them.
    """
    try:
        meant = _meant(found, layout, escapes=escapes)
        data = rows_of_texts(meant, layout.keys, table, lines).encode()
    except ValueError:
        # Also what cannot be encoded: half of a surrogate pair.
        return None
    if not escapes and len(data.translate(None, _CONTROLS)) != len(data) - 2 * len(found):
        # There are others than those that end the rows.
        return None
    return data


def _meant(found: Sequence[Texts], layout: ObjectLayout, *, escapes: bool) -> Sequence[Texts]:
    """The values as cells, their quotes doubled; raises ValueError of what no string may be."""
    if not escapes and {*layout.kinds} == {"string"}:
        return found
    columns: list[Sequence[str]] = [*zip(*found, strict=True)]
    for place, kind in enumerate(layout.kinds):
        texts = columns[place]
        if kind == "any":
            texts = [text[1:-1] if text[:1] == '"' else "" if text == _NULL else text for text in texts]
        elif kind == "literal":
            texts = ["" if text == _NULL else text for text in texts]
        columns[place] = _unescaped(texts) if escapes and kind != "literal" else texts
    return [*zip(*columns, strict=True)]


def _unescaped(texts: Sequence[str]) -> Sequence[str]:
    whole = "".join(texts)
    data = whole.encode()
    if len(data) != len(data.translate(None, _CONTROLS)):
        raise ValueError("a control character")
    return [_decoded(text) if "\\" in text else text for text in texts] if "\\" in whole else texts


@lru_cache(maxsize=4096)
def _decoded(text: str) -> str:
    value, end = _DECODER.raw_decode(f'"{text}"')
    if end < len(text) + 2:
        raise ValueError("the string ends earlier")
    return str(value).replace('"', '""')
