"""Who is next: callers in turn, the merchants of one in turn, and first in, first out within a merchant."""

import threading
import time
from collections import Counter, OrderedDict, deque
from collections.abc import Container, Iterator, Mapping
from itertools import islice
from typing import NamedTuple

from feedscript.ports.executor import Run


class Ticket(NamedTuple):
    """An attempt's place in the line of its merchant; what is to be run is asked for when its turn has come.

    `caller` is whoever asked for it. Anybody may make up merchants, and nobody callers.
    """

    job_id: str
    attempt: int
    merchant: str
    started: bool = False
    caller: str = ""


Line = deque[tuple[float, Ticket]]


def ticket_of(run: Run) -> Ticket:
    """The run's ticket."""
    return Ticket(run.job_id, run.attempt, run.request.affiliate_merchant_id, run.started, run.caller)


class FairQueue:
    """A queue for several consumers; an attempt that waits or is being worked on is not taken in twice."""

    def __init__(self) -> None:
        self._ahead: Line = deque()
        self._waiting: OrderedDict[str, OrderedDict[str, Line]] = OrderedDict()
        self._of_merchant: Counter[str] = Counter()
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
            line = self._ahead if ahead else self._line_of(ticket)
            line.append((time.monotonic(), ticket))
            self._of_merchant[ticket.merchant] += 1
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
            ticket = self._ahead.popleft()[1] if self._ahead else self._next()
            self._leave(ticket.merchant)
            return ticket

    def drop(self, unwanted: Container[tuple[str, int]]) -> None:
        """Those of the attempts (job and number) that wait do so no more; they may be put again."""
        with self._changed:
            for line in list(self._lines()):
                for entry in [each for each in line if each[1][:2] in unwanted]:
                    line.remove(entry)
                    self._known.discard(entry[1][:2])
                    self._leave(entry[1].merchant)
            for caller, merchants in list(self._waiting.items()):
                for merchant in [name for name, line in merchants.items() if not line]:
                    del merchants[merchant]
                if not merchants:
                    del self._waiting[caller]

    def tickets(self) -> frozenset[tuple[str, int]]:
        """The attempts that wait: job and number."""
        with self._changed:
            return frozenset(ticket[:2] for line in self._lines() for _, ticket in line)

    def waiting(self) -> frozenset[str]:
        """The jobs that wait, and are not being worked on."""
        return frozenset(job_id for job_id, _ in self.tickets())

    def of_merchants(self, most: int) -> Mapping[str, int]:
        """How many attempts of each merchant wait, of the `most` merchants that have most."""
        with self._changed:
            return dict(self._of_merchant.most_common(most))

    def order(self, most: int) -> list[Ticket]:
        """The first `most` that wait, in the order in which they will be taken if nothing more comes."""
        with self._changed:
            told = [ticket for _, ticket in islice(self._ahead, most)]
            callers = deque(
                deque((iter(line), len(line)) for line in merchants.values())
                for merchants in self._waiting.values()
            )
            while callers and len(told) < most:
                merchants = callers.popleft()
                line, left = merchants.popleft()
                told.append(next(line)[1])
                if left > 1:
                    merchants.append((line, left - 1))
                if merchants:
                    callers.append(merchants)
            return told

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
            heads = [line[0][0] for line in self._lines() if line]
            waiting = self._of_merchant.total()
        return waiting, time.monotonic() - min(heads) if heads else None

    def _leave(self, merchant: str) -> None:
        self._of_merchant[merchant] -= 1
        if not self._of_merchant[merchant]:
            del self._of_merchant[merchant]

    def _line_of(self, ticket: Ticket) -> Line:
        merchants = self._waiting.setdefault(ticket.caller, OrderedDict())
        return merchants.setdefault(ticket.merchant, deque())

    def _next(self) -> Ticket:
        """The first of the next merchant of the next caller; both go to the end of their lines."""
        caller, merchants = self._waiting.popitem(last=False)
        merchant, tickets = merchants.popitem(last=False)
        _, ticket = tickets.popleft()
        if tickets:
            merchants[merchant] = tickets
        if merchants:
            self._waiting[caller] = merchants
        return ticket

    def _lines(self) -> Iterator[Line]:
        yield self._ahead
        for merchants in self._waiting.values():
            yield from merchants.values()
