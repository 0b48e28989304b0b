"""What the scripts of this host are told about and tell: of all attempts, those that this host has claimed."""

import logging
import threading
from collections.abc import Callable, Collection, Container, Iterator
from datetime import datetime

from feedscript.adapters.procrastinate.attempts import Attempts, Claim
from feedscript.adapters.subprocess.lease import LeaseFile
from feedscript.domain import FeedscriptError, Job
from feedscript.ports import AttemptListener, Run, ScriptEnd

logger = logging.getLogger(__name__)


class HostListener(AttemptListener):
    """Stands between the service and the executor of this host's scripts.

    `claims` tells what is claimed here. `adopted` is called for what was claimed here before, `ending` before an end is
    told, while the script's folder is there; `over` when an attempt is this host's no more. While the `lease` holds in
    the epoch in which an attempt was this host's, nobody else can have declared it lost, and nobody is asked.
    """

    def __init__(
        self,
        service: AttemptListener,
        attempts: Attempts,
        lease: LeaseFile,
        *,
        claims: Callable[[], Collection[Claim]],
        adopted: Callable[[str, int], None],
        ending: Callable[[str, int], None],
        over: Callable[[str, int], None],
    ) -> None:
        self._service = service
        self._attempts = attempts
        self._lease = lease
        self._claims = claims
        self._adopted = adopted
        self._changing = threading.Lock()
        self._claimed: dict[tuple[str, int], tuple[Claim, int]] = {}
        self._held_in: dict[tuple[str, int], int] = {}
        self._leaving: set[tuple[str, int]] = set()
        self._ending = ending
        self._over = over

    def backlog(self, *, waiting: Container[str] = (), of: Collection[str] | None = None) -> Iterator[Run]:
        """Those of the service's that are claimed here.

        What is claimed, and in no backlog, is let go, unless it was told to be wanted: then its script runs.
        """
        claimed = {(claim.job_id, claim.attempt) for claim in self._claims()}
        left = {key for key in claimed if key[0] not in waiting and (of is None or key[0] in of)}
        # However much waits for other hosts, it is not looked at here.
        for run in self._service.backlog(of={job_id for job_id, _ in left}):
            if (run.job_id, run.attempt) in left:
                left.discard((run.job_id, run.attempt))
                self._adopted(run.job_id, run.attempt)
                yield run
        # One that was cancelled just before its script was started is in no backlog until that is told.
        for key in left:
            if self._may_leave(key):
                self._let_go(*key)

    def wanted(self, job_id: str, attempt: int, *, known: Job | None = None) -> Run | None:
        """As the service says, for what is this host's; what is not to be run is let go."""
        key = job_id, attempt
        with self._changing:
            if key in self._leaving:
                return None
            claim, epoch = self._claimed.pop(key, (None, 0))
            if not self._lease.holds(epoch):
                claim, epoch = None, self._epoch()
            # Before anybody is asked: from here on it is not let go.
            self._held_in[key] = epoch
        try:
            if claim is None and not self._attempts.holds(*key):
                self._forget(*key)
                return None
            run = self._service.wanted(*key, known=(claim and claim.job) or known)
            # The job does not tell of a script that was cancelled after its claim, and whose start is not yet told.
            if run and attempt > 1 and self._attempts.is_earlier_claimed(*key):
                run = None
        except FeedscriptError:
            with self._changing:
                del self._held_in[key]
            raise
        if run is None:
            self._let_go(*key)
        return run

    def claimed(self, claim: Claim, epoch: int) -> None:
        """The attempt was claimed just now: its job need not be looked for when it is asked whether it is wanted.

        `epoch` is that of the lease before.
        """
        self._claimed[claim.job_id, claim.attempt] = claim, epoch

    def give_back(self) -> None:
        """Let others run what was claimed, and not asked for, which it is not any more; raises the storage's errors."""
        with self._changing:
            left = list(self._claimed)
            self._leaving.update(left)
            self._claimed.clear()
        for key in left:
            self._attempts.give_back(*key)

    def script_started(self, job_id: str, attempt: int, log: str) -> None:
        """Tell it, unless the attempt was declared lost meanwhile."""
        if self._holds(job_id, attempt):
            self._service.script_started(job_id, attempt, log)

    def script_ended(self, end: ScriptEnd) -> None:
        """Tell it, unless the attempt was declared lost meanwhile: then its end has been told."""
        self._end(end, lambda: self._service.script_ended(end))

    def script_ran(self, started_at: datetime, log: str, end: ScriptEnd) -> None:
        """Tell both, unless the attempt was declared lost meanwhile."""
        self._end(end, lambda: self._service.script_ran(started_at, log, end))

    def tick(self, *, waiting: Container[str] = ()) -> None:
        """Nothing: one process of all hosts sees to that (`Caretaker`)."""

    def _end(self, end: ScriptEnd, tell: Callable[[], None]) -> None:
        if self._holds(end.job_id, end.attempt):
            self._ending(end.job_id, end.attempt)
            tell()
        self._forget(end.job_id, end.attempt)

    def _may_leave(self, key: tuple[str, int]) -> bool:
        """Whether nobody was told that it is wanted; from here on nobody is."""
        with self._changing:
            if key not in self._held_in:
                self._leaving.add(key)
        return key in self._leaving

    def _let_go(self, job_id: str, attempt: int) -> None:
        try:
            self._attempts.let_go(job_id, attempt)
        except FeedscriptError as error:
            # It is let go at the next look at the backlog, which has it no more.
            logger.warning("job %s, attempt %s is not let go yet: %s", job_id, attempt, error)
        self._forget(job_id, attempt)

    def _forget(self, job_id: str, attempt: int) -> None:
        with self._changing:
            self._claimed.pop((job_id, attempt), None)
            self._held_in.pop((job_id, attempt), None)
            self._leaving.discard((job_id, attempt))
        self._over(job_id, attempt)

    def _holds(self, job_id: str, attempt: int) -> bool:
        if self._held_since((job_id, attempt)):
            return True
        epoch = self._epoch()
        if not self._attempts.holds(job_id, attempt):
            return False
        self._held_in[job_id, attempt] = epoch
        return True

    def _held_since(self, key: tuple[str, int]) -> bool:
        held_in = self._held_in.get(key)
        return held_in is not None and self._lease.holds(held_in)

    def _epoch(self) -> int:
        """That of the lease before anything is asked: who is silent from here on has another one."""
        lease = self._lease.last()
        return lease.epoch if lease else 0
