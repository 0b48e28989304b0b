"""Reads items by patterns where they are plain, and by the parser everywhere else."""

import re
from collections.abc import Generator, Iterator

from feedscript.feeds.engine.limits import Limits
from feedscript.feeds.readers.elements import Columns
from feedscript.feeds.readers.plain_elements import Layout, gaps_of, matches, plain_names, rows_of, simplified
from feedscript.feeds.readers.plain_rows import Run
from feedscript.feeds.readers.recovery import RecoveringReader
from feedscript.feeds.readers.table import LOOK_AHEAD, Item, Rows
from feedscript.feeds.readers.table_columns import TableColumns

#: Characters looked at in one go: at most what stays near the processor, and less where runs were short.
_LONGEST_REACH = 256 * 1024
_SHORTEST_REACH = 8 * 1024
#: A run of fewer items costs more than the parser takes for them.
_LEAST_ITEMS = 8
#: Items that the parser is given in one go, at most, where they are not plain.
_MOST_CAREFUL = 512
#: More layouts are not kept: one after the other is tried.
_MOST_LAYOUTS = 8


class SwiftReader:
    """Gives the items of a document, most of them as rows that a pattern has read.

    The parser (`careful`) reads the first items, and each that no layout fits, of which a new one is learned. Where
    that comes to little, it is given ever more of them before a layout is tried again.
    """

    def __init__(
        self,
        careful: RecoveringReader,
        item: str,
        names: Columns,
        table: TableColumns,
        limits: Limits,
        *,
        verbatim: bool,
    ) -> None:
        self._careful = careful
        self._end_tag = re.compile(rf"</((?:[^\s<>/:=]+:)?{re.escape(item)})>")
        self._names = names
        self._table = table
        self._limits = limits
        self._verbatim = verbatim
        #: The end tag of the items, and their name in it; empty until one has been seen.
        self._end = self._item = ""
        self._layouts: list[Layout] = []
        self._held = ""
        self._given = 0
        self._in_one_go = 1
        self._reach = _SHORTEST_REACH

    def feed(self, text: str) -> Iterator[Item | Rows]:
        """The items that the next piece of the document completes; raises `Stopped` past a limit."""
        self._held += text
        if not self._end and (found := self._end_tag.search(self._held)):
            self._end, self._item = found[0], found[1]
        # An item whose end is not in sight is the parser's to bound.
        stop = self._behind_last(0, len(self._held)) or len(self._held)
        at = 0
        while at < stop:
            run = self._run(at, stop) if self._may_be_plain() else None
            if run is None:
                at = yield from self._read_carefully(at, stop)
                continue
            self._careful.pass_over(self._held[at : at + run.end], run.lines, run.items)
            self._given += run.items
            at += run.end
            yield Rows(run.rows, run.items)
        self._held = self._held[stop:]

    def flush(self) -> Iterator[Item]:
        """The items that show themselves in what is held for lack of an end."""
        held, self._held = self._held, ""
        self._careful.feed(held.encode(errors="replace"))
        yield from self._careful.take()

    def _may_be_plain(self) -> bool:
        return bool(self._end) and self._given >= LOOK_AHEAD and self._careful.is_between_items

    def _run(self, at: int, stop: int) -> Run | None:
        """The plain items from here on, if there are any, as far as it is worth to look in one go."""
        layout = self._layout(self._first_item(at))
        if layout is None:
            return None
        end = self._behind_last(at, min(at + self._reach, stop)) or self._behind(1, at, stop)
        columns = self._names.of_names(layout.names)
        # Elsewhere in a document other prefixes may be bound.
        if len({*columns}) < len(columns) or not {*columns} <= {*self._table.names}:
            return None
        longest = self._limits.max_field_bytes
        run = rows_of(
            layout, columns, self._table.names, self._held[at:end], line=self._careful.line, longest=longest
        )
        if run is None or self._given + run.items > self._limits.max_items:
            return None
        if run.end == end - at:
            self._reach = min(self._reach * 4, _LONGEST_REACH)
        if run.items >= _LEAST_ITEMS:
            self._in_one_go = 1
        return run

    def _read_carefully(self, at: int, stop: int) -> Generator[Item, None, int]:
        """Items by the parser; where the text ends that it was given."""
        tried = self._may_be_plain()
        end = self._behind(self._in_one_go, at, stop) if self._given >= LOOK_AHEAD else stop
        self._careful.feed(self._held[at:end].encode(errors="replace"))
        items = self._careful.take()
        self._given += len(items)
        # The columns of an item are known only once it has been taken.
        yield from items
        if tried:
            self._learn(self._first_item(at), self._held[end:stop])
            self._in_one_go = min(self._in_one_go * 2, _MOST_CAREFUL)
            self._reach = _SHORTEST_REACH
        return end

    def _layout(self, item: str) -> Layout | None:
        """The layout of an item, which becomes the first to be tried."""
        for place, layout in enumerate(self._layouts):
            if matches(layout, item):
                self._layouts.insert(0, self._layouts.pop(place))
                return layout
        return None

    def _learn(self, item: str, behind: str) -> None:
        """Make a layout of an item that none fits, or widen one; of one that is not plain there is none."""
        names = plain_names(self._item, item)
        if not names or self._layout(item):
            return
        gaps = gaps_of(self._item, item, behind)
        known = Layout(self._item, (), frozenset(), spaced=self._verbatim, verbatim=self._verbatim, gaps=gaps)
        for place, layout in enumerate([*self._layouts, known]):
            widened = layout.with_item(names)
            if widened is None:
                continue
            if not matches(widened, item):
                widened = widened._replace(spaced=True)
            columns = self._names.of_names(widened.names)
            if matches(widened, item) and len({*columns}) == len(columns):
                self._layouts = [widened, *self._layouts[:place], *self._layouts[place + 1 :]][:_MOST_LAYOUTS]
                return

    def _first_item(self, at: int) -> str:
        return simplified(self._held[at : self._behind(1, at, len(self._held))])

    def _behind(self, count: int, at: int, stop: int) -> int:
        """Where so many end tags of items are passed, or the text ends."""
        for _ in range(count):
            found = self._held.find(self._end, at, stop) if self._end else -1
            if found < 0:
                return stop
            at = found + len(self._end)
        return at

    def _behind_last(self, at: int, stop: int) -> int | None:
        """Behind the last end tag of an item; None where there is none."""
        found = self._held.rfind(self._end, at, stop) if self._end else -1
        return found + len(self._end) if found >= 0 else None
