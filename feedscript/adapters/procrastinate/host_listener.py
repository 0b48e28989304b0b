"""What the scripts of this host are told about and tell: of all attempts, those that this host has claimed."""

import logging
from collections.abc import Callable, Container, Iterator

from feedscript.adapters.procrastinate.attempts import Attempts
from feedscript.domain import FeedscriptError
from feedscript.ports import AttemptListener, Run, ScriptEnd

logger = logging.getLogger(__name__)


class HostListener(AttemptListener):
    """Stands between the service and the executor of this host's scripts.

    `ending` is called before an end is told, while the script's folder is there; `over` when an attempt is this host's
    no more.
    """

    def __init__(
        self,
        service: AttemptListener,
        attempts: Attempts,
        *,
        ending: Callable[[str, int], None],
        over: Callable[[str, int], None],
    ) -> None:
        self._service = service
        self._attempts = attempts
        self._ending = ending
        self._over = over

    def backlog(self, *, waiting: Container[str] = ()) -> Iterator[Run]:
        """Those of the service's that are claimed here; what is claimed and in no backlog is let go."""
        claimed = {(claim.job_id, claim.attempt) for claim in self._attempts.claimed()}
        left = {key for key in claimed if key[0] not in waiting}
        for run in self._service.backlog(waiting=_AllBut({job_id for job_id, _ in left})):
            if (run.job_id, run.attempt) in left:
                left.discard((run.job_id, run.attempt))
                yield run
        for job_id, attempt in left:
            self._let_go(job_id, attempt)

    def wanted(self, job_id: str, attempt: int) -> Run | None:
        """As the service says, for what is this host's; what is not to be run is let go."""
        if not self._attempts.begin(job_id, attempt):
            self._over(job_id, attempt)
            return None
        return self.still_wanted(job_id, attempt)

    def still_wanted(self, job_id: str, attempt: int) -> Run | None:
        """As the service says, before anything is begun; what is not to be run is let go."""
        run = self._service.wanted(job_id, attempt)
        if run is None:
            self._let_go(job_id, attempt)
        return run

    def script_started(self, job_id: str, attempt: int, log: str) -> None:
        """Tell it, unless the attempt was declared lost meanwhile."""
        if self._attempts.holds(job_id, attempt):
            self._service.script_started(job_id, attempt, log)

    def script_ended(self, end: ScriptEnd) -> None:
        """Tell it, unless the attempt was declared lost meanwhile: then its end has been told."""
        if self._attempts.holds(end.job_id, end.attempt):
            self._ending(end.job_id, end.attempt)
            self._service.script_ended(end)
        self._let_go(end.job_id, end.attempt)

    def tick(self, *, waiting: Container[str] = ()) -> None:
        """Nothing: one process of all hosts sees to that (`Caretaker`)."""

    def _let_go(self, job_id: str, attempt: int) -> None:
        try:
            self._attempts.let_go(job_id, attempt)
        except FeedscriptError as error:
            # It is let go at the next look at the backlog, which has it no more.
            logger.warning("job %s, attempt %s is not let go yet: %s", job_id, attempt, error)
        self._over(job_id, attempt)


class _AllBut(Container[str]):
    """Every text but those."""

    def __init__(self, those: set[str]) -> None:
        self._those = those

    def __contains__(self, text: object) -> bool:
        return text not in self._those
