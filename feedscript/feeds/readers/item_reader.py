"""One item of XML after the other: expat's events become cells."""

from collections.abc import Callable
from dataclasses import dataclass

from feedscript.feeds.engine.limits import Limits
from feedscript.feeds.readers.cells import OWN_TEXT, Value, cells_of
from feedscript.feeds.readers.elements import (
    ATTRIBUTE_MARK,
    Columns,
    ElementPath,
    Part,
    attribute_parts,
    bound_prefixes,
    local_name,
)
from feedscript.feeds.readers.expat_parser import new_parser
from feedscript.feeds.readers.intake import FIELDS_PER_ITEM, MOST_NAMES, MOST_PARTS, Stopped
from feedscript.feeds.readers.shapes import Shapes
from feedscript.feeds.readers.table import Item

ITEM_TEXT = "text"
"""The column of what stands in an item that has no elements."""


@dataclass(frozen=True)
class Resumed:
    """Where a new reader goes on in a document: the elements that are open there, and its line (from 1)."""

    open: tuple[str, ...]
    line: int


class ItemReader:
    """Turns the events between an item's start and end into the item's cells.

    Outside the items the path of open elements is followed, to find where one begins; within one their parts are
    gathered. Two pairs of handlers, exchanged at an item's ends, keep what runs for each element short. With `verbatim`
    the white space around a text belongs to its value.
    """

    def __init__(
        self,
        item_path: ElementPath,
        shapes: Shapes,
        limits: Limits,
        columns: Columns,
        resumed: "Resumed | None" = None,
        *,
        verbatim: bool = False,
    ) -> None:
        # What is kept of an element's text.
        self._kept: Callable[[str], str] = str if verbatim else str.strip
        self._item_path = list(item_path)
        self._shapes = shapes
        self._limits = limits
        self._path: list[str] = []
        self._names: list[str] = []
        self._marks = 0
        # Prefixes bound within the item: how deep the element lies that binds them, and those that are Google's there.
        self._scopes: list[tuple[int, frozenset[str]]] = []
        self._settled = 0
        self._line = 0
        self._first_byte = 0
        self._fed = 0
        self._columns = columns
        self._ready: list[Item] = []
        # The parts of the item and of each open element within it; None while an element has none.
        self._open: list[list[Part] | None] = []
        self._pieces: list[str] = []
        self._parser = new_parser()
        self._parser.CharacterDataHandler = self._pieces.append
        self._parser.StartCdataSectionHandler = self._start_section
        self._parser.EndCdataSectionHandler = self._end_section
        #: Where the CDATA section that is open begins, and its line.
        self._section: tuple[int, int] | None = None
        self._follow_path()
        self._lines_before = resumed.line - 1 if resumed else 0
        if resumed:
            self.feed("".join(f"<{name}>" for name in resumed.open).encode())
        #: Bytes fed before the document's own: the ancestors' start tags.
        self.primed = self._fed
        self._settled = self.primed

    def feed(self, data: bytes | memoryview) -> None:
        """Parse the next piece; raises `Stopped` past a limit, and expat's ExpatError."""
        before = self._fed
        self._fed += len(data)
        self._parser.Parse(data)
        limit = self._limits.max_field_bytes
        parsed = self._parser.CurrentByteIndex
        # What the parser holds back, or what is not yet an element's whole text, lies in memory.
        waiting = self._fed - parsed + sum(map(len, self._pieces))
        if waiting > limit + len(data) or (
            self._open and parsed - self._first_byte > limit * FIELDS_PER_ITEM
        ):
            raise Stopped(
                f"line {self.line}: an element is longer than {limit} bytes (max_field_bytes) allow"
            )
        # As many elements as there are marks may lie in memory, each many times as large there as in the file.
        goes_on = self._open and self._first_byte < before
        self._marks = bytes(data).count(b"<") + (self._marks if goes_on else 0)
        if self._marks > MOST_PARTS:
            raise Stopped(f"line {self.line}: an item has more than {MOST_PARTS} elements")
        # The parser keeps each for as long as it lives.
        if len(self._parser.intern) > MOST_NAMES:
            raise Stopped(f"line {self.line}: elements and attributes have more than {MOST_NAMES} names")

    def close(self) -> None:
        """Tell the parser that the document ends here."""
        self._parser.Parse(b"", True)  # noqa: FBT003 (expat takes no keywords)

    @property
    def line(self) -> int:
        """The physical line reached."""
        return self._lines_before + self._parser.CurrentLineNumber

    @property
    def failed_at(self) -> int:
        """Where the parser gave up, as an offset into the bytes that it was fed."""
        return self._parser.ErrorByteIndex

    @property
    def settled_at(self) -> int:
        """From where on no start tag has been read outside of items: an offset into the bytes."""
        return self._settled

    @property
    def within_item(self) -> bool:
        """Whether an item is open."""
        return bool(self._open)

    @property
    def is_between_items(self) -> bool:
        """Whether all that was fed is read, and of elements none is open but those that items lie in.

        Where the root is the item, no other may follow it.
        """
        is_above = not (self._open or self._section) and self._path == self._item_path[:-1]
        return is_above and bool(self._path) and self._parser.CurrentByteIndex == self._fed

    @property
    def needed_from(self) -> tuple[int, int]:
        """Where the item that is open begins, else what was read last: an offset into the bytes, and its line."""
        if self._open:
            return self._first_byte, self._line
        if self._section:
            # What looks like tags in it is text, which only its beginning tells.
            return self._section
        return max(self._parser.CurrentByteIndex, self.primed), self.line

    @property
    def ancestors(self) -> list[str]:
        """The elements that the items lie in, as their tags write them."""
        above = self._item_path[:-1]
        alike = 0
        for open_here, expected in zip(self._path, above, strict=False):
            if open_here != expected:
                break
            alike += 1
        return self._names[:alike] + above[alike:]

    def take(self) -> list[Item]:
        """The items finished since the last call."""
        ready, self._ready = self._ready, []
        return ready

    def _start_section(self) -> None:
        self._section = self._parser.CurrentByteIndex, self.line

    def _end_section(self) -> None:
        self._section = None

    def _follow_path(self) -> None:
        self._parser.StartElementHandler = self._start_outside
        self._parser.EndElementHandler = self._end_outside

    def _start_outside(self, name: str, attributes: dict[str, str]) -> None:
        self._path.append(local_name(name))
        self._names.append(name)
        self._pieces.clear()
        begin = self._parser.CurrentByteIndex
        self._settled = begin + 1
        if self._path == self._item_path:
            self._line = self._lines_before + self._parser.CurrentLineNumber
            self._first_byte = begin
            if attributes:
                self._enter_scope(attributes)
            self._open.append(attribute_parts(attributes) or [])
            self._parser.StartElementHandler = self._start_within
            self._parser.EndElementHandler = self._end_within
        elif attributes:
            self._columns.learn_prefixes(attributes)
        self._check_depth()

    def _end_outside(self, _: str) -> None:
        # Of an element that is one empty tag, the tag's end.
        self._settled = self._parser.CurrentByteIndex
        self._path.pop()
        self._names.pop()
        self._pieces.clear()

    def _start_within(self, _: str, attributes: dict[str, str]) -> None:
        if len(self._open) > 1:
            self._keep_text_before_child()
            self._check_depth()
        self._pieces.clear()
        if attributes:
            self._enter_scope(attributes)
        self._open.append(attribute_parts(attributes) if attributes else None)

    def _end_within(self, name: str) -> None:
        parts = self._open.pop()
        if not self._open:
            self._end_item(self._with_own_text(parts or []))
            return
        if self._scopes:
            depth, google_prefixes = self._scopes[-1]
            name = self._columns.scoped(name, google_prefixes)
            if len(self._open) == depth:
                self._scopes.pop()
        text = self._kept("".join(self._pieces))
        value: Value = text
        self._pieces.clear()
        if parts is not None:
            # Beside attributes and children a text of white space alone is the document's layout.
            if text and not text.isspace():
                parts.append((OWN_TEXT, text))
            value = self._columns.value_of(name, parts)
        parent = self._open[-1]
        if parent is None:
            self._open[-1] = [(name, value)]
        else:
            parent.append((name, value))

    def _enter_scope(self, attributes: dict[str, str]) -> None:
        """Note the namespaces that an element of an item binds, for itself and what lies in it."""
        if "xmlns" in "".join(attributes):
            within = self._scopes[-1][1] if self._scopes else self._columns.google_prefixes
            self._scopes.append((len(self._open), bound_prefixes(attributes, within)))

    def _with_own_text(self, parts: list[Part]) -> list[Part]:
        """The parts of an item, with its text where it has no elements: `<category id="1">Home</category>`."""
        if any(not name.startswith(ATTRIBUTE_MARK) for name, _ in parts):
            return parts
        text = self._kept("".join(self._pieces))
        return [*parts, (ITEM_TEXT, text)] if text and not text.isspace() else parts

    def _end_item(self, parts: list[Part]) -> None:
        self._scopes.clear()
        self._ready.append((self._line, cells_of(self._columns.by_column(parts), self._shapes)))
        self._end_outside("")
        self._follow_path()

    def _keep_text_before_child(self) -> None:
        text = "".join(self._pieces).strip()
        if text:
            parts = self._open[-1]
            if parts is None:
                self._open[-1] = parts = []
            parts.append((OWN_TEXT, text))

    def _check_depth(self) -> None:
        limit = self._limits.max_xml_depth
        if len(self._path) + len(self._open) > limit:
            raise Stopped(f"line {self.line}: elements are nested deeper than {limit} (max_xml_depth)")
