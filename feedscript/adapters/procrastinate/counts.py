"""How much runs and waits on all hosts, as the database has counted it a moment ago."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace

from feedscript.ports import ExecutorHealth, Run

HOLDS_FOR = 0.1
REST_PER_COUNT = 20


class Counts:
    """Has it counted again when that is a tenth of a second old, or a count of a long line has had its rest.

    Every call that starts something asks, and each count reads the whole line. What this process has let wait since is
    added: so it keeps to what may wait, and others hear of it within that time, as on one machine.
    """

    def __init__(
        self, count: Callable[[], ExecutorHealth], now: Callable[[], float] = time.monotonic
    ) -> None:
        self._count = count
        self._now = now
        self._counted: ExecutorHealth | None = None
        self._good_until = 0.0
        self._changing, self._counting = threading.Lock(), threading.Lock()

    def health(self) -> ExecutorHealth:
        """The counts; whoever comes while they are made again has the last ones."""
        if (last := self._counted) is not None and self._now() < self._good_until:
            return last
        if not self._counting.acquire(blocking=last is None) and last is not None:
            return last
        try:
            if (counted := self._counted) is not None and self._now() < self._good_until:
                return counted
            return self._counted_again()
        finally:
            self._counting.release()

    def add(self, run: Run) -> None:
        """The run waits, too."""
        merchant = run.request.affiliate_merchant_id
        with self._changing:
            if (counted := self._counted) is not None:
                waiting = {**counted.waiting, merchant: counted.waiting.get(merchant, 0) + 1}
                self._counted = replace(counted, queued=counted.queued + 1, waiting=waiting)

    def _counted_again(self) -> ExecutorHealth:
        begun = self._now()
        counted = self._count()
        with self._changing:
            self._counted = counted
            self._good_until = self._now() + max(HOLDS_FOR, REST_PER_COUNT * (self._now() - begun))
        return counted
