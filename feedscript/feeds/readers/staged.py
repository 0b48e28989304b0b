"""The seam between readers and rules: any source becomes delimited UTF-8 text that DuckDB can scan."""

import math
from array import array
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from pathlib import Path

from feedscript.feeds.readers.survey import Alphabet, LineIndex, Survey

#: Joins the values of a repeated XML element or JSON array within one staged cell.
VALUE_SEPARATOR = "\x1f"
#: Seconds to wait for what is told of a file's characters: what it saves.
_WAIT_PER_BYTE = 1e-9


@dataclass(frozen=True)
class Source:
    """What the source turned out to be.

    `format` is csv, tsv, rss, atom, xml, json, jsonl or parquet, or `unknown` where the source is no feed at all;
    `compression` gz, zip, bz2, zst or None; `bytes` and `sha256` are those of the file as it lies there;
    `delimiter` and `quoting` are None outside text. `encoding_certainty` says how sure the encoding is
    (`readers.encoding`). `item` is the element, or the key of the list, that the items were taken from. `survey` is
    what is being told of the file's bytes; None if nobody asked.
    """

    uri: str
    format: str
    encoding: str | None
    encoding_certainty: str | None
    delimiter: str | None
    quoting: str | None
    item: str | None
    compression: str | None
    bytes: int
    survey: Future[Survey] | None = field(repr=False, compare=False)

    @property
    def sha256(self) -> str | None:
        """The hash in hexadecimal, if somebody asked for it; made beside the reading, so ask last: this waits."""
        return self.survey.result().sha256 if self.survey else None


@dataclass(frozen=True)
class Fault:
    """A defect of the file itself; `code` is one of the transport or structure codes of the rule catalogue.

    `line` (physical) and `item` (ordinal) count from 1.
    """

    code: str
    message: str
    severity: str = "error"
    line: int | None = None
    item: int | None = None
    attribute: str | None = None
    value: str | None = None


@dataclass
class FaultTally:
    """Faults counted exactly and sampled up to a cap per code, so that memory does not grow with them.

    `lost` counts, by code, the records that a fault took: what the source holds and no item was made of; `first_lost`
    keeps such faults. `lost_after` says behind how many items each of them stood, in order, where the reader counts
    them.
    """

    samples_per_code: int = 100
    totals: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)
    first_lost: dict[str, list[Fault]] = field(default_factory=dict)
    lost_after: "array[int]" = field(default_factory=lambda: array("Q"))
    samples: dict[str, list[Fault]] = field(default_factory=dict)

    def add(self, fault: Fault, times: int = 1, *, lost: int = 0, after: int | None = None) -> None:
        """Count a fault, the records `lost` to it, and keep it while its code has fewer than `samples_per_code`.

        `after` is behind how many items the lost record stood.
        """
        self.totals[fault.code] += times
        if lost:
            self.lost[fault.code] += lost
        if lost and after is not None:
            fault = replace(fault, item=after + len(self.lost_after) + 1)
            self.lost_after.extend([after] * lost)
        for kept in (self.samples, self.first_lost) if lost else (self.samples,):
            listed = kept.setdefault(fault.code, [])
            if len(listed) < self.samples_per_code:
                listed.append(fault)

    def ordinal(self, place: int) -> int:
        """The ordinal in the source, from 1, of an item by its place among those that were read, from 0."""
        return place + 1 + bisect_right(self.lost_after, place)

    def extend(self, faults: Iterable[Fault]) -> None:
        """Count several faults."""
        for fault in faults:
            self.add(fault)


@dataclass(frozen=True)
class Staged:
    """A source made ready for one scan: every column text, in the source's order.

    `path` is the original file where it is already plain UTF-8 delimited text, else one in the work folder;
    `is_source` says which.
    `quote` and `escape` are one character or empty. `skip_lines` counts what lies before the first item
    (comments, header). `columns` are the source's own names. `line_column` names an extra last column, not in
    `columns`, that carries the source's physical line; None for text, where lines are derived. `complete` is
    False where a limit or a broken source ended the reading early, and `stopped_reason` says which. With
    `skip_blank` the rows of a text feed that have no value at all are passed over like blank lines.
    `has_unreadable` says that there are rows which no item can be made of, so that a scan has to note them. `deadline`
    is when reading it must have ended (`time.monotonic`). `index` is where the lines of a file begin that was written
    here, if that was noted. `query` is SQL of all items where the engine reads them in the source itself: the columns
    of a scan, and n, their place in the source from 0. Then `path` has only the first of them, for those who look at
    what items are like.
    """

    path: Path
    delimiter: str
    quote: str
    escape: str
    skip_lines: int
    columns: tuple[str, ...]
    line_column: str | None
    source: Source
    faults: FaultTally = field(default_factory=FaultTally)
    complete: bool = True
    stopped_reason: str | None = None
    is_source: bool = False
    skip_blank: bool = False
    has_unreadable: bool = False
    deadline: float = math.inf
    index: LineIndex | None = field(default=None, repr=False, compare=False)
    query: str | None = None

    @property
    def lines(self) -> LineIndex | None:
        """Where the lines of this very file begin, if it is known by now."""
        return self.index if self.index is not None and self.index.path == self.path else None

    @property
    def bytes(self) -> int:
        """How many bytes a scan reads."""
        return self.path.stat().st_size if self.query is None else self.source.bytes

    def alphabet(self) -> Alphabet:
        """What is known of the characters of what is scanned, if it is known by now, or after a short wait."""
        survey = self.source.survey if self.is_source else None
        if survey is None:
            return Alphabet()
        try:
            return survey.result(self.source.bytes * _WAIT_PER_BYTE).alphabet
        except TimeoutError:
            return Alphabet()
