"""One run of the query engine over a staged source: the items are worked out once, counted, and written."""

from collections.abc import Callable
from collections.abc import Mapping as AbstractMapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import duckdb

from feedscript.feeds.engine.connection import connect, watched
from feedscript.feeds.engine.limits import Limits
from feedscript.feeds.engine.progress import OnProgress, Progress
from feedscript.feeds.engine.sql import literal
from feedscript.feeds.generation.excluding import Excluding, Rejects, Standard
from feedscript.feeds.generation.lists import keep_lists
from feedscript.feeds.generation.one_currency import currency_of_feed
from feedscript.feeds.generation.publishing import Shelf
from feedscript.feeds.generation.rejects import Origins, list_rejects
from feedscript.feeds.generation.repairs import (
    Ledger,
    Repair,
    flags,
    restricted,
    told,
    told_replacement,
)
from feedscript.feeds.mapping import Compiled, Foreknown, Mapping, Matches, add_functions, compile_mapping
from feedscript.feeds.mapping.rows.looking_up import Origin
from feedscript.feeds.mapping.rows.preparation import Counts, Preparation, Prepared
from feedscript.feeds.profiles import Attribute, Profile
from feedscript.feeds.profiles.header import read_header, with_parts_of
from feedscript.feeds.readers.delimited import with_plain_line_ends
from feedscript.feeds.readers.staged import Staged
from feedscript.feeds.readers.survey import Alphabet, LineIndex, start_index
from feedscript.feeds.scanning.account import Account, account_of
from feedscript.feeds.scanning.lines import may_hold_blank
from feedscript.feeds.scanning.rejected import Rejected
from feedscript.feeds.scanning.settling import Settled, settle
from feedscript.feeds.scanning.source_table import source_table
from feedscript.feeds.scanning.usual import find_usual
from feedscript.feeds.writers.cells import Column, partner_columns
from feedscript.feeds.writers.feed_file import WrittenFeed, write
from feedscript.feeds.writers.file_form import DELIMITED, FileForm
from feedscript.feeds.writers.mended import mended
from feedscript.feeds.writers.numbering import Numbering, asks_for_numbers, put_to_use

#: What the engine is granted of its memory: to join and sort what row steps work on, which it fills; to work items
#: out and keep them in order, of which it takes a third (340 MB with all that it has, for one million items as for
#: three), but it writes with one thread where it may not have this much; to judge items, of which it holds a few bytes
#: each; and to write the feed. Beyond it spills.
_TO_SORT, _TO_WORK_OUT, _TO_JUDGE, _TO_WRITE = 0.5, 1.5, 0.5, 0.75
#: Items are kept in groups of this many, which have to fit into the engine's memory.
_GROUP = 8_192


@dataclass(frozen=True)
class Written:
    """What became of the records, which of their values were changed, the files of the feed, and its ids' numbers."""

    account: Account
    repairs: tuple[Repair, ...]
    feed: WrittenFeed
    numbering: Numbering
    rejects: Rejects


#: Takes the account of the source's records and what is left out, or raises.
Accept = Callable[[Account, Rejects], None]


