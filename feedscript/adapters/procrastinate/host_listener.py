"""What the scripts of this host are told about and tell: of all attempts, those that this host has claimed."""

import logging
from collections.abc import Callable, Container, Iterator
from datetime import datetime
from pathlib import Path

from feedscript.adapters.procrastinate.attempts import Attempts
from feedscript.adapters.subprocess.lease import is_over, read_lease
from feedscript.domain import FeedscriptError, Job
from feedscript.ports import AttemptListener, Run, ScriptEnd

logger = logging.getLogger(__name__)


class HostListener(AttemptListener):
    """Stands between the service and the executor of this host's scripts.

    `adopted` is called for what was claimed here before, `ending` before an end is told, while the script's folder is
    there; `over` when an attempt is this host's no more. While the `lease`, a file, holds in the epoch in which an
    attempt was this host's, nobody else can have declared it lost, and nobody is asked.
    """

    def __init__(
        self,
        service: AttemptListener,
        attempts: Attempts,
        lease: Path,
        *,
        adopted: Callable[[str, int], None],
        ending: Callable[[str, int], None],
        over: Callable[[str, int], None],
    ) -> None:
        self._service = service
        self._attempts = attempts
        self._lease = lease
        self._adopted = adopted
        self._held_in: dict[tuple[str, int], int] = {}
        self._ending = ending
        self._over = over

    def backlog(self, *, waiting: Container[str] = ()) -> Iterator[Run]:
        """Those of the service's that are claimed here; what is claimed, not begun, and in no backlog is let go."""
        claimed = {(claim.job_id, claim.attempt) for claim in self._attempts.claimed()}
        left = {key for key in claimed if key[0] not in waiting}
        for run in self._service.backlog(waiting=_AllBut({job_id for job_id, _ in left})):
            if (run.job_id, run.attempt) in left:
                left.discard((run.job_id, run.attempt))
                self._adopted(run.job_id, run.attempt)
                yield run
        # One that was cancelled just as it was begun is in no backlog until its start is told.
        for key in left:
            if key not in self._held_in:
                self._let_go(*key)

    def wanted(self, job_id: str, attempt: int, *, known: Job | None = None) -> Run | None:
        """As the service says, for what is this host's; what is not to be run is let go."""
        epoch = self._epoch()
        begun = self._attempts.begin(job_id, attempt)
        if begun is None:
            self._forget(job_id, attempt)
            return None
        self._held_in[job_id, attempt] = epoch
        run = self._service.wanted(job_id, attempt, known=begun.job or known)
        if run is None:
            self._let_go(job_id, attempt)
        return run

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
        self._attempts.let_go_soon(end.job_id, end.attempt)
        self._forget(end.job_id, end.attempt)

    def _let_go(self, job_id: str, attempt: int) -> None:
        try:
            self._attempts.let_go(job_id, attempt)
        except FeedscriptError as error:
            # It is let go at the next look at the backlog, which has it no more.
            logger.warning("job %s, attempt %s is not let go yet: %s", job_id, attempt, error)
        self._forget(job_id, attempt)

    def _forget(self, job_id: str, attempt: int) -> None:
        self._held_in.pop((job_id, attempt), None)
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
        return held_in is not None and not is_over(self._lease, held_in)

    def _epoch(self) -> int:
        """That of the lease before anything is asked: who is silent from here on has another one."""
        lease = read_lease(self._lease)
        return lease.epoch if lease else 0


class _AllBut(Container[str]):
    """Every text but those."""

    def __init__(self, those: set[str]) -> None:
        self._those = those

    def __contains__(self, text: object) -> bool:
        return text not in self._those
