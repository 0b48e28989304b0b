"""How a host takes in what waits: as much at a time as it has places for, and the next when one of them is free."""

import asyncio
import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future

from feedscript.adapters.procrastinate.attempts import Attempts, Claim
from feedscript.domain import FeedscriptError

logger = logging.getLogger(__name__)


class Intake:
    """Claims for the `capacity` places of this host, has `take` run what it has claimed, and `wake` call another host.

    `epoch` is that of the host's lease, and None where it may not run scripts: then it claims none, although the
    database can hold its lease for longer than it does so itself.

    A call of the engine is answered until nothing waits that this host had room for: who is full hears no other call,
    so that hosts with room hear them, and needs none, as a place that is free claims by itself.
    """

    def __init__(
        self,
        attempts: Attempts,
        *,
        capacity: int,
        epoch: Callable[[], int | None],
        take: Callable[[Claim, int], None],
        wake: Callable[[], None],
    ) -> None:
        self._attempts = attempts
        self._capacity = capacity
        self._epoch = epoch
        self._take = take
        self._wake = wake
        self._at_work: set[tuple[str, int]] = set()
        self._gone: set[tuple[str, int]] = set()
        self._answering: Future[None] | None = None
        self._changing, self._filling, self._claiming = threading.Lock(), threading.Lock(), threading.Lock()
        self._asked = False
        self._stopping = False

    async def answer(self) -> None:
        """Take in what waits; returns once nothing does, and has another host woken where this one is full before."""
        self._answering = answering = Future[None]()
        await asyncio.to_thread(self._fill)
        if not answering.done() and await asyncio.to_thread(self._attempts.is_room):
            await asyncio.to_thread(self._wake)
        await asyncio.wrap_future(answering)

    def claimed(self) -> list[Claim]:
        """What this host has claimed: of that which is being claimed just now all that is taken in, or nothing.

        Else who looks might run it to its end before it is taken in, and then it would be run again.
        """
        with self._claiming:
            return self._attempts.claimed()

    def hold(self, job_id: str, attempt: int) -> None:
        """It has a place here, whoever claimed it."""
        with self._changing:
            self._at_work.add((job_id, attempt))

    def gone(self, job_id: str, attempt: int) -> None:
        """Its script is gone, and its place another's while its end is written down; raises nothing."""
        with self._changing:
            if (job_id, attempt) not in self._at_work:
                return
            self._at_work.discard((job_id, attempt))
            self._gone.add((job_id, attempt))
        self._refill()

    def over(self, job_id: str, attempt: int) -> None:
        """It is this host's no more; raises nothing."""
        with self._changing:
            self._gone.discard((job_id, attempt))
            if (job_id, attempt) not in self._at_work:
                return
            self._at_work.discard((job_id, attempt))
        self._refill()

    def stop(self) -> None:
        """Claim nothing more."""
        self._stopping = True
        self._answered()

    def _refill(self) -> None:
        if self._answering is None:
            return  # nothing has waited lately: what comes is called for
        try:
            self._fill()
        except FeedscriptError as error:
            logger.warning("what waits is left to the next call: %s", error)
            self._answered()

    def _fill(self) -> None:
        """Claim while there is room and something waits; one thread at a time, for all who ask meanwhile."""
        self._asked = True
        while self._asked and self._filling.acquire(blocking=False):
            try:
                self._asked = False
                self._claim_all()
            finally:
                self._filling.release()

    def _claim_all(self) -> None:
        while not self._stopping and (room := self._capacity - len(self._at_work)) > 0:
            # Before it is claimed: who is silent from here on has another one.
            epoch = self._epoch()
            if epoch is None:
                self._answered()  # the caretaker calls again
                return
            with self._changing:
                gone = [job_id for job_id, _ in self._gone]
            with self._claiming:
                claims = self._attempts.claim(room, gone=gone)
                with self._changing:
                    self._at_work.update((claim.job_id, claim.attempt) for claim in claims)
                for claim in claims:
                    self._take(claim, epoch)
            if len(claims) < room:
                self._answered()
                return

    def _answered(self) -> None:
        answering, self._answering = self._answering, None
        if answering is not None and answering.set_running_or_notify_cancel():
            answering.set_result(None)
