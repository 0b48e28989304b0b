"""What every reader works with: the file, its bounds, and what went wrong so far."""

import time
from collections.abc import Iterable
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from feedscript.feeds.engine.limits import Limits
from feedscript.feeds.engine.progress import OnProgress, Progress
from feedscript.feeds.readers.encoding import Encoding
from feedscript.feeds.readers.options import SourceOptions
from feedscript.feeds.readers.shapes import Shapes
from feedscript.feeds.readers.staged import Fault, FaultTally, Source, Staged
from feedscript.feeds.readers.survey import Survey

#: An item is no longer than this many of the longest fields.
FIELDS_PER_ITEM = 16
#: An item has no more elements, keys or values than this; each takes many times its text in memory.
MOST_PARTS = 100_000
#: Elements and attributes of a document have no more names than this.
MOST_NAMES = 100_000
#: Items looked at before the first is written, so that most feeds show all of their columns in time.
LOOK_AHEAD = 1_000
#: Items from which the parser shows what plain ones look like, before any is read by a pattern.
LEARNED_FROM = 100
#: No column of a feed is called by more characters; longer names are values out of place.
LONGEST_NAME = 1_000
#: A stream this short may expand as it likes: compressed headers and padding alone reach high ratios.
RATIO_FREE_BYTES = 4 * 1024 * 1024
#: Behind more faults than this, and than one in so many bytes, nothing more is read: to get over one takes as long as
#: to read many items, and what is wrong is plain.
MOST_FAULTS, BYTES_PER_FAULT = 10_000, 256


class Stopped(Exception):
    """Reading ends here, early; whatever was read before stands.

    Attributes: `reason` (one line, for the report), `fault` (None where a limit was passed: the feed is not
    wrong, but too large for this service).
    """

    def __init__(self, reason: str, fault: Fault | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.fault = fault


def refuse_long_names(names: Iterable[str]) -> None:
    """Raise `Stopped` for a column's name without end."""
    longest = max(map(len, names), default=0)
    if longest > LONGEST_NAME:
        raise Stopped(f"a column's name has {longest} characters, more than {LONGEST_NAME}")


class Meter:
    """Counts bytes in and out and the time, tells the progress, and stops the reading at a limit."""

    def __init__(self, limits: Limits, total_bytes: int, on_progress: OnProgress) -> None:
        self._limits = limits
        self._total_bytes = total_bytes
        self._on_progress = on_progress
        self.deadline = time.monotonic() + limits.max_seconds
        self._produced = self._repeated = 0
        self.rows: int | None = None

    def advance(self, consumed: int, produced: int) -> None:
        """Note that `produced` more bytes of content came out, with `consumed` bytes of the file read in all.

        Raises `Stopped` past `max_bytes`, `max_ratio` or `max_seconds`.
        """
        self._produced += produced
        limits = self._limits
        if self._produced > limits.max_bytes:
            raise Stopped(f"the uncompressed feed is larger than {limits.max_bytes} bytes (max_bytes)")
        if self._produced > max(RATIO_FREE_BYTES, consumed * limits.max_ratio):
            raise Stopped(f"the feed expands to more than {limits.max_ratio:g} times its size (max_ratio)")
        self.check_time()
        self._on_progress(Progress(self.rows, min(consumed, self._total_bytes), self._total_bytes, "reading"))

    def repeat(self, characters: int) -> None:
        """Note that so much of what was read is written once more, as what a product says of all its variants is.

        Raises `Stopped` past `max_bytes` and `max_ratio`.
        """
        self._repeated += characters
        limits = self._limits
        most = min(limits.max_bytes, max(RATIO_FREE_BYTES, int(self._produced * limits.max_ratio)))
        if self._repeated > most:
            raise Stopped(
                f"what products say of all their variants would take more than {most} bytes (max_bytes, max_ratio)"
            )

    @property
    def produced(self) -> int:
        """Bytes of content so far."""
        return self._produced

    def check_time(self) -> None:
        """Raise `Stopped` past `max_seconds`."""
        if self.seconds_left <= 0:
            raise Stopped(f"reading took longer than {self._limits.max_seconds:g} s (max_seconds)")

    @property
    def seconds_left(self) -> float:
        """Seconds until `max_seconds` is reached; negative once it has been."""
        return self.deadline - time.monotonic()


class Follower(Protocol):
    """Who goes along with what is being staged, in the thread that stages it."""

    def begin(self, staged: Staged) -> None:
        """The file has its first rows, and more will come; they may need more columns, and then another file."""

    def grown(self) -> None:
        """There may be more of the file, also before it has begun."""

    def scanned(self, staged: Staged) -> bool:
        """Scan items that the engine reads in the source (`Staged.query`); whether no file of their texts is needed."""


@dataclass
class Intake:
    """One source being read.

    `path` is the file as it lies there, `size` its bytes, `survey` what is being told of them beside the reading, if
    anything, `compression` as in `Source`, `options` what the merchant says of it, `verbatim` as in `stage`, as is
    `follower`. The first `look_ahead` items are read before one is written, the first `learned_from` by no pattern.
    `stopped_reason` is None while nothing has cut the reading short.
    """

    path: Path
    uri: str
    workdir: Path
    size: int
    survey: Future[Survey] | None
    compression: str | None
    limits: Limits
    shapes: Shapes
    options: SourceOptions
    meter: Meter
    verbatim: bool = False
    follower: Follower | None = None
    look_ahead: int = LOOK_AHEAD
    learned_from: int = LEARNED_FROM
    faults: FaultTally = field(default_factory=FaultTally)
    stopped_reason: str | None = None

    def stop(self, stopped: Stopped) -> None:
        """Note why the reading ended early; the first reason stands.

        Past a limit too there is a fault: what was not read was not checked, so the feed must not pass.
        """
        if stopped.fault is not None:
            self.faults.add(stopped.fault)
        elif self.stopped_reason is None:
            self.faults.add(Fault("too_large", stopped.reason, value=stopped.reason))
        if self.stopped_reason is None:
            self.stopped_reason = stopped.reason

    def check_faults(self) -> None:
        """Raise `Stopped` where there are more faults than any feed has that somebody wrote, and past `max_seconds`."""
        faults = self.faults.totals.total()
        if faults > max(MOST_FAULTS, self.meter.produced // BYTES_PER_FAULT):
            raise Stopped(
                f"there are more than {MOST_FAULTS} faults, and more than one in {BYTES_PER_FAULT} bytes"
            )
        self.meter.check_time()

    def source(
        self,
        feed_format: str,
        *,
        encoding: Encoding | None = None,
        delimiter: str | None = None,
        quoting: str | None = None,
        item: str | None = None,
    ) -> Source:
        """What the source turned out to be."""
        return Source(
            uri=self.uri,
            format=feed_format,
            encoding=encoding.name if encoding else None,
            encoding_certainty=encoding.certainty if encoding else None,
            delimiter=delimiter,
            quoting=quoting,
            item=item,
            compression=self.compression,
            bytes=self.size,
            survey=self.survey,
        )
