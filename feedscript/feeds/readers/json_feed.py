"""JSON feeds, one document or a document a line: streamed, the numbers' digits kept as written."""

import re
from collections import deque
from collections.abc import Iterable, Iterator
from functools import partial

from feedscript.feeds.readers.cells import DEEPEST, NestedTooDeeply, Value, cells_of
from feedscript.feeds.readers.compression import contents, contents_again
from feedscript.feeds.readers.encoding import Encoding, as_text, tell_guess
from feedscript.feeds.readers.intake import FIELDS_PER_ITEM, Intake, Stopped
from feedscript.feeds.readers.json_decoding import ItemDecoder, JSONDefect
from feedscript.feeds.readers.json_scanner import ItemsPlace, JSONScanner, place_of_items
from feedscript.feeds.readers.schema_org import VARIANTS, items_of
from feedscript.feeds.readers.shapes import Shapes
from feedscript.feeds.readers.staged import Fault, Staged
from feedscript.feeds.readers.swift_json import PlainObjects, SwiftLines
from feedscript.feeds.readers.table import Item, Rows, stage_items
from feedscript.feeds.readers.table_columns import TableColumns

#: UTF-16 writes rarer characters as two halves; who cuts a text by them leaves one alone.
_HALF_PAIR = re.compile("[\ud800-\udfff]")
#: What an item has, and the envelope around items has not.
_ITEM_KEYS = frozenset({"price", "link", "gtin", "image_link", "availability", "brand", VARIANTS})
#: Where the first list of objects begins; and the names that items have before it, and some envelopes too.
_OBJECTS = re.compile(r"\[[ \t\r\n]*\{")
_ITEMS_OWN = re.compile(rf'"(?:id|title|name|sku|{"|".join(sorted(_ITEM_KEYS))})"[ \t]*:')


def stage_json(intake: Intake, head: str, encoding: Encoding) -> Staged:
    """Stage JSON Lines, or a JSON document with one array of items; `head` is its beginning."""
    tell_guess(encoding, intake.faults)
    start = _beginning(head)
    texts = iter(as_text(contents(intake), encoding, intake.faults, partial(contents_again, intake)))
    if "\n" not in start and start.startswith("{") and not _opens_envelope(start):
        start, texts = _first_lines(texts, _longest_item(intake))
    is_lines = _is_lines(start, intake.shapes)
    table = TableColumns(intake.limits, intake.faults)
    plain = PlainObjects(table, intake.limits, learned_from=intake.learned_from)
    is_one = not is_lines and _is_one_item(start, intake.shapes)
    # It may be as long as an item may be, and is not to be kept while all are read.
    del start
    if is_lines:
        source = intake.source("jsonl", encoding=encoding)
        return stage_items(intake, _from_lines(intake, texts, plain), source, table)
    place = ItemsPlace(is_object=True) if is_one else ItemsPlace(intake.options.item)
    if place == ItemsPlace() and _beginning(head).startswith("{"):
        place = place_of_items(_beginning(head))
    items = _from_document(intake, texts, place, plain)
    return stage_items(intake, items, intake.source("json", encoding=encoding, item=place.key), table)


def _beginning(text: str) -> str:
    return text.lstrip("\ufeff \t\r\n")


def _opens_envelope(start: str) -> bool:
    """Whether an object that may go on behind `start` is surely one around items: its line need not be read whole."""
    objects = _OBJECTS.search(start)
    if objects is None or _ITEMS_OWN.search(start, 0, objects.start()):
        return False
    try:
        first, _ = ItemDecoder().value_at(start, objects.end() - 1)
    except JSONDefect:
        return False
    return isinstance(first, dict) and not _ITEM_KEYS.isdisjoint(first)


def _first_lines(texts: Iterator[str], longest: int) -> tuple[str, Iterator[str]]:
    """The text up to its second line break, or as far as an item may reach; and all of the text, to be read anew."""
    pieces: deque[str] = deque()
    length = breaks = 0
    ending: Iterator[str] = texts
    try:
        for text in texts:
            pieces.append(text)
            length += len(text)
            breaks += text.count("\n")
            if breaks > 1 or length > longest:
                break
    except Stopped as stopped:
        ending = _stopping(stopped)
    return _beginning("".join(pieces)), _anew(pieces, ending)


def _anew(pieces: deque[str], ending: Iterator[str]) -> Iterator[str]:
    while pieces:
        yield pieces.popleft()
    yield from ending


def _stopping(stopped: Stopped) -> Iterator[str]:
    """Nothing, and then what stopped the reading, for whoever comes to it."""
    yield from ()
    raise stopped


def _from_lines(intake: Intake, texts: Iterable[str], plain: PlainObjects) -> Iterator[Item | Rows]:
    decoder = ItemDecoder()

    def read_line(number: int, text: str, read: int) -> Iterator[dict[str, str]]:
        try:
            yield from _cells(intake, decoder, decoder.only_value(text), number)
        except JSONDefect as defect:
            message = f"line {number} is not a JSON object: {defect.cause} (column {defect.offset + 1})"
            fault = Fault("malformed_json", message, line=number, value=text[:200])
            intake.faults.add(fault, lost=1, after=read)
            intake.check_faults()

    return SwiftLines(read_line, plain, intake.limits).items(texts)


