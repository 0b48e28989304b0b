"""Reads items by patterns where they are plain, and by the parser everywhere else."""

import re
from collections.abc import Generator, Iterator
from functools import partial

from feedscript.feeds.engine.limits import Limits
from feedscript.feeds.readers.elements import Columns
from feedscript.feeds.readers.pace import MOST_LAYOUTS, MOST_LESSONS, MOST_NAMES, Pace
from feedscript.feeds.readers.plain_elements import Layout, gaps_of, matches, plain_names, rows_of, simplified
from feedscript.feeds.readers.plain_rows import Run
from feedscript.feeds.readers.recovery import RecoveringReader
from feedscript.feeds.readers.table import Item, Rows
from feedscript.feeds.readers.table_columns import TableColumns

#: No gap between items is longer; longer ones cost time.
_LONGEST_GAP = 100


class _Layouts:
    """The layouts of a document's items, as far as they are known; the last that fitted is tried first."""

    def __init__(self, item: str, names: Columns, *, verbatim: bool) -> None:
        self._item = item
        self._names = names
        self._verbatim = verbatim
        self._known: list[Layout] = []
        self._lessons = MOST_LESSONS

    def of(self, item: str) -> Layout | None:
        """The layout of an item."""
        for place, layout in enumerate(self._known):
            if matches(layout, item):
                self._known.insert(0, self._known.pop(place))
                return layout
        return None

    def learn(self, item: str, behind: str) -> None:
        """Make a layout of an item that none fits, or widen one; of one that is not plain there is none.

        `behind` is what comes after the item.
        """
        names = plain_names(self._item, item)
        if not names or not self._lessons or self.of(item):
            return
        gaps = gaps_of(self._item, item, behind)
        new = Layout(self._item, (), frozenset(), spaced=self._verbatim, verbatim=self._verbatim, gaps=gaps)
        for place, layout in enumerate([*self._known, new]):
            widened = layout.with_item(names)
            if widened is None or len(widened.names) > MOST_NAMES:
                continue
            if not matches(widened, item):
                widened = widened._replace(spaced=True)
            if self.columns(widened) and matches(widened, item):
                others = [*self._known[:place], *self._known[place + 1 :]]
                self._known = [widened, *others][:MOST_LAYOUTS]
                self._lessons -= 1
                return

    def columns(self, layout: Layout) -> tuple[str, ...]:
        """The columns of a layout's elements, by the prefixes that are bound now; empty where two have the same."""
        columns = self._names.of_names(layout.names)
        return columns if len({*columns}) == len(columns) else ()


class SwiftReader:
    """Gives the items of a document, most of them as rows that a pattern has read.

    The parser (`careful`) reads the first `learned_from` items, and each that no layout fits, of which a new one is
    learned. Where that comes to little, it is given ever more of them before a layout is tried again.
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
        learned_from: int,
    ) -> None:
        self._careful = careful
        self._end_tag = re.compile(rf"</((?:[^\s<>/:=]+:)?{re.escape(item)})>")
        self._new_layouts = partial(_Layouts, names=names, verbatim=verbatim)
        self._layouts: _Layouts | None = None
        self._table = table
        self._limits = limits
        self._learned_from = learned_from
        #: The end tag of the items; empty until one has been seen.
        self._end = ""
        self._held = ""
        self._given = 0
        self._pace = Pace()

    def feed(self, text: str) -> Iterator[Item | Rows]:
        """The items that the next piece of the document completes; raises `Stopped` past a limit."""
        text = self._held + text
        if not self._end and (found := self._end_tag.search(text)):
            self._end = found[0]
            self._layouts = self._new_layouts(found[1])
        # An item whose end is not in sight is the parser's to bound.
        stop = self._behind_last(text, 0, len(text)) or len(text)
        text, self._held = text[:stop], text[stop:]
        at = 0
        while at < stop:
            run = self._run(text, at)
            if run is None:
                at = yield from self._read_carefully(text, at)
                continue
            passed = text if run.end == stop else text[at : at + run.end]
            self._careful.pass_over(passed, run.lines, run.items)
            self._given += run.items
            at += run.end
            yield Rows(run.rows, run.items, run.feeds)

    def flush(self) -> Iterator[Item]:
        """The items that show themselves in what is held for lack of an end."""
        held, self._held = self._held, ""
        self._careful.feed(held.encode(errors="replace"))
        yield from self._careful.take()

    def _run(self, text: str, at: int) -> Run | None:
        """The plain items from here on, if there are any, as far as it is worth to look in one go."""
        if self._layouts is None or self._given < self._learned_from or not self._careful.is_between_items:
            return None
        layout = self._layouts.of(simplified(text[at : self._behind(1, text, at)]))
        columns = self._layouts.columns(layout) if layout else ()
        # Elsewhere in a document other prefixes may be bound.
        if layout is None or not columns or not {*columns} <= {*self._table.names}:
            return None
        end = self._behind_last(text, at, at + self._pace.reach) or self._behind(1, text, at)
        longest = self._limits.max_field_bytes
        line = self._careful.line
        run = rows_of(layout, columns, self._table.names, text[at:end], line=line, longest=longest)
        if run is None or self._given + run.items > self._limits.max_items:
            return None
        self._pace.ran(run.items, whole=run.end == end - at)
        return run

    def _read_carefully(self, text: str, at: int) -> Generator[Item, None, int]:
        """Items by the parser; where the text ends that it was given."""
        begins = self._careful.is_between_items
        end = len(text)
        if self._given >= self._learned_from:
            end = self._behind(self._pace.careful_items(), text, at)
        self._careful.feed(text[at:end].encode(errors="replace"))
        items = self._careful.take()
        self._given += len(items)
        # The columns of an item are known only once it has been taken.
        yield from items
        if self._layouts and begins:
            behind = self._behind(1, text, at)
            self._layouts.learn(simplified(text[at:behind]), text[behind : behind + _LONGEST_GAP])
        return end

    def _behind(self, count: int, text: str, at: int) -> int:
        """Where so many end tags of items are passed, or the text ends."""
        for _ in range(count):
            found = text.find(self._end, at) if self._end else -1
            if found < 0:
                return len(text)
            at = found + len(self._end)
        return at

    def _behind_last(self, text: str, at: int, stop: int) -> int | None:
        """Behind the last end tag of an item; None where there is none."""
        found = text.rfind(self._end, at, stop) if self._end else -1
        return found + len(self._end) if found >= 0 else None
