"""The items of one large JSON document, one at a time, in the memory of one item."""

import re
from collections.abc import Iterator, KeysView

from feedscript.feeds.readers.cells import Value
from feedscript.feeds.readers.intake import MOST_PARTS, Stopped
from feedscript.feeds.readers.json_decoding import ItemDecoder, JSONDefect, has_too_many_parts

_SPACE = re.compile(r"[ \t\r\n]*")
_DEEPEST_WRAPPER = 8
_FIRST_KEY = re.compile(r'\{[ \t\r\n]*"([^"\\]*)"')
#: Where one object of an array ends and the next begins, in the array of items or in one within an item.
_BOUNDARY = re.compile(r"\}[ \t\r\n]*,[ \t\r\n]*(?=\{)")


class JSONScanner:
    """Finds the array of items in a stream of text and gives its elements.

    Each value is decoded whole by the C scanner, over a buffer that grows until the value fits; so the
    speed is that of `json.loads`, and the memory that of the largest item. `wanted` is the key of the array of items,
    if somebody has said so; else the first array of objects has them. `passed_over` names the other arrays of objects.
    """

    def __init__(
        self, texts: Iterator[str], decoder: ItemDecoder, longest_item: int, wanted: str | None = None
    ) -> None:
        self._texts = texts
        self._decoder = decoder
        self._longest_item = longest_item
        self._buffer = ""
        self._at = 0
        self._lines_before = 1
        self._counted = 0
        self._found = False
        self._wanted = wanted
        self._usual: KeysView[str] = {}.keys()
        #: The key of the array that the items were found in; None for the top array.
        self.item: str | None = None
        self.passed_over: list[str] = []

    @property
    def line(self) -> int:
        """The physical line reached."""
        self._lines_before += self._buffer.count("\n", self._counted, self._at)
        self._counted = self._at
        return self._lines_before

    def items(self, *, one_object: bool) -> Iterator[tuple[int, Value | JSONDefect]]:
        """Pairs of (line, element) of the top array, or of the first array of objects within the top object.

        With `one_object` the top object is itself the only item. An element that is no JSON is the defect that it has,
        and the reading goes on at the next that is like those before. Raises `JSONDefect` where there is no way on.
        """
        first = self._peek()
        if first == "[":
            self._at += 1
            yield from self._elements()
        elif one_object:
            yield self.line, self._value()
        else:
            yield from self._members(depth=1)
        if self._peek():
            raise JSONDefect("something follows the end of the document", self._at)

    def _members(self, *, depth: int) -> Iterator[tuple[int, Value | JSONDefect]]:
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
                    yield from self._array_member(str(name))
                case "{" if depth < _DEEPEST_WRAPPER:
                    yield from self._members(depth=depth + 1)
                case _:
                    self._value()
            if self._separator("}"):
                return

    def _array_member(self, name: str) -> Iterator[tuple[int, Value | JSONDefect]]:
        holds_objects = self._peek() == "{"
        wanted = not self._found if self._wanted is None else name.lower() == self._wanted.lower()
        if holds_objects and wanted:
            self._found = True
            self.item = name
            yield from self._elements()
            return
        if holds_objects:
            self.passed_over.append(name)
        for _ in self._elements():
            pass

    def _elements(self) -> Iterator[tuple[int, Value | JSONDefect]]:
        if self._peek() == "]":
            self._at += 1
            return
        while True:
            self._peek()
            line = self.line
            try:
                value = self._value()
            except JSONDefect as defect:
                self._go_on(defect)
                yield line, defect
                continue
            if isinstance(value, dict):
                self._usual = value.keys()
            yield line, value
            try:
                if self._separator("]"):
                    return
            except JSONDefect as defect:
                line = self.line
                self._go_on(defect)
                yield line, defect

    def _go_on(self, defect: JSONDefect) -> None:
        """Step to the next element that has keys of the one before; raises the defect where there is none.

        One that is broken too is known by its first key, and no other: it is not passed over uncounted.
        """
        first = _FIRST_KEY.match(self._buffer, self._at)
        while True:
            for boundary in _BOUNDARY.finditer(self._buffer, self._at + 1):
                if self._begins_item(boundary.end(), first[1] if first else None):
                    self._at = boundary.end()
                    return
            if not self._grow():
                raise defect

    def _begins_item(self, at: int, first_key: str | None) -> bool:
        try:
            value, _ = self._decoder.value_at(self._buffer, at)
        except JSONDefect as defect:
            first = _FIRST_KEY.match(self._buffer, at)
            return defect.final and first is not None and first[1] == first_key
        self._decoder.take_repeated_keys()
        if not isinstance(value, dict):
            return False
        return not self._usual or 2 * len(self._usual & value.keys()) > len(self._usual)

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
        self._buffer = self._buffer[self._at :] + "".join(pieces)
        self._at = 0
        return True
