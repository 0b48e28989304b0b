"""The header of delimited text: which of the first records it is, and why it may be none that can be read."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

_EXCEL_SEPARATOR = re.compile(r'^"?sep=(.)"?$')
#: What stands in cells of items, and never in those of a header: a number, a price, an address.
_VALUE = re.compile(r"\W*\d[\d.,' ]*\W*[A-Za-z]{0,3}|.*://.*", re.DOTALL)
_MOST_TITLES = 5


@dataclass(frozen=True)
class Record:
    """A record's cells, and the first and last physical line that it takes, from 1."""

    cells: list[str]
    first: int
    last: int


@dataclass(frozen=True)
class Found:
    """A header: its names (none: there is none, and `unreadable` says why) and physical line.

    `skipped` counts the records up to it; `titles` are lines above it that are no comments (line, text).
    """

    names: tuple[str, ...]
    line: int
    skipped: int
    titles: tuple[tuple[int, str], ...] = ()
    unreadable: str = ""


def find_header(records: Sequence[Record], delimiter: str, *, at: int | None, broken: bool) -> Found:
    """The header among the first records of a text; `broken` if quotes kept any more from being read.

    `at` is the header's physical line where it is known. Otherwise comments, blank lines, Excel's `sep=` line and lone
    titles may lie before it. A comment is the header itself if its names are as many as the cells of the first row,
    and that is plainly an item.
    """
    if at is not None:
        return _header_at(records, at, broken=broken)
    places = [place for place, record in enumerate(records) if not _is_preamble(record.cells, delimiter)]
    titles = tuple(
        (records[place].first, delimiter.join(records[place].cells).strip(delimiter))
        for place in places[: _titles_before(records, places)]
    )
    places = places[len(titles) :]
    commented = _commented_header(records, places)
    if commented is not None:
        return _found(records, commented, titles)
    if places:
        return _found(records, places[0], titles)
    return Found((), 0, len(records), unreadable=_why_none(records, broken=broken))


def _header_at(records: Sequence[Record], line: int, *, broken: bool) -> Found:
    for place, record in enumerate(records):
        if record.first <= line <= record.last:
            return _found(records, place, ())
    last = records[-1].last if records else 0
    why = _why_none(records, broken=broken) if broken else f"the text has only {last} lines"
    return Found((), 0, len(records), unreadable=f"there is no header in line {line} (source: header): {why}")


def _found(records: Sequence[Record], place: int, titles: tuple[tuple[int, str], ...]) -> Found:
    record = records[place]
    names = [name.strip().removeprefix("\ufeff") for name in record.cells]
    if len(names) > 1 and names[0].startswith("#"):
        names[0] = names[0].lstrip("# ") or "#"
    return Found(tuple(names), record.first, place + 1, titles)


def _why_none(records: Sequence[Record], *, broken: bool) -> str:
    if broken:
        line = records[-1].last + 1 if records else 1
        return (
            f"the quotes in line {line} do not pair, or have text or spaces beside them: write each name plainly, or in"
            " one pair of quotes with the delimiters right beside it"
        )
    if any(any(record.cells) for record in records):
        return "there is nothing but comments, and no line with the names of the columns"
    return "there are only empty lines"


def _is_preamble(cells: list[str], delimiter: str) -> bool:
    """Comments, blank lines and Excel's `sep=` line may lie before the header."""
    first = cells[0].strip().removeprefix("\ufeff") if cells else ""
    return not any(cells) or first.startswith("#") or bool(_EXCEL_SEPARATOR.match(delimiter.join(cells)))


def _titles_before(records: Sequence[Record], places: Sequence[int]) -> int:
    """How many of the records have one cell alone, above one of names, as many as the rows below it have cells."""
    for titles, place in enumerate(places[: _MOST_TITLES + 1]):
        names = records[place].cells
        if sum(map(bool, names)) > 1:
            rows = [record.cells for record in records[place + 1 :] if any(record.cells)]
            even = 2 * sum(len(row) == len(names) for row in rows) >= len(rows)
            return titles if even and _are_names(names) else 0
    return 0


def _commented_header(records: Sequence[Record], places: list[int]) -> int | None:
    """The place of a comment that is the header of the rows below it; None if there is none."""
    if not places or places[0] == 0:
        return None
    comment, row = records[places[0] - 1].cells, records[places[0]].cells
    if len(comment) != len(row) or len(row) == 1 or not comment[0].strip().startswith("#"):
        return None
    return places[0] - 1 if _are_names(comment) and not _are_names(row) else None


def _are_names(cells: Sequence[str]) -> bool:
    """Whether these may be the names of columns: each there and different, and none a value."""
    plain = [cell.strip() for cell in cells]
    while len(plain) > 1 and not plain[-1]:
        plain.pop()
    return all(plain[1:]) and len(set(plain)) == len(plain) and not any(map(_VALUE.fullmatch, plain))
