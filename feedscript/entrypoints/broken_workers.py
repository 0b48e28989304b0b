"""Server processes that end as soon as they are started: after a few of them no more are."""

import time
from collections import deque
from collections.abc import Callable

#: A process that ends sooner than this was broken; so many within a minute, for each that is wanted, are enough.
YOUNG, WITHIN = 5.0, 60.0
FEWEST, FOR_EACH = 6, 3


class BrokenWorkers:
    """Counts them, over `workers` processes that are wanted; `clock` answers seconds."""

    def __init__(self, workers: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._enough = max(FEWEST, FOR_EACH * workers)
        self._clock = clock
        self._born: dict[int, float] = {}
        self._ended: deque[float] = deque()

    def began(self, worker: int) -> None:
        """The process of this number is started."""
        self._born[worker] = self._clock()

    def ended(self, worker: int) -> bool:
        """It has ended; answers whether so many were broken that the next ones would be too."""
        now = self._clock()
        if now - self._born.pop(worker, now) >= YOUNG:
            return False
        self._ended.append(now)
        while self._ended[0] < now - WITHIN:
            self._ended.popleft()
        return len(self._ended) >= self._enough
