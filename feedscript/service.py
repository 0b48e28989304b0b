"""JobService: the one door. It loads, decides, evolves, saves, records and submits; it decides nothing itself."""

import json
import logging
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from feedscript.admission import Admission
from feedscript.domain import (
    Activity,
    AllowedBuckets,
    Attempt,
    CancelJob,
    Command,
    ContinueJob,
    DestinationTaken,
    Event,
    Failed,
    FeedRequest,
    FeedscriptError,
    ForbiddenCallback,
    ForgedToken,
    GenerationStarted,
    Job,
    NoReport,
    Outcome,
    OutOfReach,
    Phase,
    QueueLimits,
    Reach,
    Reason,
    RecordExit,
    RecordStart,
    Refusal,
    RefusalCode,
    RepeatPhase,
    ReportOutcome,
    RetryCalledOff,
    RetryPolicy,
    SourceMissing,
    Stage,
    StartGeneration,
    StartValidation,
    Succeeded,
    UnknownAttempt,
    UnknownJob,
    ValidationStarted,
    decide,
    due,
    evolve,
    is_own_report,
    outcome_of,
    pause_is_over,
    record_of,
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
    Notification,
    Notifier,
    ObjectStore,
    Observation,
    Observer,
    Partners,
    Places,
    Run,
    ScriptEnd,
)
from feedscript.ports.errors import StorageBusy, VersionConflict

logger = logging.getLogger(__name__)

MAX_REPORT_BYTES = 64 * 1024 * 1024
RACES_BEFORE_GIVING_UP = 100
EVERYTHING = Reach()
MOST_LOOKED_AT = 300
HALF_DONE_AFTER = timedelta(seconds=2)
"""A settled job that is still listed as open after this was left behind by a process that died."""

Call = Mapping[str, object]
"""What the trail tells of a call beside what it has changed: which one it was, from where, how it was answered."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a command: the job as it is now, and why nothing changed, if nothing did."""

    job: Job
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Callback:
    """A report of an outcome, as it came in; `token` is the attempt's secret, where one was sent."""

    job_id: str
    report: ReportOutcome
    token: str | None = None
    actor: str = "callback"
    call: Call | None = None


