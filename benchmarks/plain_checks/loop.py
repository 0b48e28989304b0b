"""A loop over lxml's items: the C parser, one pass, local names, items dropped once they are read."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from benchmarks.plain_checks.items import failing
from benchmarks.plain_checks.values import BETWEEN, identity
from benchmarks.synthetic_feed import COLUMNS

_NAMES = {f"{{http://base.google.com/ns/1.0}}{name}": name for name in COLUMNS}
_SAMPLES = 20


def read_items(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Each item's line and values by attribute; several values of one are joined."""
    etree: Any = import_module("lxml.etree")
    names = _NAMES
    for _, element in etree.iterparse(str(path), tag="item"):
        item: dict[str, str] = {}
        for child in element:
            name = names.get(child.tag)
            text = (child.text or "").strip()
            if name is not None and text:
                item[name] = f"{item[name]}{BETWEEN}{text}" if name in item else text
        yield element.sourceline, item
        element.clear()
        while element.getprevious() is not None:
            del element.getparent()[0]


def check(path: Path) -> tuple[int, Counter[str]]:
    """How many items there are, and how many fail each rule; the lines of the first of these are kept."""
    totals: Counter[str] = Counter()
    samples: dict[str, list[int]] = defaultdict(list)
    seen: set[str] = set()
    items = 0
    for line, item in read_items(path):
        items += 1
        rules = failing(item)
        if own := item.get("id"):
            own = identity(own)
            if own in seen:
                rules.append("id.duplicate_id")
            seen.add(own)
        for rule in rules:
            totals[rule] += 1
            if len(samples[rule]) < _SAMPLES:
                samples[rule].append(line)
    return items, totals
