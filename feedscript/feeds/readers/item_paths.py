"""Items in XML: where they lie, found in the document's beginning."""

from collections import Counter
from contextlib import suppress
from xml.parsers import expat

from feedscript.feeds.readers.elements import local_name
from feedscript.feeds.readers.expat_parser import new_parser
from feedscript.feeds.readers.intake import Stopped

ElementPath = tuple[str, ...]

#: By the root element: the format, and where its items lie unless the document shows otherwise.
_KNOWN: dict[str, tuple[str, ElementPath]] = {
    "rss": ("rss", ("rss", "channel", "item")),
    "feed": ("atom", ("feed", "entry")),
}
#: An element with this many leaves is an item, rather than a wrapper of one value.
_SEVERAL = 2


def find_items(head: str) -> tuple[str, ElementPath]:
    """The format (`rss`, `atom` or `xml`) and the path of local names from the root to the items.

    In XML of no known kind the items are the outermost elements that repeat and have several leaves of their
    own; where none repeats, the outermost that has them; where none has several, the outermost that has one.
    """
    survey = _Survey(head)
    known = _KNOWN.get(survey.root)
    if known is not None:
        name, path = known
        namesakes = [found for found in survey.records if found[-1] == path[-1]]
        return name, path if path in namesakes or not namesakes else min(namesakes, key=len)
    for records in (survey.records, survey.holders):
        repeated = [found for found, count in records.items() if count > 1]
        below_root = [found for found in records if len(found) > 1]
        if candidates := repeated or below_root or list(records):
            return "xml", min(candidates, key=lambda found: (len(found), -survey.leaves[found]))
    return "xml", (survey.root,)


class _Survey:
    """How often each path leads to an element with leaves.

    `records` counts those with several, `holders` those with any, `leaves` all the leaves they have.
    An attribute counts as a leaf, for items that are written as one empty element.
    """

    def __init__(self, head: str) -> None:
        self.root = ""
        self.records: Counter[ElementPath] = Counter()
        self.holders: Counter[ElementPath] = Counter()
        self._path: list[str] = []
        self.leaves: Counter[ElementPath] = Counter()
        self._leaves: list[int] = []
        self._is_leaf = False
        parser = new_parser()
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        # Where the head breaks off or is at fault, the reading itself comes to the same place, and says so.
        with suppress(expat.ExpatError, Stopped):
            parser.Parse(head.encode("utf-8", "replace"))
        # Of elements that the head cuts off the start is known.
        for depth, leaves in enumerate(self._leaves, start=1):
            self._count(self._path[:depth], leaves)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._path.append(local_name(name))
        self.root = self.root or self._path[0]
        self._leaves.append(len(attributes) if len(self._path) > 1 else 0)
        self._is_leaf = True

    def _end(self, _: str) -> None:
        self._count(self._path, self._leaves.pop())
        self._path.pop()
        if self._is_leaf and self._leaves:
            self._leaves[-1] += 1
        self._is_leaf = False

    def _count(self, path: list[str], leaves: int) -> None:
        self.leaves[tuple(path)] += leaves
        if leaves:
            self.holders[tuple(path)] += 1
        if leaves >= _SEVERAL:
            self.records[tuple(path)] += 1
