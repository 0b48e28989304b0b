"""Until when a host may run scripts, where others would run them instead: a file beside its runs.

Times are those of CLOCK_BOOTTIME, which nobody sets and which goes on while a machine sleeps.
"""

import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

HOLDS_FOR = 0.1
"""Seconds for which what was read is believed: less than a host gives up of its lease before others take it."""


@dataclass(frozen=True, slots=True)
class Lease:
    """`until` in seconds; `epoch` is another one after every time that the host was silent for too long."""

    until: float
    epoch: int


def now() -> float:
    """The time by which a lease is measured, in seconds."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def write_lease(path: Path, lease: Lease) -> None:
    """Leave it for who looks at it, whole or not at all."""
    temporary = path.with_suffix(".tmp")
    temporary.write_text(json.dumps(asdict(lease)))
    temporary.rename(path)


class LeaseFile:
    """A host's lease as one process sees it, who reads it once in a while: what it was read to be it was just now."""

    def __init__(self, path: Path, *, now: Callable[[], float] = now) -> None:
        self.path = path
        self._now = now
        self._read: Lease | None = None
        self._good_until = 0.0

    def last(self) -> Lease | None:
        """The lease, whether or not it is over; None where there never was one that could be read."""
        now = self._now()
        if self._read is None or now > min(self._read.until, self._good_until):
            self._read, self._good_until = _read(self.path) or self._read, now + HOLDS_FOR
        return self._read

    def epoch(self) -> int | None:
        """That of the lease; None where it is over, and nothing may be begun."""
        lease = self.last()
        return None if lease is None or self._now() > lease.until else lease.epoch

    def holds(self, epoch: int) -> bool:
        """Whether what was begun in that epoch may go on."""
        return self.epoch() == epoch


def _read(path: Path) -> Lease | None:
    try:
        document = json.loads(path.read_bytes())
        return Lease(float(document["until"]), int(document["epoch"]))
    except (OSError, ValueError, TypeError, KeyError):
        return None