def _from_document(
    intake: Intake, texts: Iterator[str], place: ItemsPlace, plain: PlainObjects
) -> Iterator[Item | Rows]:
    decoder = ItemDecoder()
    scanner = JSONScanner(texts, decoder, _longest_item(intake), place, plain)
    try:
        for line, value in scanner.items():
            if isinstance(value, Rows):
                yield value
                continue
            if isinstance(value, JSONDefect):
                _tell(intake, value, line, plain.read)
                continue
            try:
                for cells in _cells(intake, decoder, value, line):
                    plain.read += 1
                    yield line, cells
            except JSONDefect as defect:
                _tell(intake, defect, line, plain.read)
    except JSONDefect as defect:
        message = f"malformed JSON in line {scanner.line}: {defect.cause}"
        raise Stopped(
            message, Fault("malformed_json", message, line=scanner.line, value=defect.cause)
        ) from defect
    for name in scanner.passed_over:
        message = f"the array {name!r} was not read; another holds the items"
        intake.faults.add(Fault("unknown_column", message, severity="info", value=name))
    if place.key is not None and scanner.passed_over and scanner.item is None and not place.is_object:
        there = ", ".join(scanner.passed_over)
        message = f"no list of objects is called {place.key!r} (source: item); there are {there}"
        raise Stopped(message, Fault("no_items", message, value=place.key))


def _tell(intake: Intake, defect: JSONDefect, line: int, read: int) -> None:
    """Tell of an element that begins in a line, or of what is wrong behind one; `read` items came before."""
    where = f"line {line}" if defect.place is None else f"line {defect.place[0]}, column {defect.place[1]}"
    outcome = f"; the element that begins in line {line} is lost" if defect.lost else ""
    fault = Fault("malformed_json", f"{where}: {defect.cause}{outcome}", line=line, value=defect.cause)
    intake.faults.add(fault, lost=defect.lost, after=read)
    intake.check_faults()


def _cells(intake: Intake, decoder: ItemDecoder, value: Value, line: int) -> Iterator[dict[str, str]]:
    """The cells of each item that an object is: one, but for a product that holds its variants."""
    for key in decoder.take_repeated_keys():
        message = f"the key {key!r} stands more than once in one object; the last value counts"
        intake.faults.add(Fault("duplicate_key", message, severity="warning", line=line, value=key))
    if not isinstance(value, dict):
        raise JSONDefect("an item must be an object ({...})", 0)
    for number, item in enumerate(items_of(value)):
        try:
            cells = cells_of(item, intake.shapes)
        except NestedTooDeeply as error:
            raise JSONDefect(error.reason, 0) from error
        if number:
            intake.meter.repeat(sum(map(len, cells.values())))
        yield _without_half_pairs(intake, cells, line)


def _without_half_pairs(intake: Intake, cells: dict[str, str], line: int) -> dict[str, str]:
    names = "".join(cells)
    if not names.isascii() and _HALF_PAIR.search(names):
        message = f"line {line}: a key holds half of a surrogate pair, which is no character"
        intake.faults.add(Fault("bad_encoding", message, line=line))
        cells = {_HALF_PAIR.sub("\ufffd", name): text for name, text in cells.items()}
    for name, text in cells.items():
        if not text.isascii() and _HALF_PAIR.search(text):
            cells[name] = _HALF_PAIR.sub("\ufffd", text)
            message = f"line {line}: {name} holds half of a surrogate pair, which is no character"
            intake.faults.add(Fault("bad_encoding", message, line=line, attribute=name, value=cells[name]))
    return cells


def _longest_item(intake: Intake) -> int:
    return intake.limits.max_field_bytes * FIELDS_PER_ITEM


def _is_lines(start: str, shapes: Shapes) -> bool:
    """Whether a text that begins as JSON is a document a line."""
    first, _, rest = start.partition("\n")
    first = first.strip()
    whole = _value(first)
    if first.startswith("[") or (whole is None and first.endswith(("{", "[", ",", ":"))):
        return False
    if whole is not None and not rest.strip():
        return not _is_envelope(whole, shapes)
    # A damaged first line is no reason to misread the lines after it.
    return whole is not None or any(_value(line) is not None for line in rest.split("\n")[:20])


def _is_one_item(start: str, shapes: Shapes) -> bool:
    value = _value(start.strip())
    return value is not None and not _is_envelope(value, shapes)


def _is_envelope(value: dict[str, Value], shapes: Shapes, depth: int = 0) -> bool:
    """Whether an object is no item, but holds them; what is nested too deeply for an item holds none."""
    if depth > DEEPEST or not _ITEM_KEYS.isdisjoint(value):
        return False
    return any(
        (isinstance(member, list) and (not member or isinstance(member[0], dict)))
        or (isinstance(member, dict) and (VARIANTS in member or _is_envelope(member, shapes, depth + 1)))
        for name, member in value.items()
        if name not in shapes
    )


def _value(text: str) -> dict[str, Value] | None:
    """The object that a text is, whole; None if it is not."""
    try:
        value = ItemDecoder().only_value(text)
    except JSONDefect:
        return None
    return value if isinstance(value, dict) else None
