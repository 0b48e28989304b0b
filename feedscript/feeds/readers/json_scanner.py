"""The items of one large JSON document, one at a time, in the memory of one item."""

import re
from collections import deque
from collections.abc import Iterator, KeysView
from contextlib import suppress
from typing import NamedTuple

from feedscript.feeds.readers.cells import Value
from feedscript.feeds.readers.intake import MOST_PARTS, Stopped
from feedscript.feeds.readers.json_brackets import end_of_element
from feedscript.feeds.readers.json_decoding import ItemDecoder, JSONDefect, has_too_many_parts
from feedscript.feeds.readers.schema_org import VARIANTS
from feedscript.feeds.readers.swift_json import PlainObjects
from feedscript.feeds.readers.table import Rows

_SPACE = re.compile(r"[ \t\r\n]*")
_DEEPEST_WRAPPER = 8
_FIRST_KEY = re.compile(r'\{[ \t\r\n]*"([^"\\]*)"')
#: Characters behind a fault that are looked through first; twice as many each time that they do not show a way on.
_WINDOW = 4_096
#: Behind more of them there is no way on: an element at fault is looked over sign by sign.
_LONGEST_WINDOW = 1 << 20
#: The elements of each array whose keys are noted.
_NOTED = 20
#: What parts the items of an array is seldom longer.
_LONGEST_GAP = 100
#: No key is this.
_NO_KEY = "\0"


#: What items have; of several lists, the one with most of these is that of the items.
_ITEM_KEYS = frozenset(
    {
        "price",
        "link",
        "url",
        "gtin",
        "ean",
        "sku",
        "image_link",
        "image",
        "images",
        "availability",
        "stock",
        "brand",
    }
)


class ItemsPlace(NamedTuple):
    """Where items lie: the key of their array, None for the first; with `is_object` of the only one, None for all."""

    key: str | None = None
    is_object: bool = False


def place_of_items(head: str) -> ItemsPlace:
    """Where items lie in a document whose top value is an object, by what its beginning shows.

    Arrays whose objects have what items have come before others, else the first has them. What holds variants is
    itself the item, which its variants are read with.
    """
    scanner = JSONScanner(iter([head]), ItemDecoder(), len(head), ItemsPlace(_NO_KEY))
    # Where the beginning breaks off, what has been seen before tells.
    with suppress(JSONDefect, Stopped):
        deque(scanner.items(), maxlen=0)
    lists = scanner.passed_over
    if VARIANTS in lists:
        return ItemsPlace(scanner.holders[VARIANTS], is_object=True)
    return ItemsPlace(
        max(lists, key=lambda name: len(_ITEM_KEYS.intersection(map(str.lower, lists[name]))), default=None)
    )