@dataclass(frozen=True)
class Writing:
    """What is to be written: the rules and what they match, for whom, and titles that declare the parts of values.

    `preparation` comes first: what is done with the source's rows, with `lists` to look values up in.
    `declared_currency` is the shop's, if the merchant's file names it. `names` are the values of placeholders in the
    partner's file, `numbering` the numbers that ids had in earlier feeds.
    """

    rules: Mapping
    preparation: Preparation
    lists: AbstractMapping[Origin, Staged]
    matches: Matches
    profile: Profile
    canonical: AbstractMapping[str, Attribute]
    declared: dict[str, str]
    declared_currency: str | None
    standard: Standard
    names: AbstractMapping[str, str]
    numbering: Numbering
    limits: Limits
    workdir: Path
    progress: OnProgress

    def write(self, staged: Staged, shelf: Shelf, form: FileForm, accept: Accept) -> Written:
        """Write the items, and those that are left out, beside their places, if `accept` takes their numbers."""
        size = staged.source.bytes
        # To pass over rows without a value costs next to nothing; only where lines are left over are they counted.
        staged = replace(staged, skip_blank=staged.line_column is None)

        def tell(part: float) -> None:
            self.progress(Progress(None, int(part * size), size, "writing"))

        tell(0.0)
        with connect(self.limits, self.workdir) as connection, watched(connection, tell):
            self._grant(connection, _TO_WORK_OUT)
            add_functions(connection)
            try:
                return self._written(connection, Settled.of(staged), shelf, form, accept)
            except duckdb.InvalidInputException:
                # DuckDB reads one kind of line end in one file.
                plain = with_plain_line_ends(staged, self.workdir)
                return self._written(connection, Settled.of(plain), shelf, form, accept)

    def _written(
        self,
        connection: duckdb.DuckDBPyConnection,
        settled: Settled,
        shelf: Shelf,
        form: FileForm,
        accept: Accept,
    ) -> Written:
        staged = settled.staged
        # Of text alone the lines tell whether rows were lost in others; a reader of items has counted them.
        counting = _counting(staged)
        scan = source_table(staged, self.limits, rejects=True)
        connection.execute("DROP TABLE IF EXISTS reject_errors; DROP TABLE IF EXISTS reject_scans")
        # Behind steps over rows an item is no row of the source by itself.
        prepared = self._prepared(connection, scan) if self.preparation.steps else None
        scan, places = (prepared.rows, prepared.places) if prepared else (scan, None)
        compiled = self._compiled(staged, scan)
        ledger = Ledger(connection, self.workdir / "items.parquet", compiled.steps)
        self._work_out(connection, compiled, ledger)
        items = f"read_parquet({literal(str(ledger.items))})"
        if prepared is not None:
            counts = prepared.counts
        else:
            counted = connection.execute(f"SELECT count(*) FROM {items}").fetchone()
            assert counted is not None
            counts = Counts(counted[0], {})
        if counting is not None and staged is settled.source:
            settled = settle(staged, counts.read, counting(), self.limits, self.workdir)
            if settled.staged is not staged:
                return self._written(connection, settled, shelf, form, accept)
        rejected = Rejected(connection, settled)
        rejected.keep()
        each_one_line = False
        if counting is not None:
            lines = counting().lines
            self._look_between(rejected, staged, counts.read, lines)
            each_one_line = rejected.each_one_line(counts.read, lines)
        account = replace(
            account_of(staged, rejected, counts.read),
            excluded=counts.excluded,
            added=counts.added,
            circular=counts.circular,
        )
        cells = {name: f"a{place}" for place, name in enumerate(compiled.attributes)}
        numbering = self._numbered(connection, items, cells)
        currency = currency_of_feed(
            connection,
            items,
            cells,
            self.profile,
            uri=staged.source.uri,
            declared=self.declared_currency,
        )
        columns = self._columns(cells, form, currency)
        rejects = Rejects()
        if self.standard.exclude and account.items:
            self._grant(connection, _TO_JUDGE)
            excluding = self._excluding(connection, ledger, columns, form)
            rejects = excluding.rejects
            items = excluding.kept()
            origin = Origins(staged, rejected, each_one_line, self.limits, places)
            listed = {"findings": shelf.partial(shelf.rejects), "table": shelf.partial(shelf.rejects_table)}
            list_rejects(excluding, origin, **listed)
        accept(account, rejects)
        self._grant(connection, _TO_WRITE)
        feed = write(connection, items, columns, form, shelf.partial(shelf.feed), names=self.names)
        item = next(
            (each.text for each in columns if each.attribute.name == self.profile.item), "NULL::VARCHAR"
        )
        made = (*mended(connection, items, columns), *feed.replacements)
        replaced = (told_replacement(connection, items, item, each) for each in made)
        again = scan if self.preparation.steps else source_table(staged, self.limits)
        repairs = [*self._repairs(connection, staged, ledger, again), *replaced]
        if feed.unencodable:
            repairs.append(Repair("*", "not_in_encoding", feed.unencodable, ()))
        return Written(account, tuple(repairs), feed, numbering, rejects)

    def _excluding(
        self, connection: duckdb.DuckDBPyConnection, ledger: Ledger, columns: list[Column], form: FileForm
    ) -> Excluding:
        numbered = f"read_parquet({literal(str(ledger.items))}, file_row_number = true)"
        table = f"(SELECT * RENAME (file_row_number AS n) FROM {numbered})"
        joined = form.file.format not in DELIMITED
        return Excluding(connection, table, columns, self.profile, self.standard, joined)

    def _prepared(self, connection: duckdb.DuckDBPyConnection, source: str) -> Prepared:
        """The rows that items are made of."""
        self._grant(connection, _TO_SORT)
        lists = keep_lists(connection, self.lists, self.workdir, self.limits)
        prepared = self.preparation.run(connection, self.workdir, source, lists)
        self._grant(connection, _TO_WORK_OUT)
        return prepared

    def _grant(self, connection: duckdb.DuckDBPyConnection, share: float) -> None:
        """Let the engine have so much of the memory that it may take."""
        connection.execute(f"SET memory_limit = '{int(self.limits.memory_bytes * share)}B'")

    def _numbered(
        self, connection: duckdb.DuckDBPyConnection, items: str, cells: AbstractMapping[str, str]
    ) -> Numbering:
        attribute = asks_for_numbers(self.profile)
        if attribute is None or attribute not in cells:
            return self.numbering
        return put_to_use(connection, items, cells[attribute], self.numbering)

    def _columns(
        self, cells: AbstractMapping[str, str], form: FileForm, currency: str | None
    ) -> list[Column]:
        declared = {name: title for name, title in self.declared.items() if name not in self._parted}
        given = {**self.canonical, **self._parted}
        columns = partner_columns(self.profile, given, cells, every=not form.file.header, currency=currency)
        return [
            replace(each, title=with_parts_of(each.title, declared.get(each.attribute.origin, "")))
            for each in columns
        ]

    @cached_property
    def _parted(self) -> dict[str, Attribute]:
        """Attributes whose parts the partner has in its own order, with them in that of the source's title."""
        base = replace(self.profile, attributes=tuple(self.canonical.values()))
        declared = read_header(base, tuple(self.declared.values())).attributes
        own = (each for each in self.profile.attributes if each.origin in self.declared)
        return {
            each.origin: declared[each.origin]
            for each in own
            if each.parts and each.parts != self.canonical[each.origin].parts
        }

    def _look_between(self, rejected: Rejected, staged: Staged, items: int, lines: int) -> None:
        """Find what is no item, if the items and the rejected rows do not take all lines."""
        if rejected.lines_left(items, lines):
            if staged.skip_blank and may_hold_blank(staged):
                rejected.count_blank(self.limits)
            rejected.look_within(items, lines)

    def _compiled(self, staged: Staged, scan: str) -> Compiled:
        known = frozenset(self.rules.attributes.keys() | self.rules.inputs.keys())
        foreknown = Foreknown() if self.preparation.steps else _foreknown(staged)
        joined = staged.line_column is not None
        return compile_mapping(self.matches, known, scan, joined=joined, foreknown=foreknown)

    def _work_out(self, connection: duckdb.DuckDBPyConnection, compiled: Compiled, ledger: Ledger) -> None:
        """Keep the items with flags of what was changed in them: to work them out costs far more than to keep them."""
        values = {f"a{place}": value for place, value in enumerate(compiled.attributes.values())}
        columns = ", ".join(f"{value} AS {name}" for name, value in (values | flags(ledger.steps)).items())
        options = f"FORMAT parquet, COMPRESSION lz4_raw, ROW_GROUP_SIZE {_GROUP}"
        connection.execute(
            f"COPY (SELECT {columns} FROM {compiled.table}) TO {literal(str(ledger.items))} ({options})"
        )

    def _repairs(
        self, connection: duckdb.DuckDBPyConnection, staged: Staged, ledger: Ledger, scan: str
    ) -> tuple[Repair, ...]:
        found = ledger.places()
        places = sorted({place for each in found for place in each.first})
        again = self._compiled(staged, restricted(scan, places))
        item = again.attributes.get(self.profile.attribute(self.profile.item).origin, "NULL::VARCHAR")
        return tuple(told(connection, found, places, again, item))


def _foreknown(staged: Staged) -> Foreknown:
    """What the beginning of the source tells of its cells, and its survey of all of them."""
    survey = staged.source.survey if staged.is_source else None
    alphabet = survey.result().alphabet if survey is not None else Alphabet()
    return Foreknown([each.texts for each in find_usual(staged)], alphabet)


def _counting(staged: Staged) -> Callable[[], LineIndex] | None:
    """Who tells of the lines that a text has; of a source as it lies there its survey does."""
    if staged.line_column is not None:
        return None
    if staged.is_source and staged.source.survey is not None:
        survey = staged.source.survey
        return lambda: survey.result().lines
    return start_index(staged.path).result
