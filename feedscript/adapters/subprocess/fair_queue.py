"""Who is next: merchants in turn, and first in, first out within one."""

import threading
import time
from collections import OrderedDict, deque

from feedscript.ports.executor import Run


class FairQueue:
    """A queue of runs for several consumers; a run that waits or is being worked on is not taken in twice."""

    def __init__(self) -> None:
        self._ahead: deque[tuple[float, Run]] = deque()
        self._waiting: OrderedDict[str, deque[tuple[float, Run]]] = OrderedDict()
        self._known: set[tuple[str, int]] = set()
        self._changed = threading.Condition()
        self._closed = False

    def put(self, run: Run, *, ahead: bool = False) -> bool:
        """Let the run wait its turn, or `ahead` of all others; answers False for one that is known already."""
        with self._changed:
            key = (run.job_id, run.attempt)
            if self._closed or key in self._known:
                return False
            self._known.add(key)
            merchant = run.request.affiliate_merchant_id
            line = self._ahead if ahead else self._waiting.setdefault(merchant, deque())
            line.append((time.monotonic(), run))
            self._changed.notify()
            return True

    def knows(self, run: Run) -> bool:
        """Whether the run waits or is being worked on."""
        return (run.job_id, run.attempt) in self._known

    def take(self) -> Run | None:
        """The next run, waited for; None once the queue is closed. Call `done` when it is over."""
        with self._changed:
            while not (self._ahead or self._waiting or self._closed):
                self._changed.wait()
            if self._closed:
                return None
            if self._ahead:
                return self._ahead.popleft()[1]
            merchant, runs = self._waiting.popitem(last=False)
            _, run = runs.popleft()
            if runs:
                self._waiting[merchant] = runs
            return run

    def done(self, run: Run) -> None:
        """Forget the run: it may be put again."""
        with self._changed:
            self._known.discard((run.job_id, run.attempt))

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
