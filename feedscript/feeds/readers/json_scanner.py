"""The items of one large JSON document, one at a time, in the memory of one item."""

import re
from collections.abc import Iterator

from feedscript.feeds.readers.cells import Value
from feedscript.feeds.readers.intake import Stopped
from feedscript.feeds.readers.json_decoding import ItemDecoder, JSONDefect

_SPACE = re.compile(r"[ \t\r\n]*")
_DEEPEST_WRAPPER = 8


class JSONScanner:
    """Finds the array of items in a stream of text and gives its elements.

    Each value is decoded whole by the C scanner, over a buffer that grows until the value fits; so the
    speed is that of `json.loads`, and the memory that of the largest item. `passed_over` names the arrays
    of objects that are not the items.
    """

    def __init__(self, texts: Iterator[str], decoder: ItemDecoder, longest_item: int) -> None:
        self._texts = texts
        self._decoder = decoder
        self._longest_item = longest_item
        self._buffer = ""
        self._at = 0
        self._lines_before = 1
        self._counted = 0
        self._found = False
        self.passed_over: list[str] = []

    @property
    def line(self) -> int:
        """The physical line reached."""
        self._lines_before += self._buffer.count("\n", self._counted, self._at)
        self._counted = self._at
        return self._lines_before

    def items(self, *, one_object: bool) -> Iterator[tuple[int, Value]]:
        """Pairs of (line, element) of the top array, or of the first array of objects within the top object.

        With `one_object` the top object is itself the only item. Raises `JSONDefect` where the text is no
        JSON.
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

    def _members(self, *, depth: int) -> Iterator[tuple[int, Value]]:
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

    def _array_member(self, name: str) -> Iterator[tuple[int, Value]]:
        holds_objects = self._peek() == "{"
        if holds_objects and not self._found:
            self._found = True
            yield from self._elements()
            return
        if holds_objects:
            self.passed_over.append(name)
        for _ in self._elements():
            pass

    def _elements(self) -> Iterator[tuple[int, Value]]:
        if self._peek() == "]":
            self._at += 1
            return
        while True:
            self._peek()
            yield self.line, self._value()
            if self._separator("]"):
                return

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
            except JSONDefect:
                if not self._grow():
                    raise
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
