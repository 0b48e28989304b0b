"""Goes on after what XML forbids: the item at fault is mended or lost, and told; the others are read."""

import re
from typing import Protocol
from xml.parsers import expat

from feedscript.feeds.readers.intake import Stopped
from feedscript.feeds.readers.item_paths import ElementPath
from feedscript.feeds.readers.item_reader import ItemReader, Resumed
from feedscript.feeds.readers.staged import Fault, FaultTally
from feedscript.feeds.readers.table import Item

_LINE_END = re.compile(rb"\r\n|\r|\n")
_OPAQUE = rb"<!\[CDATA\[.*?\]\]>|<!--.*?-->"
#: An ampersand that begins no reference of XML's own; what hides ampersands comes first.
_BARE_AMPERSAND = re.compile(
    rb"(?s)" + _OPAQUE + rb"|(&)(?!(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#x[0-9a-fA-F]{1,6});)"
)
_REFERENCE = re.compile(rb"&#?[A-Za-z0-9]{1,31};")
#: A local name with any prefix.
_NAME = rb"(?:[^\s<>/:=]+:)?%b"
_SHOWN = 40


class NewReader(Protocol):
    """Makes a reader that begins a document, or goes on in one."""

    def __call__(self, resumed: Resumed | None = None) -> ItemReader:
        """A reader that has read nothing yet."""


class RecoveringReader:
    """Reads items from pieces of a document, going on behind an item that is not well-formed.

    Bytes are held from the beginning of the item that is open. Where the parser gives up, the item's end is looked for
    in the bytes themselves: its end tag, the beginning of the next, or the end of what they lie in. If ampersands that
    should have been written as `&amp;` were all that was wrong with it, it is read with them as text, and each is a
    fault. Else it is lost. A new parser goes on behind it, as deep in the document as the one before.
    """

    def __init__(
        self, new_reader: NewReader, item_path: ElementPath, longest: int, faults: FaultTally
    ) -> None:
        item, parent = (_NAME % re.escape(name.encode()) for name in (item_path[-1], *item_path[-2:][:1]))
        # An item's end; or where the next begins, or what they lie in ends.
        self._boundary = re.compile(
            rb"(?s)%b|(</%b\s*>)|(<%b(?=[\s/>])|</%b\s*>)" % (_OPAQUE, item, item, parent)
        )
        self._new_reader = new_reader
        self._longest = longest
        self._faults = faults
        self._reader = new_reader()
        self._ready: list[Item] = []
        self._given = 0
        #: What is held, the offset of its beginning in what the reader was fed, its physical line, and its column.
        self._held = b""
        self._origin = 0
        self._line = 1
        self._column = 0
        self._error: expat.ExpatError | None = None

    def feed(self, data: bytes) -> None:
        """Read the next piece; raises `Stopped` past a limit."""
        self._held += data
        if self._error is None:
            self._parse(data)
        while self._error is not None and self._go_on():
            pass
        if self._error is not None and len(self._held) > self._longest:
            raise Stopped(f"line {self._line}: an item is longer than {self._longest} bytes")

    def close(self) -> None:
        """Read to the document's end; raises the ExpatError from which there was no way on."""
        if self._error is not None:
            raise self._error
        self._reader.close()

    def take(self) -> list[Item]:
        """The items finished since the last call."""
        taken, self._ready = [*self._ready, *self._reader.take()], []
        self._given += len(taken)
        return taken

    def line_of(self, error: expat.ExpatError) -> int:
        """The physical line of an error of the current parser."""
        return self._reader.line_at(error.lineno)

    def _parse(self, data: bytes) -> None:
        try:
            self._reader.feed(data)
        except expat.ExpatError as error:
            self._error = error
        offset, self._line, self._column = self._reader.needed_from
        self._held = self._held[offset - self._origin :]
        self._origin = offset

    def _go_on(self) -> bool:
        """Get past the error; False where the bytes held do not show how."""
        assert self._error is not None
        within = self._reader.within_item
        failed = self._reader.failed_at - self._origin
        end = self._end_of_item() if within else self._next_item(failed)
        if end is None:
            return False
        self._ready += self._reader.take()
        passed = self._held[:end]
        if not within or not self._mended(passed):
            self._lose(passed, self._error, lost=int(within))
        self._reader = self._new_reader(self._resumed(end))
        self._line, self._column = self._place(end)
        self._held = self._held[end:]
        self._origin = self._reader.primed
        self._error = None
        self._parse(self._held)
        return True

    def _end_of_item(self) -> int | None:
        """Where the item that begins what is held ends: behind its end tag, or before the next item."""
        for found in self._boundary.finditer(self._held, 1):
            if found[1] or found[2]:
                return found.end() if found[1] else found.start()
        return None

    def _next_item(self, failed: int) -> int | None:
        return next(
            (found.start() for found in self._boundary.finditer(self._held, failed) if found[2]), None
        )

    def _resumed(self, at: int) -> Resumed:
        return Resumed(tuple(self._reader.ancestors), *self._place(at))

    def _mended(self, passed: bytes) -> bool:
        """Tell of bare ampersands, and read the item with them as text; False if that was not what is wrong."""
        bare = [found.start() for found in _BARE_AMPERSAND.finditer(passed) if found[1]]
        if not bare:
            return False
        reader = self._new_reader(self._resumed(0))
        try:
            reader.feed(_BARE_AMPERSAND.sub(lambda found: b"&amp;" if found[1] else found[0], passed))
        except expat.ExpatError:
            return False
        items = reader.take()
        self._ready += items
        for at in bare if items else ():
            self._tell(passed, at, f"{_named(passed, at)} was read as text; write it as &amp;")
        return bool(items)

    def _lose(self, passed: bytes, error: expat.ExpatError, *, lost: int) -> None:
        at = self._reader.failed_at - self._origin
        # expat points behind the sign that it did not expect anything after.
        at -= 2 if self._held[at - 2 : at] == b"</" else 1 if self._held[at - 1 : at] in {b"<", b"&"} else 0
        cause = expat.errors.messages[error.code]
        what = "the item is lost" if lost else "the text before the next item was passed over"
        self._tell(passed, at, f"{cause}; {what}", lost=lost)

    def _tell(self, passed: bytes, at: int, message: str, *, lost: int = 0) -> None:
        line, column = self._place(at)
        shown = passed[max(at - _SHOWN // 2, 0) : at + _SHOWN // 2].decode(errors="ignore")
        value = " ".join(shown.split())
        fault = Fault("malformed_xml", f"line {line}, column {column + 1}: {message}", line=line, value=value)
        self._faults.add(fault, lost=lost, after=self._given + len(self._ready))

    def _place(self, at: int) -> tuple[int, int]:
        """The physical line, from 1, and the column, from 0, of a place in what is held."""
        ends = [found.end() for found in _LINE_END.finditer(self._held, 0, at)]
        text = self._held[ends[-1] if ends else 0 : at].decode(errors="replace")
        return self._line + len(ends), len(text) + (0 if ends else self._column)


def _named(passed: bytes, at: int) -> str:
    """What a bare ampersand was probably meant to be."""
    reference = _REFERENCE.match(passed, at)
    return (
        f"{reference[0].decode()}, which XML does not know," if reference else "an & that begins no reference"
    )
