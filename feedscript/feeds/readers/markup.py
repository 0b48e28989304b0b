"""XML feeds: RSS 2.0, Atom and plain items, streamed through expat with the declarations of DTDs refused."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from feedscript.feeds.engine.progress import silent
from feedscript.feeds.readers.compression import contents
from feedscript.feeds.readers.element_survey import ElementSurvey, path_to
from feedscript.feeds.readers.elements import Columns
from feedscript.feeds.readers.encoding import Encoding, as_text
from feedscript.feeds.readers.intake import FIELDS_PER_ITEM, Intake, Meter, Stopped
from feedscript.feeds.readers.item_paths import ItemPlace, NoSuchElement, find_items
from feedscript.feeds.readers.item_reader import ItemReader
from feedscript.feeds.readers.prolog import misplaced_declaration, readable
from feedscript.feeds.readers.recovery import RecoveringReader
from feedscript.feeds.readers.staged import Fault, FaultTally, Staged
from feedscript.feeds.readers.table import Item, stage_items


def stage_markup(intake: Intake, head: str, encoding: Encoding) -> Staged:
    """Stage an XML feed; its beginning, `head`, shows the kind of feed and the path to its items."""
    place = _place_of_items(intake, head, encoding)
    source = intake.source(place.format, encoding=encoding, item=place.path[-1])
    return stage_items(intake, _items(intake, place, encoding), source)


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
    for text in as_text(contents(intake), encoding, intake.faults):
        if not beginning:
            yield text
            continue
        beginning = not text.strip()
        line = misplaced_declaration(text)
        if line:
            message = f"line {line}: nothing may stand before the XML declaration, not even blank lines; remove them"
            intake.faults.add(Fault("malformed_xml", message, line=line))
        yield readable(text)


def _items(intake: Intake, place: ItemPlace, encoding: Encoding) -> Iterator[Item]:
    """The items one by one; raises `Stopped` where nothing more can be read."""
    new_reader = partial(
        ItemReader, place.path, intake.shapes, intake.limits, Columns(), verbatim=intake.verbatim
    )
    longest = intake.limits.max_field_bytes * FIELDS_PER_ITEM
    reader = RecoveringReader(new_reader, place, longest, intake.faults)
    try:
        for text in _texts(intake, encoding):
            reader.feed(text.encode("utf-8", "replace"))
            yield from reader.take()
        reader.close()
        yield from reader.take()
    except Stopped:
        yield from reader.take()
        raise
