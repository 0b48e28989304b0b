"""When which letter is due, on a clock that may be set back."""

import heapq
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count
from typing import NamedTuple

from feedscript.domain import pause_is_over
from feedscript.ports import Clock

LONGEST_PAUSE = timedelta(days=1)
Lane = tuple[str, str]


class _Entry(NamedTuple):
    until: datetime
    number: int
    name: str
    lane: Lane
    pause: timedelta


class Schedule:
    """Names of letters by the time until which they wait; what is not due costs nothing until it is.

    >>> from feedscript.testing.fakes import NOON, FrozenClock
    >>> clock = FrozenClock()
    >>> schedule = Schedule(clock)
    >>> schedule.add("a", ("m1", "host"), NOON + timedelta(minutes=1), timedelta(minutes=1))
    >>> list(schedule.due()), clock.tick(timedelta(minutes=1)) > NOON, list(schedule.due())
    ([], True, [(('m1', 'host'), 'a')])
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._waiting: list[_Entry] = []
        self._numbers = count()
        self._latest = clock.now()

    def add(self, name: str, lane: Lane, until: datetime | None, pause: timedelta | None) -> None:
        """Let the letter wait until then, at most `pause` from now; at once where there is no time."""
        now = self._clock.now()
        entry = _Entry(until or now, next(self._numbers), name, lane, pause or LONGEST_PAUSE)
        heapq.heappush(self._waiting, entry._replace(until=now) if _is_over(entry, now) else entry)

    def due(self) -> Iterator[tuple[Lane, str]]:
        """Take out what is due."""
        now = self._clock.now()
        if now < self._latest:
            self._waiting = [e._replace(until=now) if _is_over(e, now) else e for e in self._waiting]
            heapq.heapify(self._waiting)
        self._latest = now
        while self._waiting and self._waiting[0].until <= now:
            entry = heapq.heappop(self._waiting)
            yield entry.lane, entry.name


def _is_over(entry: _Entry, now: datetime) -> bool:
    return pause_is_over(entry.until, now=now, longest=entry.pause)
