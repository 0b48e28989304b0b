"""What many items of a feed have, such as the one brand of a shop; told from its beginning."""

import csv
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from io import StringIO
from itertools import islice
from typing import Literal

from feedscript.feeds.readers.staged import Staged
from feedscript.feeds.rules.usual import Usual

_HEAD_BYTES = 64 * 1024
_LEAST_ROWS = 20
#: A text is usual if one in so many items has it; more texts would cost more than they save.
_ONE_IN = 5
_LONGEST = 200
_ORIGIN = re.compile(r"https?://[^/?#]+/")


def find_usual(staged: Staged) -> list[Usual]:
    """For each column what many of the first items have, the most frequent first; empty if there are few.

    They are a guess, for speed: what is read here in another way than DuckDB reads it only saves nothing.
    """
    with staged.path.open("rb") as file:
        head = file.read(_HEAD_BYTES).decode("utf-8", "replace")
    quoting: Literal[0, 3] = csv.QUOTE_MINIMAL if staged.quote else csv.QUOTE_NONE
    whole_lines = StringIO(head[: head.rfind("\n") + 1], newline="")
    reader = csv.reader(
        whole_lines, delimiter=staged.delimiter, quotechar=staged.quote or None, quoting=quoting
    )
    width = len(staged.columns)
    try:
        rows = [row[:width] for row in islice(reader, staged.skip_lines, None) if len(row) >= width]
    except csv.Error:
        return []
    return usual_of(rows)


def usual_of(rows: Sequence[Sequence[str]]) -> list[Usual]:
    """For each column what many of these rows, of one width, have; empty if they are few."""
    if len(rows) < _LEAST_ROWS:
        return []
    return [_usual(column, len(rows) // _ONE_IN) for column in zip(*rows, strict=True)]


def _usual(column: tuple[str, ...], least: int) -> Usual:
    origins = (found[0] for text in column if (found := _ORIGIN.match(text)))
    return Usual(_frequent(column, least), _frequent(origins, least))


def _frequent(column: Iterable[str], least: int) -> tuple[str, ...]:
    counted = Counter(column).most_common(_ONE_IN)
    return tuple(text for text, number in counted if number >= least and _is_plain(text))


def _is_plain(text: str) -> bool:
    return 0 < len(text) <= _LONGEST and text.isprintable()
