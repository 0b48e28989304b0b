"""The elements that a document's beginning has: how often each, and what lies in them."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from contextlib import suppress
from xml.parsers import expat

from feedscript.feeds.readers.elements import ElementPath, local_name
from feedscript.feeds.readers.expat_parser import new_parser
from feedscript.feeds.readers.intake import Stopped
from feedscript.feeds.readers.raw_markup import bare_ampersands, escaped

#: What an item has, and the lists within one have not.
_PRICE = re.compile(r"(?i)price|preis|prix|precio|prezzo|preço|cena|prijs|pris$|fiyat|цена|ціна|τιμ[ηή]")
#: Deeper elements are no items; nothing may grow with the depth of a document before it is bounded.
_DEEPEST = 64
#: Faults that the survey gets over; what lies behind more of them tells nothing about a feed.
_MOST_FAULTS = 1_000
_TAG = re.compile(rb"<(?P<ends>/?)(?P<name>[^\s<>/&?!=\"']+)")


class ElementSurvey:
    """How often each path leads to an element, and what these have.

    A part is an attribute, or a child without children of its own; an attribute counts too, for items that are
    written as one empty element.
    """

    def __init__(self, head: str) -> None:
        self.root = ""
        self.counts: Counter[ElementPath] = Counter()
        #: The paths of elements with namesakes in them.
        self.nesting: set[ElementPath] = set()
        self._parts: Counter[ElementPath] = Counter()
        self._priced: set[ElementPath] = set()
        self._most_in_one: dict[ElementPath, int] = defaultdict(int)
        self._path: list[str] = []
        self._names: list[set[str]] = []
        self._within: list[Counter[str]] = []
        self._holds_namesake: list[bool] = []
        self._is_leaf = False
        data = head.encode("utf-8", "replace")
        self._read(escaped(data, bare_ampersands(data)))
        # Of elements that the head cuts off the start is known.
        while self._path:
            self._count()

    def parts_of(self, path: ElementPath) -> float:
        """How many different parts an element of this path has."""
        return self._parts[path] / self.counts[path]

    def has_price(self, path: ElementPath) -> bool:
        """Whether a part is called like a price."""
        return path in self._priced

    def is_part_of_its_parent(self, path: ElementPath) -> bool:
        """Whether an element stands but once in each of its parents, and these repeat."""
        return self._most_in_one[path] <= 1 and self.counts[path[:-1]] > 1

    def _read(self, data: bytes) -> None:
        """Follow the elements; what is not well-formed is told by the reading itself, and passed over here."""
        at = 0
        with suppress(Stopped):
            for _ in range(_MOST_FAULTS):
                failed = self._read_from(data, at)
                if failed is None:
                    return
                self._mend_path(data, failed)
                following = data.find(b"<", failed + 1)
                at = following if following >= 0 else len(data)

    def _read_from(self, data: bytes, at: int) -> int | None:
        """Follow the elements up to what is not well-formed; its offset, None if there is nothing."""
        parser = new_parser()
        # What is a name behind a prefix need not be one without, as that of <g:3d>.
        primer = "".join(f"<{name if _is_name(name) else '_'}>" for name in self._path).encode()
        parser.Parse(primer)
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        try:
            parser.Parse(memoryview(data)[at:])
        except expat.ExpatError:
            return at + parser.ErrorByteIndex - len(primer)
        return None

    def _mend_path(self, data: bytes, failed: int) -> None:
        """Take account of the tag that the parser gave up at, as far as it can be told what it is."""
        tag = _TAG.match(data, max(data.rfind(b"<", 0, failed + 1), 0))
        name = local_name(tag["name"].decode(errors="replace")) if tag else ""
        if tag and not tag["ends"]:
            if _is_name(name):
                self._start(name, {})
        elif name in self._path:
            # What has no end tag ends with what it lies in.
            while self._path[-1] != name:
                self._count()
            self._end(name)

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
        self._holds_namesake.append(False)
        self._is_leaf = True

    def _end(self, _: str) -> None:
        name, is_leaf = self._path[-1], self._is_leaf
        # Where the end tag of the outer one is missing, the next only seems to lie in it.
        if self._holds_namesake[-1]:
            self.nesting.add(tuple(self._path))
        self._count()
        if name in self._path:
            self._holds_namesake[self._path.index(name)] = True
        if is_leaf and self._names:
            self._names[-1].add(name)
        self._is_leaf = False

    def _count(self) -> None:
        path = tuple(self._path)
        names, within = self._names.pop(), self._within.pop()
        self._holds_namesake.pop()
        self._path.pop()
        self.counts[path] += 1
        self._parts[path] += len(names)
        if any(map(_PRICE.search, names)):
            self._priced.add(path)
        for child, number in within.items():
            inner = (*path, child)
            self._most_in_one[inner] = max(self._most_in_one[inner], number)


def _is_name(text: str) -> bool:
    try:
        new_parser().Parse(f"<{text}/>", True)  # noqa: FBT003 (expat takes no keywords)
    except expat.ExpatError:
        return False
    return True


def path_to(texts: Iterable[str], name: str) -> ElementPath | None:
    """The path of the first element with a local name, in any case; None if a document has none that can be read."""
    path: list[str] = []
    found: list[ElementPath] = []

    def start(tag: str, _: dict[str, str]) -> None:
        if len(path) >= _DEEPEST:
            raise Stopped("the document is nested too deeply")
        path.append(local_name(tag))
        if not found and path[-1].lower() == name.lower():
            found.append(tuple(path))

    parser = new_parser()
    parser.StartElementHandler = start
    parser.EndElementHandler = lambda _: path.pop()
    with suppress(expat.ExpatError, Stopped):
        for text in texts:
            parser.Parse(text.encode("utf-8", "replace"))
            if found:
                break
    return found[0] if found else None
