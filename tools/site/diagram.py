"""The diagram of states as a picture that needs no script: Mermaid's text, drawn at places chosen by hand."""

import re
from html import escape
from math import hypot
from typing import ClassVar

from docutils import nodes
from docutils.parsers.rst import Directive

_EDGE = re.compile(r"^\s*(\S+) --> (\w+): (\w+)$")
#: Where each state stands, in columns and rows; one that is new has to be given its place.
_PLACES = {
    "[*]": (1.0, 0.0),
    "generating": (0.0, 1.0),
    "generated": (1.0, 1.0),
    "validating": (2.0, 1.0),
    "validated": (3.0, 1.0),
    "generation_failed": (0.0, 2.0),
    "validation_failed": (2.0, 2.0),
}
_COLUMN, _ROW, _MARGIN = 285.0, 150.0, 120.0
_WIDE, _HIGH = 150.0, 34.0
#: Two ways between the same states run side by side, so far apart.
_APART = 9.0
#: How far along its way an event's name stands: before the middle, where ways come together.
_ALONG = 0.4


def svg(text: str) -> str:
    """The diagram that the text describes; raises ValueError for a line or a state that is not known."""
    edges = []
    for line in text.splitlines()[1:]:
        edge = _EDGE.match(line)
        if edge is None or not {edge[1], edge[2]} <= _PLACES.keys():
            raise ValueError(f"the diagram of states has no place for {line.strip()!r}")
        edges.append((edge[1], edge[2], edge[3]))
    both = {(begin, end) for begin, end, _ in edges}
    drawn = [_arrow(begin, end, label, apart=(end, begin) in both) for begin, end, label in edges]
    drawn += [_state(name) for name in _PLACES]
    width, height = 3 * _COLUMN + 2 * _MARGIN, 2 * _ROW + 2 * 40
    return (
        f'<svg role="img" viewBox="0 0 {width:.0f} {height:.0f}" font-family="sans-serif" font-size="13"'
        ' fill="currentColor" style="width: 100%; height: auto">'
        "<title>The states of a job, and the events that lead from one to another</title>"
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8"'
        ' orient="auto"><path d="M0 0L8 4L0 8z"/></marker></defs>' + "".join(drawn) + "</svg>"
    )


def _point(name: str) -> tuple[float, float]:
    column, row = _PLACES[name]
    return _MARGIN + column * _COLUMN, 40 + row * _ROW


def _half(name: str) -> tuple[float, float]:
    return (8.0, 8.0) if name == "[*]" else (_WIDE / 2, _HIGH / 2)


def _state(name: str) -> str:
    x, y = _point(name)
    wide, high = _half(name)
    if name == "[*]":
        return f'<circle cx="{x}" cy="{y}" r="{wide}"/>'
    box = f'x="{x - wide}" y="{y - high}" width="{2 * wide}" height="{2 * high}" rx="8"'
    return (
        f'<rect {box} fill="none" stroke="currentColor"/>'
        f'<text x="{x}" y="{y + 4}" text-anchor="middle">{escape(name)}</text>'
    )


def _arrow(begin: str, end: str, label: str, *, apart: bool) -> str:
    (x, y), (to_x, to_y) = _point(begin), _point(end)
    length = hypot(to_x - x, to_y - y)
    right_x, right_y = (y - to_y) / length, (to_x - x) / length
    if apart:
        x, to_x = x + right_x * _APART, to_x + right_x * _APART
        y, to_y = y + right_y * _APART, to_y + right_y * _APART
    from_x, from_y = _at_the_edge(begin, x, y, to_x, to_y)
    tip_x, tip_y = _at_the_edge(end, to_x, to_y, x, y)
    way = f"M{from_x:.0f} {from_y:.0f}L{tip_x:.0f} {tip_y:.0f}"
    line = f'<path d="{way}" stroke="currentColor" marker-end="url(#tip)"/>'
    middle_x, middle_y = from_x + (tip_x - from_x) * _ALONG, from_y + (tip_y - from_y) * _ALONG
    if abs(to_y - y) < abs(to_x - x):
        level = abs(to_y - y) < 1
        middle_x = (from_x + tip_x) / 2 if level else middle_x
        anchor, aside, below = "middle", 0.0, -7.0 if level else 4.0
    else:
        anchor, aside, below = ("start", 7.0, 4.0) if right_x >= 0 else ("end", -7.0, 4.0)
    return (
        f'{line}<text x="{middle_x + aside:.0f}" y="{middle_y + below:.0f}" text-anchor="{anchor}" font-size="11"'
        ' style="paint-order: stroke; stroke: var(--color-background-primary, #fff); stroke-width: 5px">'
        f"{escape(label)}</text>"
    )


def _at_the_edge(name: str, x: float, y: float, to_x: float, to_y: float) -> tuple[float, float]:
    """Where the line from the state's middle leaves its box."""
    wide, high = _half(name)
    middle_x, middle_y = _point(name)
    across, down = to_x - x, to_y - y
    shares = [1.0]
    if across:
        shares.append((wide - (x - middle_x) * (1 if across > 0 else -1)) / abs(across))
    if down:
        shares.append((high - (y - middle_y) * (1 if down > 0 else -1)) / abs(down))
    share = min(shares)
    return x + across * share, y + down * share


class Mermaid(Directive):
    """A fence of Mermaid, which forges draw themselves, drawn here."""

    has_content: ClassVar[bool] = True

    def run(self) -> list[nodes.Node]:
        """The picture, for HTML."""
        return [nodes.raw("", svg("\n".join(self.content)), format="html")]
