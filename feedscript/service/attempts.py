"""What the executor tells and asks of attempts, and what the passing of time brings them."""

import logging
from collections import OrderedDict
from collections.abc import Callable, Collection, Container, Iterable, Iterator
from datetime import datetime, timedelta

from feedscript.domain import (
    ContinueJob,
    FeedscriptError,
    Job,
    RecordExit,
    RecordStart,
    RetryPolicy,
    due,
    pause_is_over,
)
from feedscript.ports import ActivityLog, Clock, JobRepository, Run, ScriptEnd
from feedscript.service.changes import Changes

logger = logging.getLogger(__name__)

REMEMBERED = 1000
HALF_DONE_AFTER = timedelta(seconds=2)
"""A settled job that is still listed as open after this was left behind by a process that died."""


class AttemptListening:
    """The service as the executor's `AttemptListener`; the arguments are as of `JobService`."""

    def __init__(
        self,
        changes: Changes,
        *,
        repository: JobRepository,
        activities: ActivityLog,
        clock: Clock,
        policy: RetryPolicy,
        callback_grace: timedelta,
        jitter: Callable[[], float],
    ) -> None:
        self._changes = changes
        self._repository = repository
        self._activities = activities
        self._clock = clock
        self._policy = policy
        self._callback_grace = callback_grace
        self._jitter = jitter
        self._latest: OrderedDict[str, Job] = OrderedDict()

    def backlog(self, *, waiting: Container[str] = (), of: Collection[str] | None = None) -> Iterator[Run]:
        """Every attempt whose script is still to be started, or to end, oldest first; jobs in `waiting` left out."""
        for job in self._open_jobs(waiting, of):
            for attempt in job.attempts:
                if attempt.at_work or (attempt.open and attempt.exited_at is None):
                    yield self._changes.run(job.id, attempt)

    def wanted(self, job_id: str, attempt: int, *, known: Job | None = None) -> Run | None:
        """The run, if the attempt needs its script now: a cancelled one's must be gone before the next begins."""
        job = known or self._repository.get(job_id)
        found = job.attempt(attempt) if job else None
        if job is None or found is None or not found.open or found.exited_at is not None:
            return None
        if any(earlier.at_work for earlier in job.attempts[: attempt - 1]):
            return None
        self._remember(job)
        return self._changes.run(job_id, found)

    def script_started(self, job_id: str, attempt: int, log: str) -> None:
        """Enter the start in the job."""
        command = RecordStart(attempt=attempt, log=log)
        self._remember(self._changes.apply(job_id, command, known=self._latest.get(job_id)).job)

    def script_ended(self, end: ScriptEnd) -> None:
        """Enter the end in the job, and judge an attempt that nobody has reported on."""
        self._changes.apply(end.job_id, self._exit(end), known=self._latest.pop(end.job_id, None))

    def script_ran(self, started_at: datetime, log: str, end: ScriptEnd) -> None:
        """Enter both in the job, in one commit where nothing has happened to it meanwhile."""
        known = self._latest.get(end.job_id)
        both = (RecordStart(attempt=end.attempt, log=log), self._exit(end))
        if known is not None and self._changes.apply_both(known, *both, first_at=started_at):
            self._latest.pop(end.job_id, None)
        else:
            self.script_started(end.job_id, end.attempt, log)
            self.script_ended(end)

    def tick(self, *, waiting: Container[str] = ()) -> None:
        """See to callbacks that did not come, automatic retries that are due, and what a crash left half done."""
        now = self._clock.now()
        for job in self._open_jobs(waiting):
            try:
                self._see_to(job, now)
            except FeedscriptError as error:
                logger.warning("job %s is left to the next tick: %s", job.id, error)
        self._activities.finish_days()

    def _exit(self, end: ScriptEnd) -> RecordExit:
        return RecordExit(
            attempt=end.attempt,
            exit_code=end.exit_code,
            reason=end.reason,
            error=end.error,
            result=end.result,
            jitter=self._jitter(),
        )

    def _remember(self, job: Job) -> None:
        """For what the executor tells next: it need not be looked for then, and is not believed blindly."""
        self._latest[job.id] = job
        while len(self._latest) > REMEMBERED:
            self._latest.popitem(last=False)

    def _see_to(self, job: Job, now: datetime) -> None:
        command = due(job, now=now, grace=self._callback_grace, policy=self._policy, jitter=self._jitter())
        if isinstance(command, ContinueJob):
            self._changes.go_on(job)
        elif command is not None:
            self._changes.apply(job.id, command)
        elif job.settled and pause_is_over(
            job.updated_at + HALF_DONE_AFTER, now=now, longest=HALF_DONE_AFTER
        ):
            self._changes.settle(job)

    def _open_jobs(self, left_out: Container[str], of: Collection[str] | None = None) -> Iterator[Job]:
        ids: Iterable[str] = (
            self._repository.open_jobs(left_out=left_out)
            if of is None
            else sorted(job_id for job_id in of if job_id not in left_out)
        )
        return self._repository.several(ids, unread=lambda error: logger.warning("left aside: %s", error))
