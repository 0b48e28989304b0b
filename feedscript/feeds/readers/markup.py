"""XML feeds: RSS 2.0, Atom and plain items, streamed through expat with the declarations of DTDs refused."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from feedscript.feeds.engine.progress import silent
from feedscript.feeds.readers.compression import contents, contents_again
from feedscript.feeds.readers.element_survey import ElementSurvey, path_to
from feedscript.feeds.readers.elements import Columns
from feedscript.feeds.readers.encoding import Encoding, as_text
from feedscript.feeds.readers.intake import FIELDS_PER_ITEM, Intake, Meter, Stopped
from feedscript.feeds.readers.item_paths import ItemPlace, NoSuchElement, find_items
from feedscript.feeds.readers.item_reader import ItemReader
from feedscript.feeds.readers.prolog import misplaced_declaration, readable
from feedscript.feeds.readers.recovery import RecoveringReader
from feedscript.feeds.readers.staged import Fault, FaultTally, Staged
from feedscript.feeds.readers.swift_markup import SwiftReader
from feedscript.feeds.readers.table import Item, Rows, stage_items
from feedscript.feeds.readers.table_columns import TableColumns


def stage_markup(intake: Intake, head: str, encoding: Encoding) -> Staged:
    """Stage an XML feed; its beginning, `head`, shows the kind of feed and the path to its items."""
    place = _place_of_items(intake, head, encoding)
    source = intake.source(place.format, encoding=encoding, item=place.path[-1])
    columns = TableColumns(intake.limits, intake.faults)
    return stage_items(intake, _items(intake, place, encoding, columns), source, columns)


def _place_of_items(intake: Intake, head: str, encoding: Encoding) -> ItemPlace:
    survey = ElementSurvey(readable(head))
    named = intake.options.item
    try:
        return find_items(survey, named)
    except NoSuchElement as error:
        # Looked through beside the reading, which counts what it takes anew.
        beside = replace(intake, meter=Meter(intake.limits, intake.size, silent), faults=FaultTally())
        path = path_to(_texts(beside, encoding), error.named)
        if path is None:
            raise
        return ItemPlace("xml", path)


def _texts(intake: Intake, encoding: Encoding) -> Iterator[str]:
    """The document in pieces, its beginning as expat takes it."""
    beginning = True
    for text in as_text(contents(intake), encoding, intake.faults, partial(contents_again, intake)):
        if not beginning:
            yield text
            continue
        beginning = not text.strip()
        line = misplaced_declaration(text)
        if line:
            message = f"line {line}: nothing may stand before the XML declaration, not even blank lines; remove them"
            intake.faults.add(Fault("malformed_xml", message, line=line))
        yield readable(text)


def _items(
    intake: Intake, place: ItemPlace, encoding: Encoding, table: TableColumns
) -> Iterator[Item | Rows]:
    """The items one by one, or runs of them; raises `Stopped` where nothing more can be read."""
    names = Columns()
    new_reader = partial(
        ItemReader, place.path, intake.shapes, intake.limits, names, verbatim=intake.verbatim
    )
    longest = intake.limits.max_field_bytes * FIELDS_PER_ITEM
    reader = RecoveringReader(new_reader, place, longest, intake.faults, intake.check_faults)
    swift = SwiftReader(
        reader,
        place.path[-1],
        names,
        table,
        intake.limits,
        verbatim=intake.verbatim,
        learned_from=intake.learned_from,
    )
    broken: list[Stopped] = []
    try:
        for text in _until_stopped(_texts(intake, encoding), broken):
            yield from swift.feed(text)
        yield from swift.flush()
        if broken:
            raise broken[0]
        reader.close()
        yield from reader.take()
    except Stopped:
        yield from reader.take()
        raise


def _until_stopped(texts: Iterator[str], stopped: list[Stopped]) -> Iterator[str]:
    """The texts up to where their source breaks off, which is noted: what came before is to be read first."""
    try:
        yield from texts
    except Stopped as broken_off:
        stopped.append(broken_off)
