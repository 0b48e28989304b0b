"""JobService: the one door. It loads, decides, evolves, saves, records and submits; it decides nothing itself."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from feedscript.domain import (
    Activity,
    AllowedBuckets,
    CancelJob,
    FeedRequest,
    ForgedToken,
    Job,
    NoReport,
    OutOfReach,
    Phase,
    QueueLimits,
    Reach,
    RepeatPhase,
    RetryPolicy,
    Stage,
    StartGeneration,
    StartValidation,
    UnknownAttempt,
    UnknownJob,
    is_own_report,
    stuck_since,
)
from feedscript.ports import (
    ActivityFilter,
    ActivityLog,
    ActivityPage,
    AttemptTokens,
    Clock,
    Executor,
    ExecutorHealth,
    IdFactory,
    JobFilter,
    JobPage,
    JobRepository,
    LogChunk,
    Notifier,
    ObjectStore,
    Observation,
    Observer,
    Partners,
    Places,
)
from feedscript.service.admission import Admission
from feedscript.service.attempts import AttemptListening
from feedscript.service.calls import EVERYTHING, Answer, Call, Callback
from feedscript.service.changes import Changes
from feedscript.service.trail import Trail

MAX_REPORT_BYTES = 64 * 1024 * 1024
MOST_LOOKED_AT = 300


class JobService(AttemptListening):
    """Starts, follows and ends jobs, over whatever adapters it is given.

    `jitter` answers a number from 0 to 1 for the backoff of automatic retries; `callback_grace` is how long a silent
    exit 0 waits for its callback; `own_callbacks` tells a `callback_url` that is the service's own endpoint, and
    `report_address` where a job's report is read; `buckets` are those that requests may name, by default all;
    `queue_limits` is how much may wait, by default without end; `observer` is told of all that is entered on the trail.
    """

    def __init__(
        self,
        *,
        repository: JobRepository,
        activities: ActivityLog,
        executor: Executor,
        notifier: Notifier,
        objects: ObjectStore,
        partners: Partners,
        places: Places,
        clock: Clock,
        ids: IdFactory,
        tokens: AttemptTokens,
        policy: RetryPolicy,
        callback_grace: timedelta,
        jitter: Callable[[], float],
        own_callbacks: Callable[[str], bool],
        report_address: Callable[[str], str],
        buckets: AllowedBuckets | None = None,
        queue_limits: QueueLimits | None = None,
        observer: Observer | None = None,
    ) -> None:
        self._trail = Trail(activities, clock=clock, ids=ids, observer=observer)
        self._changes = Changes(
            repository=repository,
            executor=executor,
            notifier=notifier,
            admission=Admission(
                repository=repository,
                executor=executor,
                partners=partners,
                places=places,
                buckets=buckets or AllowedBuckets(),
                limits=queue_limits or QueueLimits(),
            ),
            trail=self._trail,
            clock=clock,
            tokens=tokens,
            policy=policy,
            own_callbacks=own_callbacks,
            report_address=report_address,
        )
        super().__init__(
            self._changes,
            repository=repository,
            activities=activities,
            clock=clock,
            policy=policy,
            callback_grace=callback_grace,
            jitter=jitter,
        )
        self._executor = executor
        self._objects = objects
        self._ids = ids
        self._tokens = tokens

    # What callers ask for

    def start(
        self,
        phase: Phase,
        request: FeedRequest,
        *,
        actor: str,
        call: Call | None = None,
        reach: Reach = EVERYTHING,
    ) -> Answer:
        """Start a phase, or retry it; the same request again changes nothing, and its `call` is not entered.

        An empty source of a validation stands for the generated feed. Raises `SourceMissing` where there is none,
        `UnknownPartner` and `WrongDestination` where the partner takes no such feed, `DestinationTaken`,
        `DestinationBusy` and `ForbiddenBucket` where it may not be written, `ForbiddenCallback` where the
        caller could never be told, `OutOfReach` and `UnknownJob` for what is not within the caller's `reach`,
        `QueueFull`, and the repository's errors.
        """
        if not reach.has_merchant(request.affiliate_merchant_id):
            raise OutOfReach("affiliate_merchant_id", request.affiliate_merchant_id)
        self._changes.need_callable(request.callback_url)
        job_id, new = self._identify(request)
        start = StartGeneration if phase is Phase.GENERATION else StartValidation
        command = start(job_id=job_id, request=request)
        return self._changes.apply(job_id, command, actor=actor, call=call, new=new, reach=reach)

    def repeat(self, job_id: str, *, actor: str, call: Call | None = None) -> Answer:
        """Repeat the phase that failed, with the request of its last attempt; raises `UnknownJob`, and as `start`."""
        return self._changes.apply(job_id, RepeatPhase(), actor=actor, call=call)

    def report(self, callback: Callback) -> Answer:
        """Take a callback, and enter it, applied or not; raises `UnknownJob` and `ForgedToken`."""
        report, job_id = callback.report, callback.job_id
        if callback.token is not None:
            attempt = self._tokens.attempt_of(job_id, callback.token)
            if attempt is None:
                self._trail.enter(self._trail.forged(callback))
                raise ForgedToken(job_id)
            report = replace(report, attempt=attempt)
        self._require(job_id)
        answer = self._changes.apply(
            job_id,
            replace(report, jitter=self._jitter()),
            actor=callback.actor,
            call=callback.call,
            beside=[self._trail.received(callback, report, None)],
        )
        if answer.refusal is not None:
            self._trail.enter(self._trail.received(callback, report, answer.refusal))
        return answer

    def proves(self, job_id: str, token: str) -> bool:
        """Whether the token is one of the job's attempts, so that whoever has it may report on them."""
        return self._tokens.attempt_of(job_id, token) is not None

    def cancel(self, job_id: str, *, actor: str, call: Call | None = None) -> Answer:
        """End what is under way for the job, queued or running; raises `UnknownJob`."""
        self._require(job_id)
        answer = self._changes.apply(job_id, CancelJob(), actor=actor, call=call)
        if answer.refusal is None:
            self._executor.cancel(job_id, answer.job.latest.number)
        return answer

    def job(self, job_id: str) -> Job:
        """The job as it is now; raises `UnknownJob`."""
        return self._require(job_id)

    def find(self, name: str, *, merchant: str | None = None, reach: Reach = EVERYTHING) -> Job:
        """The job of that id within reach, or of the `merchant`'s own reference; raises `UnknownJob`."""
        job = self._repository.get(name)
        if job is None and merchant is not None:
            wanted = JobFilter(affiliate_merchant_id=merchant, reference=name, reach=reach)
            job = next(iter(self._repository.page(wanted, limit=1).jobs), None)
        if job is None or not reach.covers(job) or merchant not in (None, job.affiliate_merchant_id):
            raise UnknownJob(name)
        return job

    def page(self, wanted: JobFilter, *, limit: int, cursor: str | None = None) -> JobPage:
        """Some jobs, newest first; raises `BadCursor`."""
        return self._repository.page(wanted, limit=limit, cursor=cursor)

    def activities(self, job_id: str) -> Iterator[Activity]:
        """All that is on the audit trail about the job, oldest first; raises `UnknownJob`."""
        return self._activities.of_job(job_id, since=self._require(job_id).created_at)

    def trail(self, wanted: ActivityFilter, *, limit: int, cursor: str | None = None) -> ActivityPage:
        """Some of the audit trail, newest first; raises `BadCursor`."""
        return self._activities.page(wanted, limit=limit, cursor=cursor)

    def log(self, job_id: str, attempt: int | None, *, offset: int, limit: int) -> LogChunk:
        """The output of an attempt's script (the newest one's by default); empty before there is any.

        A negative `offset` counts from the end.
        """
        job = self._require(job_id)
        found = job.attempt(job.latest.number if attempt is None else attempt)
        if found is None:
            raise UnknownAttempt(job_id, attempt or 0)
        chunk = self._executor.log(job_id, found.number, offset=offset, limit=limit)
        return chunk or LogChunk(
            "", max(offset, 0), max(offset, 0), complete=not found.open or found.exited_at is not None
        )

    def observe(self, job: Job) -> Observation:
        """What can be seen of the job's newest attempt just now; of one that is over nothing is looked at."""
        latest = job.latest
        if not (latest.open or latest.at_work):
            return Observation(heard_at=latest.exited_at)
        seen = self._executor.observe(job.id, latest.number)
        heard = [at for at in (latest.started_at, seen.heard_at, latest.exited_at) if at is not None]
        return replace(
            seen,
            position=seen.position if job.stage is Stage.QUEUED else None,
            heard_at=max(heard, default=None) if latest.started_at is not None else None,
        )

    def report_document(self, job_id: str, *, html: bool = False) -> bytes:
        """The newest report of a validation, as JSON or as a page; raises `UnknownJob`, `NoReport`."""
        place = "html_s3_path" if html else "report_s3_path"
        attempts = (a for a in reversed(self._require(job_id).attempts) if a.phase is Phase.VALIDATION)
        reported = ((a, (a.result or {}).get(place)) for a in attempts)
        uri = next((str(told) for a, told in reported if is_own_report(a, told)), None)
        if uri is None:
            raise NoReport(job_id)
        report = self._objects.read(uri, limit=MAX_REPORT_BYTES)
        if not html and not _is_json(report):
            raise NoReport(job_id, f"what lies at {uri} is not JSON")
        return report

    def health(self) -> ExecutorHealth:
        """What is running and waiting."""
        return self._executor.health()

    def stuck(self, *, patience: timedelta) -> list[tuple[Job, datetime]]:
        """Jobs that somebody should look at, and since when; of very many the newest. See `stuck_since`."""
        now, found = self._clock.now(), []
        for stage in (Stage.RUNNING, Stage.WAITING_FOR_CALLBACK, Stage.RETRY_DUE):
            for job in self._repository.page(JobFilter(stage=stage), limit=MOST_LOOKED_AT).jobs:
                heard = self.observe(job).heard_at if stage is Stage.RUNNING else None
                since = stuck_since(
                    job, heard_at=heard, now=now, grace=self._callback_grace, patience=patience
                )
                if since is not None:
                    found.append((job, since))
        return found

    def note(self, activity: Activity) -> None:
        """Enter something that is no job's transition on the audit trail."""
        self._trail.enter(activity, durable=False)

    def _identify(self, request: FeedRequest) -> tuple[str, bool]:
        """The id of the job that is asked for, and whether it was made for this request."""
        reference = request.reference
        if reference is None:
            return self._ids.new_id(), True
        if job := self._repository.get(reference):
            return job.id, False
        new_id = self._ids.new_id()
        job_id = self._repository.claim(request.affiliate_merchant_id, reference, new_id)
        return job_id, job_id == new_id

    def _require(self, job_id: str) -> Job:
        job = self._repository.get(job_id)
        if job is None:
            raise UnknownJob(job_id)
        return job


def _is_json(data: bytes) -> bool:
    try:
        json.loads(data)
    except (ValueError, RecursionError):
        return False
    return True
