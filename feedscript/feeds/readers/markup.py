"""XML feeds: RSS 2.0, Atom and plain items, streamed through expat with DTDs refused."""

from collections.abc import Iterator
from xml.parsers import expat

from feedscript.feeds.limits import Limits
from feedscript.feeds.readers.cells import OWN_TEXT, Value, cells_of
from feedscript.feeds.readers.compression import contents
from feedscript.feeds.readers.elements import Columns, Part, attribute_parts, local_name
from feedscript.feeds.readers.encoding import Encoding, as_text
from feedscript.feeds.readers.expat_parser import new_parser
from feedscript.feeds.readers.intake import FIELDS_PER_ITEM, Intake, Shapes, Stopped
from feedscript.feeds.readers.item_paths import ElementPath, find_items
from feedscript.feeds.readers.staged import Fault, Staged
from feedscript.feeds.readers.table import Item, stage_items


def stage_markup(intake: Intake, head: str, encoding: Encoding) -> Staged:
    """Stage an XML feed; its beginning, `head`, shows the kind of feed and the path to its items."""
    feed_format, item_path = find_items(head)
    source = intake.source(feed_format, encoding=encoding)
    return stage_items(intake, _items(intake, item_path, encoding), source)


def _items(intake: Intake, item_path: ElementPath, encoding: Encoding) -> Iterator[Item]:
    """The items one by one; raises `Stopped` at the first thing that XML forbids."""
    reader = _ItemReader(item_path, intake.shapes, intake.limits)
    try:
        for text in as_text(contents(intake), encoding, intake.faults):
            reader.feed(text)
            yield from reader.take()
        reader.close()
    except expat.ExpatError as error:
        yield from reader.take()
        cause = expat.errors.messages[error.code]
        message = f"malformed XML: {cause} (line {error.lineno}, column {error.offset})"
        raise Stopped(message, Fault("malformed_xml", message, line=error.lineno, value=cause)) from error
    except Stopped:
        yield from reader.take()
        raise


class _ItemReader:
    """Turns the events between an item's start and end into the item's cells.

    Outside the items the path of open elements is followed, to find where one begins; within one their parts are
    gathered. Two pairs of handlers, exchanged at an item's ends, keep what runs for each element short.
    """

    def __init__(self, item_path: ElementPath, shapes: Shapes, limits: Limits) -> None:
        self._item_path = list(item_path)
        self._shapes = shapes
        self._limits = limits
        self._path: list[str] = []
        self._line = 0
        self._first_byte = 0
        self._fed = 0
        self._columns = Columns()
        self._ready: list[Item] = []
        # The parts of the item and of each open element within it; None while an element has none.
        self._open: list[list[Part] | None] = []
        self._pieces: list[str] = []
        self._parser = new_parser()
        self._parser.CharacterDataHandler = self._pieces.append
        self._follow_path()

    def feed(self, text: str) -> None:
        """Parse the next piece; raises `Stopped` past `max_xml_depth` and `max_field_bytes`."""
        data = text.encode("utf-8", "replace")
        self._fed += len(data)
        self._parser.Parse(data)
        limit = self._limits.max_field_bytes
        parsed = self._parser.CurrentByteIndex
        # What the parser holds back, or what is not yet an element's whole text, lies in memory.
        waiting = self._fed - parsed + sum(map(len, self._pieces))
        if waiting > limit + len(data) or (
            self._open and parsed - self._first_byte > limit * FIELDS_PER_ITEM
        ):
            line = self._parser.CurrentLineNumber
            raise Stopped(f"line {line}: an element is longer than {limit} bytes (max_field_bytes) allow")

    def close(self) -> None:
        """Tell the parser that the document ends here."""
        self._parser.Parse(b"", True)  # noqa: FBT003 (expat takes no keywords)

    def take(self) -> list[Item]:
        """The items finished since the last call."""
        ready, self._ready = self._ready, []
        return ready

    def _follow_path(self) -> None:
        self._parser.StartElementHandler = self._start_outside
        self._parser.EndElementHandler = self._end_outside

    def _start_outside(self, name: str, attributes: dict[str, str]) -> None:
        self._path.append(local_name(name))
        self._pieces.clear()
        if attributes:
            self._columns.learn_prefixes(attributes)
        if self._path == self._item_path:
            self._line = self._parser.CurrentLineNumber
            self._first_byte = self._parser.CurrentByteIndex
            self._open.append(attribute_parts(attributes) or [])
            self._parser.StartElementHandler = self._start_within
            self._parser.EndElementHandler = self._end_within
        self._check_depth()

    def _end_outside(self, _: str) -> None:
        self._path.pop()
        self._pieces.clear()

    def _start_within(self, _: str, attributes: dict[str, str]) -> None:
        if len(self._open) > 1:
            self._keep_text_before_child()
            self._check_depth()
        self._pieces.clear()
        self._open.append(attribute_parts(attributes) if attributes else None)

    def _end_within(self, name: str) -> None:
        parts = self._open.pop()
        if not self._open:
            self._end_item(parts or [])
            return
        value: Value = "".join(self._pieces).strip()
        self._pieces.clear()
        if parts is not None:
            if value:
                parts.append((OWN_TEXT, value))
            value = self._columns.value_of(name, parts)
        parent = self._open[-1]
        if parent is None:
            self._open[-1] = [(name, value)]
        else:
            parent.append((name, value))

    def _end_item(self, parts: list[Part]) -> None:
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
            line = self._parser.CurrentLineNumber
            raise Stopped(f"line {line}: elements are nested deeper than {limit} (max_xml_depth)")
