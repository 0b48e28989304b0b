"""Items in XML: where they lie, found in the document's beginning."""

import re
from collections import Counter, defaultdict
from contextlib import suppress
from xml.parsers import expat

from feedscript.feeds.readers.elements import local_name
from feedscript.feeds.readers.expat_parser import new_parser
from feedscript.feeds.readers.intake import Stopped
from feedscript.feeds.readers.staged import Fault

ElementPath = tuple[str, ...]

#: The shapes that platforms and price comparison sites write, in lower case; the root tells the format.
_KNOWN: tuple[ElementPath, ...] = (
    ("rss", "channel", "item"),
    ("rdf", "item"),
    ("feed", "entry"),
    ("yml_catalog", "shop", "offers", "offer"),
    ("shop", "offers", "offer"),
    ("shop", "shopitem"),
    ("offers", "group", "o"),
    ("offers", "o"),
    ("offers", "offer"),
    ("store", "products", "product"),
    ("products", "product"),
    ("catalog", "products", "product"),
    ("catalog", "product"),
    ("items", "item"),
)
_FORMATS = {"rss": "rss", "rdf": "rss", "feed": "atom"}
#: An element with this many parts is an item, rather than a wrapper of one value.
_SEVERAL = 2
#: What an item has, and the lists within one have not.
_PRICE = re.compile(r"(?i)price|preis|prix|precio|prezzo|preço|cena|prijs|pris$|fiyat|цена|ціна|τιμ[ηή]")
#: Deeper elements are no items; nothing may grow with the depth of a document before it is bounded.
_DEEPEST = 64


def find_items(head: str, named: str | None = None) -> tuple[str, ElementPath]:
    """The format (`rss`, `atom` or `xml`) and the path of local names from the root to the items.

    `named` is the local name that the merchant says they have. Else known shapes come first. In other XML the items are
    the elements that have the most different parts of their own, repeated ones before single ones; what repeats
    within an element that has more parts, and a price, is a list within an item. Where an element stands but once in
    each of its parents, and these repeat, it is a part of them.
    Raises `Stopped` with the fault `no_items` where no element has the name that the merchant says.
    """
    survey = _Survey(head)
    feed_format = _FORMATS.get(survey.root.lower(), "xml")
    if named is not None:
        return feed_format, _named(survey, named)
    for known in _KNOWN:
        if found := next((path for path in survey.counts if tuple(map(str.lower, path)) == known), None):
            return feed_format, found
    # The known place may come later, where the head has no item yet; but namesakes elsewhere are items too.
    if survey.root.lower() in {"rss", "feed"}:
        return feed_format, _in_feed(survey)
    return feed_format, survey.most_item_like() or (survey.root,)


def _named(survey: "_Survey", named: str) -> ElementPath:
    alike = [path for path in survey.counts if path[-1].lower() == named.lower()]
    if not alike:
        seen = ", ".join(sorted({path[-1] for path in survey.counts})[:20])
        message = f"no element is called {named!r} (source: item); the file's beginning has {seen}"
        raise Stopped(message, Fault("no_items", message, value=named))
    return min(alike, key=len)


def _in_feed(survey: "_Survey") -> ElementPath:
    path = (survey.root, "channel", "item") if survey.root.lower() == "rss" else (survey.root, "entry")
    namesakes = [
        found for found in survey.counts if found[-1] == path[-1] and survey.parts_of(found) >= _SEVERAL
    ]
    return min(namesakes, key=len) if namesakes else path


class _Survey:
    """How often each path leads to an element, and what these have.

    A part is an attribute, or a child without children of its own; `parts` holds their distinct names, summed over
    the elements of a path. An attribute counts too, for items that are written as one empty element.
    """

    def __init__(self, head: str) -> None:
        self.root = ""
        self.counts: Counter[ElementPath] = Counter()
        self._parts: Counter[ElementPath] = Counter()
        self._priced: set[ElementPath] = set()
        self._most_in_one: dict[ElementPath, int] = defaultdict(int)
        self._path: list[str] = []
        self._names: list[set[str]] = []
        self._within: list[Counter[str]] = []
        self._is_leaf = False
        parser = new_parser()
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        # Where the head breaks off or is at fault, the reading itself comes to the same place, and says so.
        with suppress(expat.ExpatError, Stopped):
            parser.Parse(head.encode("utf-8", "replace"))
        # Of elements that the head cuts off the start is known.
        while self._path:
            self._count()

    def parts_of(self, path: ElementPath) -> float:
        """How many different parts an element of this path has."""
        return self._parts[path] / self.counts[path]

    def most_item_like(self) -> ElementPath | None:
        """The path whose elements are most like items; None where nothing below the root has a part."""
        below = [path for path in self.counts if len(path) > 1 and self._parts[path]]
        repeated = [path for path in below if self.counts[path] > 1]
        best = self._best(repeated)
        single = self._best([path for path in below if self.counts[path] == 1])
        if best is None or self.parts_of(best) < _SEVERAL:
            best = self._best([path for path in below if self.parts_of(path) >= _SEVERAL]) or best or single
        elif single is not None and self._is_list_within(best, single):
            best = single
        while best is not None and len(best) > 2 and self._is_part_of_its_parent(best):  # noqa: PLR2004
            best = best[:-1]
        return best

    def _best(self, paths: list[ElementPath]) -> ElementPath | None:
        return max(paths, key=lambda path: (self.parts_of(path), -len(path)), default=None)

    def _is_list_within(self, path: ElementPath, holder: ElementPath) -> bool:
        within = path[: len(holder)] == holder
        richer = self.parts_of(holder) > self.parts_of(path)
        return within and richer and holder in self._priced and path not in self._priced

    def _is_part_of_its_parent(self, path: ElementPath) -> bool:
        return self._most_in_one[path] <= 1 and self.counts[path[:-1]] > 1

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self._path) >= _DEEPEST:
            raise Stopped("the document's beginning is nested too deeply")
        local = local_name(name)
        if self._within:
            self._within[-1][local] += 1
        self._path.append(local)
        self.root = self.root or local
        own = {each for each in attributes if not each.startswith("xml")} if len(self._path) > 1 else set()
        self._names.append(own)
        self._within.append(Counter())
        self._is_leaf = True

    def _end(self, _: str) -> None:
        name, is_leaf = self._path[-1], self._is_leaf
        self._count()
        if is_leaf and self._names:
            self._names[-1].add(name)
        self._is_leaf = False

    def _count(self) -> None:
        path = tuple(self._path)
        names, within = self._names.pop(), self._within.pop()
        self._path.pop()
        self.counts[path] += 1
        self._parts[path] += len(names)
        if any(map(_PRICE.search, names)):
            self._priced.add(path)
        for child, number in within.items():
            inner = (*path, child)
            self._most_in_one[inner] = max(self._most_in_one[inner], number)
