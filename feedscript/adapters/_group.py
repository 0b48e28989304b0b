"""Threads that want the same kind of work done share rounds of it.

The first that comes does the work for all who wait by then; whoever comes during a round is part of the next, which
the first of them does. Where the work ends in an fsync this is group commit (DeWitt et al., "Implementation Techniques
for Main Memory Database Systems", SIGMOD 1984): the disk is asked once for many.
"""

import threading
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from feedscript.domain import FeedscriptError
from feedscript.ports.errors import StorageBroken

Item = TypeVar("Item")


class _Wish(Generic[Item]):
    """What one thread wants; `called` is held until the thread is to go on, because it is done or to lead a round."""

    def __init__(self, item: Item) -> None:
        self.item = item
        self.done = False
        self.leads = False
        self.error: FeedscriptError | None = None
        self.called = threading.Lock()
        self.called.acquire()


class Group(Generic[Item]):
    """Rounds of `work`, which answers for each item what went wrong with it, or None."""

    def __init__(self, work: Callable[[Sequence[Item]], Sequence[FeedscriptError | None]]) -> None:
        self._work = work
        self._waiting: list[_Wish[Item]] = []
        self._led = False
        self._lock = threading.Lock()

    @property
    def waiting(self) -> int:
        """How many wait for the next round."""
        return len(self._waiting)

    def run(self, item: Item) -> None:
        """Return when a round has seen to the item; raises what went wrong with it."""
        wish = _Wish(item)
        try:
            # Within the try: who is interrupted between the two is waited for by nobody.
            with self._lock:
                self._waiting.append(wish)
                # Noted here: who hands over may make a leader of it before it comes to wait.
                is_first = wish.leads = not self._led
                self._led = True
            if not is_first:
                wish.called.acquire()
            if not wish.done:
                self._see_to_all()
        except BaseException:
            self._leave(wish)
            raise
        if wish.error is not None:
            raise wish.error

    def _see_to_all(self) -> None:
        wishes: list[_Wish[Item]] = []
        errors: Sequence[FeedscriptError | None] = []
        try:
            with self._lock:
                wishes, self._waiting = self._waiting, wishes
            # Whatever goes wrong, nobody in the round may think that the work was done, and somebody leads the next.
            errors = [StorageBroken("the round", "was cut off")] * len(wishes)
            errors = self._work([wish.item for wish in wishes])
        except FeedscriptError as error:
            errors = [error] * len(wishes)
        except OSError as error:
            errors = [StorageBroken(str(error.filename), error.strerror or str(error))] * len(wishes)
        finally:
            self._hand_over()
            for wish, what in zip(wishes, errors, strict=True):
                wish.done, wish.error = True, what
                wish.called.release()

    def _hand_over(self) -> None:
        with self._lock:
            self._led = bool(self._waiting)
            if self._waiting:
                self._waiting[0].leads = True
                self._waiting[0].called.release()

    def _leave(self, wish: _Wish[Item]) -> None:
        """Go without having been seen to, as on Ctrl-C; who was to lead the next round has another do so."""
        with self._lock:
            if wish not in self._waiting:
                return
            self._waiting.remove(wish)
        if wish.leads:
            self._hand_over()