class JobService:
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
        self._repository = repository
        self._activities = activities
        self._executor = executor
        self._notifier = notifier
        self._objects = objects
        self._admission = Admission(
            repository=repository,
            executor=executor,
            partners=partners,
            places=places,
            buckets=buckets or AllowedBuckets(),
            limits=queue_limits or QueueLimits(),
        )
        self._observer = observer
        self._clock = clock
        self._ids = ids
        self._tokens = tokens
        self._policy = policy
        self._callback_grace = callback_grace
        self._jitter = jitter
        self._own_callbacks = own_callbacks
        self._report_address = report_address

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
        self._need_callable(request.callback_url)
        job_id, new = self._identify(request)
        start = StartGeneration if phase is Phase.GENERATION else StartValidation
        command = start(job_id=job_id, request=request)
        return self._apply(job_id, command, actor=actor, call=call, new=new, reach=reach)

    def repeat(self, job_id: str, *, actor: str, call: Call | None = None) -> Answer:
        """Repeat the phase that failed, with the request of its last attempt; raises `UnknownJob`, and as `start`."""
        return self._apply(job_id, RepeatPhase(), actor=actor, call=call)

    def report(self, callback: Callback) -> Answer:
        """Take a callback, and enter it, applied or not; raises `UnknownJob` and `ForgedToken`."""
        report, job_id = callback.report, callback.job_id
        if callback.token is not None:
            attempt = self._tokens.attempt_of(job_id, callback.token)
            if attempt is None:
                told = _told(callback.call)
                self._enter(self._entry("callback.forged", job_id, actor=callback.actor, **told))
                raise ForgedToken(job_id)
            report = replace(report, attempt=attempt)
        self._require(job_id)
        answer = self._apply(
            job_id,
            replace(report, jitter=self._jitter()),
            actor=callback.actor,
            call=callback.call,
            beside=[self._received(callback, report, None)],
        )
        if answer.refusal is not None:
            self._enter(self._received(callback, report, answer.refusal))
        return answer

    def proves(self, job_id: str, token: str) -> bool:
        """Whether the token is one of the job's attempts, so that whoever has it may report on them."""
        return self._tokens.attempt_of(job_id, token) is not None

    def cancel(self, job_id: str, *, actor: str, call: Call | None = None) -> Answer:
        """End what is under way for the job, queued or running; raises `UnknownJob`."""
        self._require(job_id)
        answer = self._apply(job_id, CancelJob(), actor=actor, call=call)
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
        return chunk or LogChunk("", max(offset, 0), max(offset, 0), complete=not found.open)

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
        self._enter(activity, durable=False)

    # What the executor tells and asks (AttemptListener)

    def backlog(self, *, waiting: Container[str] = ()) -> Iterator[Run]:
        """Every attempt whose script is still to be started, or to end, oldest first; jobs in `waiting` left out."""
        for job in self._open_jobs(waiting):
            for attempt in job.attempts:
                if attempt.at_work or (attempt.open and attempt.exited_at is None):
                    yield self._run(job.id, attempt)

    def wanted(self, job_id: str, attempt: int) -> Run | None:
        """The run, if the attempt needs its script now: a cancelled one's must be gone before the next begins."""
        job = self._repository.get(job_id)
        found = job.attempt(attempt) if job else None
        if job is None or found is None or not found.open or found.exited_at is not None:
            return None
        if any(earlier.at_work for earlier in job.attempts[: attempt - 1]):
            return None
        return self._run(job_id, found)

    def script_started(self, job_id: str, attempt: int, log: str) -> None:
        """Enter the start in the job."""
        self._apply(job_id, RecordStart(attempt=attempt, log=log))

    def script_ended(self, end: ScriptEnd) -> None:
        """Enter the end in the job, and judge an attempt that nobody has reported on."""
        self._apply(
            end.job_id,
            RecordExit(
                attempt=end.attempt,
                exit_code=end.exit_code,
                reason=end.reason,
                error=end.error,
                result=end.result,
                jitter=self._jitter(),
            ),
        )

    def tick(self, *, waiting: Container[str] = ()) -> None:
        """See to callbacks that did not come, automatic retries that are due, and what a crash left half done."""
        now = self._clock.now()
        for job in self._open_jobs(waiting):
            try:
                self._see_to(job, now)
            except FeedscriptError as error:
                logger.warning("job %s is left to the next tick: %s", job.id, error)
        self._activities.finish_days()

    def _see_to(self, job: Job, now: datetime) -> None:
        command = due(job, now=now, grace=self._callback_grace, policy=self._policy, jitter=self._jitter())
        if isinstance(command, ContinueJob):
            self._go_on(job)
        elif command is not None:
            self._apply(job.id, command)
        elif job.settled and pause_is_over(
            job.updated_at + HALF_DONE_AFTER, now=now, longest=HALF_DONE_AFTER
        ):
            self._settle(job)

    def _open_jobs(self, left_out: Container[str]) -> Iterator[Job]:
        for job_id in self._repository.open_jobs(left_out=left_out):
            try:
                job = self._repository.get(job_id)
            except FeedscriptError as error:
                logger.warning("left aside: %s", error)
                continue
            if job is not None:
                yield job

    # One way to change a job

    def _apply(
        self,
        job_id: str,
        command: Command,
        *,
        actor: str = "feedscript",
        call: Call | None = None,
        beside: Sequence[Activity] = (),
        new: bool = False,
        reach: Reach = EVERYTHING,
    ) -> Answer:
        """Change the job, if it takes the command; `beside` is entered together with the change, or not at all."""
        for races in range(RACES_BEFORE_GIVING_UP):
            # Whoever has just made the id need not look; a racer that was faster shows at the commit.
            job = None if new and races == 0 else self._repository.get(job_id)
            if job is not None and not reach.covers(job):
                raise UnknownJob(job_id)
            decision = decide(job, command, self._clock.now(), self._policy)
            if isinstance(decision, Refusal):
                if decision.code is RefusalCode.SOURCE_MISSING:
                    raise SourceMissing(decision.detail)
                if decision.code is RefusalCode.DESTINATION_TAKEN:
                    raise DestinationTaken(_destination(command), decision.detail)
                if job is None:
                    raise UnknownJob(job_id)
                return Answer(job, decision)
            try:
                with self._admission.of(decision, reach, actor) as event:
                    following = evolve(job, event)
                    stage = following.stage.value
                    entry = record_of(event, following.version, actor=actor, stage=stage, **_told(call))
                    self._repository.commit(following, [*beside, entry])
            except VersionConflict:
                continue
            for entered in (*beside, entry):
                self._observe(entered, following)
            try:
                self._follow_up(following, event)
            except Exception:
                # What is stored has happened, whatever comes of this; `tick` and `backlog` make it good.
                logger.exception("job %s: what follows is left to the next tick", job_id)
            return Answer(following)
        raise StorageBusy(job_id, 0)

    def _follow_up(self, job: Job, event: Event) -> None:
        """What a stored event sets in motion; all of it is made good by `tick` and `backlog` after a crash."""
        if isinstance(event, GenerationStarted | ValidationStarted):
            self._executor.submit(self._run(job.id, job.latest))
        ended = isinstance(event, Succeeded | Failed | RetryCalledOff)
        if job.following is not None:
            self._go_on(job)
        elif ended and job.next_retry_at is None:
            self._notify(job)
        if job.settled:
            self._settle(job)

    def _go_on(self, job: Job) -> None:
        """Start what is to follow; what has ended is told before, since a crash must not lose it."""
        self._notify(job)
        self._apply(job.id, ContinueJob(obstacle=self._admission.obstacle(job)))

    def _settle(self, job: Job) -> None:
        """Take the job off the open ones once its outcome is sure to be told: a crash before that repeats this."""
        self._notify(job)
        self._repository.settle(job.id)
        self._notifier.forget(job.id)

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

    def _need_callable(self, url: str | None) -> None:
        if url is None or self._own_callbacks(url):
            return
        why = self._notifier.refusal(url)
        if why is not None:
            raise ForbiddenCallback(why)

    def _run(self, job_id: str, attempt: Attempt) -> Run:
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

    def _received(self, callback: Callback, report: ReportOutcome, refusal: Refusal | None) -> Activity:
        return self._entry(
            "callback.received",
            callback.job_id,
            actor=callback.actor,
            phase=report.phase.value,
            outcome=report.outcome.value,
            attempt=report.attempt,
            applied=refusal is None,
            reason=refusal.code.value if refusal else None,
            **({"error": report.error} if report.outcome is Outcome.FAILED else {}),
            **({"reported_reason": report.reason.value} if report.reason else {}),
            **_told(callback.call),
        )

    def _enter(self, activity: Activity, *, durable: bool = True) -> None:
        self._activities.append([activity], durable=durable)
        self._observe(activity)

    def _observe(self, activity: Activity, job: Job | None = None) -> None:
        if self._observer is not None:
            self._observer.entered(activity, job)

    def _entry(self, what: str, job_id: str, *, actor: str, **data: object) -> Activity:
        return Activity(
            id=self._ids.new_id(),
            at=self._clock.now(),
            type=f"feedscript.{what}",
            job_id=job_id,
            actor=actor,
            data=data,
        )


def _destination(command: Command) -> str:
    return command.request.destination if isinstance(command, StartGeneration | StartValidation) else ""


def _is_json(data: bytes) -> bool:
    try:
        json.loads(data)
    except (ValueError, RecursionError):
        return False
    return True


def _told(call: Call | None) -> dict[str, Call]:
    return {} if call is None else {"call": call}
