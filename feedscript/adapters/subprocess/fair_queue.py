"""Who is next: merchants in turn, and first in, first out within one."""

import threading
import time
from collections import OrderedDict, deque
from typing import NamedTuple

from feedscript.ports.executor import Run


class Ticket(NamedTuple):
    """An attempt's place in the line of its merchant; what is to be run is asked for when its turn has come."""

    job_id: str
    attempt: int
    merchant: str
    started: bool = False


def ticket_of(run: Run) -> Ticket:
    """The run's ticket."""
    return Ticket(run.job_id, run.attempt, run.request.affiliate_merchant_id, run.started)


class FairQueue:
    """A queue for several consumers; an attempt that waits or is being worked on is not taken in twice."""

    def __init__(self) -> None:
        self._ahead: deque[tuple[float, Ticket]] = deque()
        self._waiting: OrderedDict[str, deque[tuple[float, Ticket]]] = OrderedDict()
        self._known: set[tuple[str, int]] = set()
        self._changed = threading.Condition()
        self._closed = False

    def put(self, ticket: Ticket, *, ahead: bool = False) -> bool:
        """Let it wait its turn, or `ahead` of all others; answers False for one that is known already."""
        with self._changed:
            key = (ticket.job_id, ticket.attempt)
            if self._closed or key in self._known:
                return False
            self._known.add(key)
            line = self._ahead if ahead else self._waiting.setdefault(ticket.merchant, deque())
            line.append((time.monotonic(), ticket))
            self._changed.notify()
            return True

    def knows(self, job_id: str, attempt: int) -> bool:
        """Whether the attempt waits or is being worked on."""
        return (job_id, attempt) in self._known

    def take(self) -> Ticket | None:
        """The next one, waited for; None once the queue is closed. Call `done` when it is over."""
        with self._changed:
            while not (self._ahead or self._waiting or self._closed):
                self._changed.wait()
            if self._closed:
                return None
            if self._ahead:
                return self._ahead.popleft()[1]
            merchant, tickets = self._waiting.popitem(last=False)
            _, ticket = tickets.popleft()
            if tickets:
                self._waiting[merchant] = tickets
            return ticket

    def waiting(self) -> frozenset[str]:
        """The jobs that wait, and are not being worked on."""
        with self._changed:
            return frozenset(
                ticket.job_id for line in (self._ahead, *self._waiting.values()) for _, ticket in line
            )

    def done(self, ticket: Ticket) -> None:
        """Forget it: it may be put again."""
        with self._changed:
            self._known.discard((ticket.job_id, ticket.attempt))

    def close(self) -> None:
        """Hand out nothing more."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def depth(self) -> tuple[int, float | None]:
        """How many wait, and for how many seconds the first of them has."""
        with self._changed:
            lines = [line for line in (self._ahead, *self._waiting.values()) if line]
            heads = [line[0][0] for line in lines]
            waiting = sum(map(len, lines))
        return waiting, time.monotonic() - min(heads) if heads else None
