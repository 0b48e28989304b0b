"""The one way to change a job: load, decide, evolve, commit with its record; then what that sets in motion."""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime

from feedscript.domain import (
    Activity,
    Attempt,
    Command,
    ContinueJob,
    DestinationTaken,
    Event,
    Failed,
    ForbiddenCallback,
    GenerationStarted,
    Job,
    Reach,
    Reason,
    Refusal,
    RefusalCode,
    RetryCalledOff,
    RetryPolicy,
    SourceMissing,
    StartGeneration,
    StartValidation,
    Succeeded,
    UnknownJob,
    ValidationStarted,
    decide,
    evolve,
    outcome_of,
    record_of,
)
from feedscript.ports import AttemptTokens, Clock, Executor, JobRepository, Notification, Notifier, Run
from feedscript.ports.errors import StorageBusy, VersionConflict
from feedscript.service.admission import Admission
from feedscript.service.calls import EVERYTHING, Answer, Call, told
from feedscript.service.trail import Trail

logger = logging.getLogger(__name__)

RACES_BEFORE_GIVING_UP = 100


class Changes:
    """Changes jobs; the arguments are as of `JobService`."""

    def __init__(
        self,
        *,
        repository: JobRepository,
        executor: Executor,
        notifier: Notifier,
        admission: Admission,
        trail: Trail,
        clock: Clock,
        tokens: AttemptTokens,
        policy: RetryPolicy,
        own_callbacks: Callable[[str], bool],
        report_address: Callable[[str], str],
    ) -> None:
        self._repository = repository
        self._executor = executor
        self._notifier = notifier
        self._admission = admission
        self._trail = trail
        self._clock = clock
        self._tokens = tokens
        self._policy = policy
        self._own_callbacks = own_callbacks
        self._report_address = report_address

    def apply(
        self,
        job_id: str,
        command: Command,
        *,
        actor: str = "feedscript",
        call: Call | None = None,
        beside: Sequence[Activity] = (),
        new: bool = False,
        known: Job | None = None,
        reach: Reach = EVERYTHING,
    ) -> Answer:
        """Change the job, if it takes the command; `beside` is entered together with the change, or not at all.

        The job as it was `known` a moment ago saves a look, as the commit is guarded by its version; refused is only
        what the job as it is now refuses.
        """
        for races in range(RACES_BEFORE_GIVING_UP):
            # Whoever has just made the id need not look; a racer that was faster shows at the commit.
            looks = races > 0 or not (new or known)
            job = self._repository.get(job_id) if looks else known
            if job is not None and not reach.covers(job):
                raise UnknownJob(job_id)
            decision = decide(job, command, self._clock.now(), self._policy)
            if isinstance(decision, Refusal):
                if known and not looks:
                    continue
                return _refused(job_id, job, command, decision)
            try:
                with self._admission.of(decision, reach, actor) as event:
                    following = evolve(job, event)
                    stage = following.stage.value
                    entry = record_of(event, following.version, actor=actor, stage=stage, **told(call))
                    settled = self._commit(following, [*beside, entry])
            except VersionConflict:
                continue
            for entered in (*beside, entry):
                self._trail.observe(entered, following)
            self._set_off(following, event, settled=settled)
            return Answer(following)
        raise StorageBusy(job_id, 0)

    def apply_both(self, known: Job, first: Command, second: Command, *, first_at: datetime) -> bool:
        """Change the job twice in one commit, neither being a start; False where that cannot be: nothing is changed.

        `first_at` is when the first happened, by whoever saw it.
        """
        now, job = self._clock.now(), known
        entries: list[tuple[Activity, Job]] = []
        for command, at in ((first, min(max(first_at, known.updated_at), now)), (second, now)):
            decision = decide(job, command, at, self._policy)
            if isinstance(decision, Refusal):
                return False
            job, event = evolve(job, decision), decision
            entries.append((record_of(event, job.version, stage=job.stage.value), job))
        try:
            settled = self._commit(job, [entry for entry, _ in entries])
        except VersionConflict:
            return False
        for entry, after in entries:
            self._trail.observe(entry, after)
        self._set_off(job, event, settled=settled)
        return True

    def _commit(self, job: Job, entries: Sequence[Activity]) -> bool:
        """Commit the version; answers whether the job is settled with it, as nobody is to be told of anything."""
        if job.settled and not any(attempt.request.callback_url for attempt in job.attempts):
            return self._repository.commit_last(job, entries)
        self._repository.commit(job, entries)
        return False

    def _set_off(self, job: Job, event: Event, *, settled: bool) -> None:
        try:
            self._follow_up(job, event, settled=settled)
        except Exception:
            # What is stored has happened, whatever comes of this; `tick` and `backlog` make it good.
            logger.exception("job %s: what follows is left to the next tick", job.id)

    def _follow_up(self, job: Job, event: Event, *, settled: bool) -> None:
        """What a stored event sets in motion; all of it is made good by `tick` and `backlog` after a crash."""
        if isinstance(event, GenerationStarted | ValidationStarted):
            self._executor.submit(self.run(job.id, job.latest))
        ended = isinstance(event, Succeeded | Failed | RetryCalledOff)
        if job.following is not None:
            self.go_on(job)
        elif ended and job.next_retry_at is None:
            self._notify(job)
        if job.settled and not settled:
            self.settle(job)

    def go_on(self, job: Job) -> None:
        """Start what is to follow; what has ended is told before, since a crash must not lose it."""
        self._notify(job)
        self.apply(job.id, ContinueJob(obstacle=self._admission.obstacle(job)))

    def settle(self, job: Job) -> None:
        """Take the job off the open ones once its outcome is sure to be told: a crash before that repeats this."""
        self._notify(job)
        self._repository.settle(job.id)
        if any(attempt.request.callback_url for attempt in job.attempts):
            self._notifier.forget(job.id)

    def run(self, job_id: str, attempt: Attempt) -> Run:
        """What the executor has to know of the attempt."""
        return Run(
            job_id=job_id,
            attempt=attempt.number,
            phase=attempt.phase,
            request=attempt.request,
            token=self._tokens.issue(job_id, attempt.number),
            wanted=attempt.reason is not Reason.CANCELLED,
            started=attempt.started_at is not None,
            caller=attempt.caller,
        )

    def need_callable(self, url: str | None) -> None:
        """Refuse, with `ForbiddenCallback`, an address at which the caller could never be told."""
        if url is None or self._own_callbacks(url):
            return
        why = self._notifier.refusal(url)
        if why is not None:
            raise ForbiddenCallback(why)

    def _notify(self, job: Job) -> None:
        url = job.latest.request.callback_url
        if url is None or self._own_callbacks(url):
            return
        self._notifier.notify(
            Notification(
                id=f"{job.id}/{job.latest.number}/{job.state.value}",
                job_id=job.id,
                url=url,
                body=outcome_of(job, report_address=self._report_address),
                affiliate_merchant_id=job.affiliate_merchant_id,
            )
        )


def _refused(job_id: str, job: Job | None, command: Command, refusal: Refusal) -> Answer:
    """The refusal with its job, or as the error that it is where the request itself cannot be."""
    if refusal.code is RefusalCode.SOURCE_MISSING:
        raise SourceMissing(refusal.detail)
    if refusal.code is RefusalCode.DESTINATION_TAKEN:
        destination = (
            command.request.destination if isinstance(command, StartGeneration | StartValidation) else ""
        )
        raise DestinationTaken(destination, refusal.detail)
    if job is None:
        raise UnknownJob(job_id)
    return Answer(job, refusal)