class JSONScanner:
    """Finds the array of items in a stream of text and gives its elements.

    Each value is decoded whole by the C scanner, over a buffer that grows until the value fits; so the
    speed is that of `json.loads`, and the memory that of the largest item. `place` is where the items are, and `plain`
    reads runs of plain ones as rows.
    """

    def __init__(
        self,
        texts: Iterator[str],
        decoder: ItemDecoder,
        longest_item: int,
        place: ItemsPlace = ItemsPlace(),  # noqa: B008 - immutable
        plain: PlainObjects | None = None,
    ) -> None:
        self._texts = texts
        self._plain = plain
        self._decoder = decoder
        self._longest_item = longest_item
        self._buffer = ""
        self._at = 0
        self._lines_before = 1
        self._counted = 0
        self._column_before = 0
        self._found = False
        self._place_of_items = place
        self._usual: KeysView[str] = {}.keys()
        #: The key of the array that the items were found in; None for the top array.
        self.item: str | None = None
        #: The other arrays of objects: the keys of their first elements by their own key.
        self.passed_over: dict[str, set[str]] = {}
        #: The key of the object that each of those lies in; None for the top object.
        self.holders: dict[str, str | None] = {}

    @property
    def line(self) -> int:
        """The physical line reached."""
        self._lines_before += self._buffer.count("\n", self._counted, self._at)
        self._counted = self._at
        return self._lines_before

    def items(self) -> Iterator[tuple[int, Value | JSONDefect | Rows]]:
        """Pairs of (line, element) of the top array, or of what the top object has at the items' place.

        An element that is no JSON is the defect that it has, and the reading goes on behind it. So is what is wrong
        between elements, or in arrays of other things, although nothing is lost to that. Raises `JSONDefect` where
        there is no way on.
        """
        first = self._peek()
        if first == "[":
            self._at += 1
            yield from self._elements(self._plain)
        elif self._place_of_items == ItemsPlace(is_object=True):
            yield self.line, self._value()
        else:
            yield from self._members(None, depth=1)
        if self._peek():
            raise JSONDefect("something follows the end of the document", self._at)

    def _members(self, holder: str | None, *, depth: int) -> Iterator[tuple[int, Value | JSONDefect | Rows]]:
        self._expect("{")
        if self._peek() == "}":
            self._at += 1
            return
        while True:
            if self._peek() != '"':
                raise JSONDefect("expected a name in double quotes", self._at)
            name = self._value()
            self._expect(":")
            match self._peek():
                case "[":
                    self._at += 1
                    yield from self._array_member(str(name), holder)
                case "{" if self._place_of_items.is_object and self._is_wanted(str(name)):
                    self._found, self.item = True, str(name)
                    yield self.line, self._value()
                case "{" if depth < _DEEPEST_WRAPPER:
                    yield from self._members(str(name), depth=depth + 1)
                case _:
                    self._value()
                    self._decoder.take_repeated_keys()
            if self._separator("}"):
                return

    def _is_wanted(self, name: str) -> bool:
        key = self._place_of_items.key
        return key is not None and name.lower() == key.lower()

    def _array_member(self, name: str, holder: str | None) -> Iterator[tuple[int, Value | JSONDefect | Rows]]:
        holds_objects = self._peek() == "{"
        place = self._place_of_items
        wanted = self._is_wanted(name) or (place.key is None and not self._found)
        if holds_objects and wanted and not place.is_object:
            self._found = True
            self.item = name
            yield from self._elements(self._plain)
            return
        keys: set[str] = set()
        if holds_objects:
            keys = self.passed_over.setdefault(name, keys)
            self.holders.setdefault(name, holder)
        for number, (line, value) in enumerate(self._elements()):
            if isinstance(value, JSONDefect):
                value.lost = 0
                yield line, value
            elif isinstance(value, dict) and number < _NOTED:
                keys.update(value)
            # Nobody asks for them, and they are not to grow with what is passed over.
            self._decoder.take_repeated_keys()

    def _elements(self, plain: PlainObjects | None = None) -> Iterator[tuple[int, Value | JSONDefect | Rows]]:
        self._usual = {}.keys()
        if self._peek() == "]":
            self._at += 1
            return
        careful = 0
        while True:
            self._peek()
            line = self.line
            if plain and plain.may_begin and not careful:
                if len(self._buffer) - self._at < plain.reach // 2:
                    self._grow()
                run = plain.in_array(self._buffer, self._at, line)
                if run is not None:
                    yield line, self._stepped(*run)
                    continue
                careful = plain.pace.careful_items()
            careful = max(careful - 1, 0)
            yield from self._element(line, plain)
            following = self._peek()
            if following not in (",", "]"):
                misplaced = JSONDefect("expected ',' or ']'", self._at, lost=0)
                line = self.line
                if following == "{":
                    misplaced.place = self._place(self._at)
                    yield line, misplaced
                    continue
                yield line, self._passed(misplaced)
            if self._separator("]"):
                return

    def _element(
        self, line: int, plain: PlainObjects | None
    ) -> Iterator[tuple[int, Value | JSONDefect | Rows]]:
        """The element that begins here, or what is wrong with it."""
        buffer, begin = self._buffer, self._at
        try:
            value = self._value()
        except JSONDefect as defect:
            yield line, self._passed(defect)
            return
        if isinstance(value, dict):
            self._usual = value.keys()
        yield line, value
        if plain:
            # Where the buffer has grown meanwhile, it begins with the element.
            begin = begin if self._buffer is buffer else 0
            plain.learn(self._buffer[begin : self._at], self._buffer[self._at : self._at + _LONGEST_GAP])

    def _stepped(self, rows: Rows, starts: list[int]) -> Rows:
        """Step over items that begin at these offsets, to where the next does."""
        *_, last, self._at = starts
        value, _ = self._decoder.value_at(self._buffer, last)
        if isinstance(value, dict):
            self._usual = value.keys()
        return rows

    def _passed(self, defect: JSONDefect) -> JSONDefect:
        """Step to what follows the element at fault, and say what it took; raises the defect where no end shows."""
        defect.place = self._place(defect.offset)
        window = _WINDOW
        while True:
            stop = min(self._at + window, len(self._buffer))
            end = end_of_element(self._buffer, self._at, stop, self._is_like_those_before)
            if end is not None:
                break
            window *= 2
            if window > _LONGEST_WINDOW:
                raise defect
            if stop == len(self._buffer) and not self._grow():
                raise defect
        passed = self._buffer[self._at : end]
        defect.lost = int(bool(passed.strip()) if defect.lost else "{" in passed)
        self._at = end
        return defect

    def _place(self, offset: int) -> tuple[int, int]:
        """The physical line and column, from 1, of an offset into the buffer that has not been read yet."""
        line = self.line + self._buffer.count("\n", self._at, offset)
        start = self._buffer.rfind("\n", 0, offset) + 1
        return line, offset - start + 1 + (0 if start else self._column_before)

    def _is_like_those_before(self, at: int) -> bool:
        """Whether an object begins here that has most of its keys in common with the last element."""
        try:
            value, _ = self._decoder.value_at(self._buffer, at)
        except JSONDefect as defect:
            # One that is broken too is known by its first key: it is not passed over uncounted.
            first = _FIRST_KEY.match(self._buffer, at)
            return defect.final and first is not None and first[1] == next(iter(self._usual), None)
        self._decoder.take_repeated_keys()
        if not isinstance(value, dict):
            return False
        return 2 * len(self._usual & value.keys()) > max(len(self._usual), len(value))

    def _separator(self, closing: str) -> bool:
        """Step over a comma (False) or the closing bracket (True)."""
        character = self._peek()
        if character not in (",", closing):
            raise JSONDefect(f"expected ',' or '{closing}'", self._at)
        self._at += 1
        return character == closing

    def _expect(self, character: str) -> None:
        if self._peek() != character:
            raise JSONDefect(f"expected '{character}'", self._at)
        self._at += 1

    def _peek(self) -> str:
        """The next character that is no space; empty at the end."""
        while True:
            space = _SPACE.match(self._buffer, self._at)
            self._at = space.end() if space else self._at
            if self._at < len(self._buffer):
                return self._buffer[self._at]
            if not self._grow():
                return ""

    def _value(self) -> Value:
        while True:
            try:
                value, end = self._decoder.value_at(self._buffer, self._at)
            except JSONDefect as defect:
                if defect.final or not self._grow():
                    raise
                if has_too_many_parts(self._buffer, self._at):
                    raise Stopped(f"line {self.line}: an item has more than {MOST_PARTS} values") from defect
                continue
            # A number that ends where the buffer ends may go on in the next piece.
            if end < len(self._buffer) or not self._grow():
                self._at = end
                return value

    def _grow(self) -> bool:
        """Add at least as much text as waits, so that a long value is read over at most twice."""
        waiting = len(self._buffer) - self._at
        if waiting > self._longest_item:
            raise Stopped(f"line {self.line}: an item is longer than {self._longest_item} characters")
        pieces: list[str] = []
        added = 0
        for text in self._texts:
            pieces.append(text)
            added += len(text)
            if added and added >= waiting:
                break
        if not added:
            return False
        self._lines_before = self.line
        self._counted = 0
        start = self._buffer.rfind("\n", 0, self._at) + 1
        self._column_before = self._at - start + (0 if start else self._column_before)
        self._buffer = self._buffer[self._at :] + "".join(pieces)
        self._at = 0
        return True
