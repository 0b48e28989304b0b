"""Reads JSON by patterns where its objects are plain, and by the decoder everywhere else."""

from collections.abc import Callable, Iterable, Iterator
from itertools import accumulate, pairwise, repeat

from feedscript.feeds.engine.limits import Limits
from feedscript.feeds.readers.intake import FIELDS_PER_ITEM, Stopped
from feedscript.feeds.readers.pace import MOST_LAYOUTS, MOST_LESSONS, MOST_NAMES, Pace
from feedscript.feeds.readers.plain_objects import (
    ObjectLayout,
    gaps_of,
    objects_in_array,
    objects_in_lines,
    plain_members,
    rows_of_objects,
)
from feedscript.feeds.readers.plain_rows import Texts
from feedscript.feeds.readers.table import Item, Rows
from feedscript.feeds.readers.table_columns import TableColumns

_LONGEST_CHARACTER = 4


class PlainObjects:
    """The rows of a document's plain objects, by the layouts that are known; the last that fitted is tried first."""

    def __init__(self, table: TableColumns, limits: Limits, *, learned_from: int) -> None:
        self._table = table
        self._limits = limits
        self._learned_from = learned_from
        self._known: list[ObjectLayout] = []
        self._lessons = MOST_LESSONS
        self.pace = Pace()
        #: Items that were read before, in whatever way.
        self.read = 0

    @property
    def may_begin(self) -> bool:
        """Whether enough items have been read in the other way."""
        return self.read >= self._learned_from

    @property
    def reach(self) -> int:
        """Characters to look at, none of whose objects is too long."""
        return min(self.pace.reach, self._limits.max_field_bytes // _LONGEST_CHARACTER)

    def learn(self, text: str, behind: str = "") -> None:
        """Make a layout of an object, or widen one; of one that is not plain there is none.

        `behind` is what comes after the object in an array.
        """
        members = plain_members(text) if self.may_begin and self._lessons else None
        if members is None:
            return
        for place, layout in enumerate([*self._known, ObjectLayout(gaps_of(text, behind))]):
            widened = layout.with_item(members)
            if widened is not None and len(widened.keys) <= MOST_NAMES:
                others = [*self._known[:place], *self._known[place + 1 :]]
                self._known = [widened, *others][:MOST_LAYOUTS]
                self._lessons -= 1
                return

    def in_lines(self, text: str, line: int) -> tuple[Rows, int] | None:
        """The objects of whole lines, the first of which is `line`, and where those end."""
        escapes = "\\" in text
        for layout in self._usable():
            found, end = objects_in_lines(layout, text, escapes=escapes)
            if found:
                lines = range(line, line + len(found))
                rows = self._rows(layout, found, lines, escapes=escapes, whole=end == len(text))
                return (rows, end) if rows else None
        return None

    def in_array(self, text: str, at: int, line: int) -> tuple[Rows, list[int]] | None:
        """The objects from an offset and a line on, each with a comma behind it, and where each begins.

        Where each begins is followed by where the next does.
        """
        stop = at + self.reach
        escapes = text.find("\\", at, stop) >= 0
        for layout in self._usable():
            found, starts, each = objects_in_array(layout, text, at, stop, escapes=escapes)
            if found:
                lines: Iterable[int] = accumulate(
                    (text.count("\n", begin, end) for begin, end in pairwise(starts[:-1])), initial=line
                )
                if each is not None:
                    lines = range(line, line + len(found) * each, each) if each else repeat(line, len(found))
                rows = self._rows(layout, found, lines, escapes=escapes, whole=True)
                return (rows, starts) if rows else None
        return None

    def _usable(self) -> list[ObjectLayout]:
        return [layout for layout in self._known if {*layout.keys} <= {*self._table.names}]

    def _rows(
        self, layout: ObjectLayout, found: list[Texts], lines: Iterable[int], *, escapes: bool, whole: bool
    ) -> Rows | None:
        content = rows_of_objects(found, layout, self._table.names, lines, escapes=escapes)
        if content is None or self.read + len(found) > self._limits.max_items:
            return None
        self._known.remove(layout)
        self._known.insert(0, layout)
        self.read += len(found)
        self.pace.ran(len(found), whole=whole)
        # Only an escape can bring a line feed into a string.
        return Rows(content, len(found), content.count(b"\n") if escapes else len(found))


#: Reads one line, from 1, that is not blank, with the number of items before it: its items, none where it is at fault.
ReadLine = Callable[[int, str, int], Iterator[dict[str, str]]]


class SwiftLines:
    """Gives the items of JSON Lines, most of them as rows that a pattern has read; the others `careful` reads."""

    def __init__(self, careful: ReadLine, plain: PlainObjects, limits: Limits) -> None:
        self._careful = careful
        self._plain = plain
        self._longest = limits.max_field_bytes * FIELDS_PER_ITEM
        self._lines_read = 0

    def items(self, texts: Iterable[str]) -> Iterator[Item | Rows]:
        """The items of all the text; raises `Stopped` where a line has no end in sight."""
        held = ""
        for piece in texts:
            text = held + piece
            stop = text.rfind("\n") + 1
            text, held = text[:stop], text[stop:]
            yield from self._items_of(text)
            if len(held) > self._longest:
                raise Stopped(f"line {self._lines_read + 1} is longer than {self._longest} characters")
        yield from self._items_of(held)

    def _items_of(self, text: str) -> Iterator[Item | Rows]:
        """The items of whole lines."""
        at = 0
        while at < len(text):
            stop = text.rfind("\n", at, at + self._plain.reach) + 1
            run = self._plain.in_lines(text[at:stop], self._lines_read + 1) if self._plain.may_begin else None
            if run is not None:
                rows, length = run
                self._lines_read += rows.items
                at += length
                yield rows
                continue
            lines = self._plain.pace.careful_items() if self._plain.may_begin else text.count("\n", at) + 1
            for _ in range(lines):
                end = text.find("\n", at) + 1 or len(text)
                yield from self._item_of(text[at:end].strip())
                at = end
                if at == len(text):
                    break

    def _item_of(self, line: str) -> Iterator[Item]:
        self._lines_read += 1
        if not line:
            return
        read = self._plain.read
        for cells in self._careful(self._lines_read, line, read):
            self._plain.read += 1
            yield self._lines_read, cells
        # The columns of an item are known only once it has been taken; of a line at fault nothing is learned.
        if self._plain.read > read:
            self._plain.learn(line)
