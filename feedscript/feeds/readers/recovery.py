"""Goes on after what XML forbids: the item at fault is mended or lost, and told; the others are read."""

import re
from collections.abc import Callable, Iterator
from typing import Protocol
from xml.parsers import expat

from feedscript.feeds.readers.intake import Stopped
from feedscript.feeds.readers.item_paths import ItemPlace
from feedscript.feeds.readers.item_reader import ItemReader, Resumed
from feedscript.feeds.readers.raw_markup import (
    Closers,
    Position,
    bare_ampersands,
    column_at,
    escaped,
    name_of_reference,
    outside_opaque,
    pattern_outside,
)
from feedscript.feeds.readers.staged import Fault, FaultTally
from feedscript.feeds.readers.table import Item

#: A local name with any prefix.
_NAME = rb"(?:[^\s<>/:=]+:)?%b"
_SHOWN = 40
_UNCLOSED_CDATA = expat.errors.codes[expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION]
_UNCLOSED = frozenset({_UNCLOSED_CDATA, expat.errors.codes[expat.errors.XML_ERROR_UNCLOSED_TOKEN]})
#: Behind so many CDATA sections and instructions without end nothing more is read.
_MOST_UNCLOSED = 20


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
        self,
        new_reader: NewReader,
        place: ItemPlace,
        longest: int,
        faults: FaultTally,
        check: Callable[[], None] = lambda: None,
    ) -> None:
        item, parent = (_NAME % re.escape(name.encode()) for name in (place.path[-1], *place.path[-2:][:1]))
        self._boundary = pattern_outside(
            rb"(?P<end></%b\s*>)|(?P<start><%b(?=[\s/>]))|(?P<parent></%b\s*>)" % (item, item, parent)
        )
        self._nests = place.nests
        self._new_reader = new_reader
        self._longest = longest
        self._faults = faults
        self._check = check
        self._reader = new_reader()
        self._closers = Closers()
        self._ready: list[Item] = []
        self._given = 0
        # What is held, and where in it begins what is still needed: offset, physical line and column. To cut off what
        # is not, behind each of many faults, would take the time of the whole rest.
        self._held = b""
        self._start = 0
        self._line = 1
        self._column = 0
        #: What the reader was fed before the first of the bytes held; less than none where these came first.
        self._origin = 0
        self._unclosed = 0
        # How much is to be held before a way on is looked for again.
        self._enough = 0
        self._error: expat.ExpatError | None = None
        self._is_behind = False

    @property
    def is_between_items(self) -> bool:
        """Whether the next item may follow right here: nothing is open but what the items lie in, nothing held."""
        return self._error is None and (self._is_behind or self._reader.is_between_items)

    @property
    def line(self) -> int:
        """The physical line reached, where `is_between_items`."""
        return self._line

    def pass_over(self, text: str, lines: int, items: int) -> None:
        """Note that others have read so many items of the document, in a text of so many line ends.

        Where `is_between_items`; and they are again behind the text.
        """
        self._line += lines
        self._column = (
            len(text) - 1 - max(text.rfind("\n"), text.rfind("\r")) + (0 if lines else self._column)
        )
        self._given += items
        self._is_behind = True

    def _catch_up(self) -> None:
        self._reader = self._new_reader(Resumed(tuple(self._reader.ancestors), self._line))
        self._held = b""
        self._start = 0
        self._origin = self._reader.primed
        self._is_behind = False

    def feed(self, data: bytes) -> None:
        """Read the next piece; raises `Stopped` past a limit."""
        if self._is_behind:
            self._catch_up()
        self._held = self._held[self._start :] + data
        self._origin += self._start
        self._start = 0
        if self._error is None:
            self._parse(data)
        if self._error is not None and len(self._held) - self._start < min(self._enough, self._longest):
            return
        while self._error is not None and self._go_on(final=False):
            pass
        held = len(self._held) - self._start
        # What has been looked through in vain is looked through again: to do so at every piece is quadratic.
        self._enough = 2 * held if self._error is not None else 0
        if self._error is not None and held > self._longest:
            raise Stopped(f"line {self._line}: an item is longer than {self._longest} bytes")

    def close(self) -> None:
        """Read to the document's end; raises `Stopped` with the fault from which there was no way on."""
        if self._is_behind:
            self._catch_up()
        while True:
            try:
                if self._error is None:
                    self._reader.close()
                    return
            except expat.ExpatError as error:
                self._error = error
                self._unclosed += error.code in _UNCLOSED
            # To see that a CDATA section does not end the parser reads the whole rest.
            if self._unclosed > _MOST_UNCLOSED or not self._go_on(final=True):
                raise self._broken_off()

    def take(self) -> list[Item]:
        """The items finished since the last call."""
        taken, self._ready = [*self._ready, *self._reader.take()], []
        self._given += len(taken)
        return taken

    def _parse(self, data: bytes | memoryview) -> None:
        try:
            self._reader.feed(data)
        except expat.ExpatError as error:
            self._error = error
            if not self._reader.within_item:
                # What the parser gave up at may be the start tag of an item.
                return
        offset, self._line = self._reader.needed_from
        at = offset - self._origin
        self._column = column_at(self._held, self._start, at, self._column)
        self._start = at

    def _go_on(self, *, final: bool) -> bool:
        """Get past the error; False where the bytes held do not show how."""
        begin = self._start if self._reader.within_item else self._start_of_item()
        end = self._next_item(final=final) if begin is None else self._end_of_item(begin, final=final)
        if end is None:
            return False
        self._ready += self._reader.take()
        if begin is None:
            self._tell_cause(self._at_fault, end, "the text before the next item was passed over", lost=0)
        elif not self._mended(begin, end):
            self._tell_cause(begin, end, "the item is lost", lost=1)
        self._reader = self._new_reader(self._resumed(end))
        place = self._place(end)
        self._line, self._column = place.line, place.column
        self._start = end
        self._origin = self._reader.primed - end
        self._error = None
        self._parse(memoryview(self._held)[end:])
        return True

    @property
    def _failed(self) -> int:
        """Where the parser gave up, as an offset into what is held."""
        return self._reader.failed_at - self._origin

    def _start_of_item(self) -> int | None:
        """Where the start tag of an item begins that the parser gave up at; None if it was something else."""
        settled = max(self._reader.settled_at - self._origin, self._start)
        tags = outside_opaque(self._boundary, self._held, settled, max(self._failed + 1, settled))
        return max((found.start() for found in tags if found["start"]), default=None)

    def _end_of_item(self, begin: int, *, final: bool) -> int | None:
        """Where an item ends: behind its end tag, else before the next item."""
        inner = 0
        for found in self._boundaries(begin + 1, final=final):
            if found["parent"]:
                return found.start()
            if found["end"]:
                if not inner:
                    return found.end()
                inner -= 1
            elif not self._nests:
                return found.start()
            elif not self._is_empty_element(found.end()):
                inner += 1
        return None

    def _is_empty_element(self, at: int) -> bool:
        return self._held[self._held.find(b">", at) - 1 :][:1] == b"/"

    def _next_item(self, *, final: bool) -> int | None:
        found = self._boundaries(max(self._failed, self._start), final=final)
        return next((each.start() for each in found if not each["end"]), None)

    def _boundaries(self, start: int, *, final: bool) -> Iterator[re.Match[bytes]]:
        return outside_opaque(self._boundary, self._held, start, final=final, closers=self._closers)

    def _mended(self, begin: int, end: int) -> bool:
        """Tell of bare ampersands, and read the item with them as text; False if that was not what is wrong."""
        passed = self._held[begin:end]
        bare = bare_ampersands(passed)
        if not bare:
            return False
        reader = self._new_reader(self._resumed(begin))
        try:
            reader.feed(escaped(passed, bare))
        except expat.ExpatError:
            return False
        items = reader.take()
        self._ready += items
        position = self._place(self._start)
        for at in bare if items else ():
            name = name_of_reference(passed, at)
            what = f"{name}, which XML does not know," if name else "an & that begins no reference"
            position.move(begin + at)
            self._tell(position, _around(passed, at), f"{what} was read as text; write it as &amp;")
        return bool(items)

    def _tell_cause(self, begin: int, end: int, outcome: str, *, lost: int) -> None:
        """Tell what the parser gave up at, and what became of the bytes from `begin` to `end`."""
        assert self._error is not None
        cause = expat.errors.messages[self._error.code]
        at = self._at_fault
        value = _around(self._held[begin:end], at - begin)
        self._tell(self._place(at), value, f"{cause}; {outcome}", lost=lost)

    def _tell(self, position: Position, value: str, message: str, *, lost: int = 0) -> None:
        where = f"line {position.line}, column {position.column + 1}"
        fault = Fault("malformed_xml", f"{where}: {message}", line=position.line, value=value)
        self._faults.add(fault, lost=lost, after=self._given + len(self._ready))
        self._check()

    def _broken_off(self) -> Stopped:
        assert self._error is not None
        cause = expat.errors.messages[self._error.code]
        position = self._place(self._at_fault)
        where = f"line {position.line}, column {position.column + 1}"
        message = f"malformed XML: {cause} ({where}); nothing after it could be read"
        return Stopped(message, Fault("malformed_xml", message, line=position.line, value=cause))

    @property
    def _at_fault(self) -> int:
        """The place itself: expat points behind the sign that it did not expect anything after."""
        at = min(max(self._failed, self._start), len(self._held))
        if self._error is not None and self._error.code == _UNCLOSED_CDATA:
            return max(self._held.find(b"<![CDATA[", self._start), self._start)
        if self._held[max(at - 2, 0) : at] == b"</":
            return at - 2
        return at - 1 if self._held[max(at - 1, 0) : at] in {b"<", b"&"} else at

    def _resumed(self, at: int) -> Resumed:
        return Resumed(tuple(self._reader.ancestors), self._place(at).line)

    def _place(self, at: int) -> Position:
        return Position(self._held, self._start, self._line, self._column).move(at)


def _around(data: bytes, at: int) -> str:
    """The text around a place, to be shown with a fault."""
    return " ".join(data[max(at - _SHOWN // 2, 0) : at + _SHOWN // 2].decode(errors="ignore").split())
