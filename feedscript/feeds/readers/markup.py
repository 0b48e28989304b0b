"""XML feeds: RSS 2.0, Atom and plain items, streamed through expat with the declarations of DTDs refused."""

from collections.abc import Iterator
from functools import partial
from xml.parsers import expat

from feedscript.feeds.readers.compression import contents
from feedscript.feeds.readers.elements import Columns
from feedscript.feeds.readers.encoding import Encoding, as_text
from feedscript.feeds.readers.expat_parser import without_doctype
from feedscript.feeds.readers.intake import FIELDS_PER_ITEM, Intake, Stopped
from feedscript.feeds.readers.item_paths import ElementPath, find_items
from feedscript.feeds.readers.item_reader import ItemReader
from feedscript.feeds.readers.recovery import RecoveringReader
from feedscript.feeds.readers.staged import Fault, Staged
from feedscript.feeds.readers.table import Item, stage_items


def stage_markup(intake: Intake, head: str, encoding: Encoding) -> Staged:
    """Stage an XML feed; its beginning, `head`, shows the kind of feed and the path to its items."""
    feed_format, item_path = find_items(without_doctype(head), intake.options.item)
    source = intake.source(feed_format, encoding=encoding, item=item_path[-1])
    return stage_items(intake, _items(intake, item_path, encoding), source)


def _items(intake: Intake, item_path: ElementPath, encoding: Encoding) -> Iterator[Item]:
    """The items one by one; raises `Stopped` where nothing more can be read."""
    new_reader = partial(ItemReader, item_path, intake.shapes, intake.limits, Columns())
    longest = intake.limits.max_field_bytes * FIELDS_PER_ITEM
    reader = RecoveringReader(new_reader, item_path, longest, intake.faults)
    beginning = True
    try:
        for text in as_text(contents(intake), encoding, intake.faults):
            reader.feed((without_doctype(text) if beginning else text).encode("utf-8", "replace"))
            beginning = beginning and not text.strip()
            yield from reader.take()
        reader.close()
        yield from reader.take()
    except expat.ExpatError as error:
        yield from reader.take()
        cause = expat.errors.messages[error.code]
        line = reader.line_of(error)
        message = (
            f"malformed XML: {cause} (line {line}, column {error.offset + 1}); nothing after it could be read"
        )
        raise Stopped(message, Fault("malformed_xml", message, line=line, value=cause)) from error
    except Stopped:
        yield from reader.take()
        raise
