"""A job as a few plain lists: what the lifecycle machine compares the real one with.

It follows the design's words and shares no code with the domain but its names.
"""

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from feedscript.domain import FeedRequest, Outcome, Phase, Reason, RetryPolicy

GENERATION, VALIDATION = Phase.GENERATION, Phase.VALIDATION

POST_TABLE = {
    ("generating", GENERATION, "same"): "deduplicated",
    ("generating", GENERATION, "other"): "in_flight",
    ("generating", VALIDATION, "same"): "in_flight",
    ("generating", VALIDATION, "other"): "in_flight",
    ("generation_failed", GENERATION, "same"): "retry",
    ("generation_failed", GENERATION, "other"): "retry",
    ("generation_failed", VALIDATION, "same"): "not_generated",
    ("generation_failed", VALIDATION, "other"): "not_generated",
    ("generated", GENERATION, "same"): "deduplicated",
    ("generated", GENERATION, "other"): "already_generated",
    ("generated", VALIDATION, "same"): "accepted",
    ("generated", VALIDATION, "other"): "accepted",
    ("validating", GENERATION, "same"): "in_flight",
    ("validating", GENERATION, "other"): "in_flight",
    ("validating", VALIDATION, "same"): "deduplicated",
    ("validating", VALIDATION, "other"): "in_flight",
    ("validated", GENERATION, "same"): "already_generated",
    ("validated", GENERATION, "other"): "already_generated",
    ("validated", VALIDATION, "same"): "deduplicated",
    ("validated", VALIDATION, "other"): "already_validated",
    ("validation_failed", GENERATION, "same"): "retry",
    ("validation_failed", GENERATION, "other"): "retry",
    ("validation_failed", VALIDATION, "same"): "retry",
    ("validation_failed", VALIDATION, "other"): "retry",
}
"""(state, endpoint, the body against the phase's newest one) -> a refusal's code, `accepted`, or `retry`: accepted, and
counted as a retry, unless the operator's limit on those is reached."""

REPEAT_TABLE = {
    "generating": "in_flight",
    "generation_failed": "retry",
    "generated": "already_generated",
    "validating": "in_flight",
    "validated": "already_validated",
    "validation_failed": "retry",
}
"""state -> what a call for a retry without a body comes to, in the words of `POST_TABLE`."""

ENDINGS = {
    GENERATION: {Outcome.SUCCESS: "generated", Outcome.FAILED: "generation_failed"},
    VALIDATION: {Outcome.SUCCESS: "validated", Outcome.FAILED: "validation_failed"},
}
EXIT_REASONS = {65: Reason.INVALID_FEED, 75: Reason.TRANSIENT, 78: Reason.BAD_CONFIG}
SMALL_CORRECTION = timedelta(seconds=5)
SOME_TEXT = "some text"
"""Stands for a message whose words nobody has promised."""
Result = Mapping[str, Any] | None


@dataclass
class ModelAttempt:
    """One run of a script."""

    phase: Phase
    request: FeedRequest
    accepted_at: datetime
    retry: bool
    automatic: bool = False
    warnings: tuple[str, ...] = ()
    outcome: Outcome | None = None
    reason: Reason | None = None
    error: str | None = None
    result: Result = None
    ended_at: datetime | None = None
    started: bool = False
    exited_at: datetime | None = None
    exit_code: int | None = None
    warned: bool = False


@dataclass(frozen=True)
class Told:
    """An outcome that the caller is told, at `url`."""

    url: str
    attempt: int
    status: str
    reason: str | None


@dataclass
class ModelJob:
    """A job: its state's name, its attempts, the retries of each phase, what callers were told, what came in.

    `asked` counts the retries that somebody asked for, `unasked` those that nobody did since somebody last asked.
    `follows` says that a validation is about to be started by itself, and `halfway` is the job as a crash just before
    that leaves it. `callbacks` tells of every callback whether it was applied. `url_is_own` tells a callback address
    that is nobody's to be told at.
    """

    policy: RetryPolicy
    grace: timedelta
    url_is_own: Callable[[str], bool] = field(default=lambda _: False)
    share: float = 1.0
    state: str | None = None
    attempts: list[ModelAttempt] = field(default_factory=list)
    next_retry_at: datetime | None = None
    follows: bool = False
    halfway: "ModelJob | None" = None
    asked: dict[Phase, int] = field(default_factory=lambda: dict.fromkeys(Phase, 0))
    unasked: dict[Phase, int] = field(default_factory=lambda: dict.fromkeys(Phase, 0))
    told: list[Told] = field(default_factory=list)
    callbacks: list[bool] = field(default_factory=list)

    @property
    def retry_count(self) -> int:
        """The retries begun."""
        return sum(attempt.retry for attempt in self.attempts)

    @property
    def settled(self) -> bool:
        """Whether nothing more happens by itself."""
        at_work = any(attempt.started and attempt.exited_at is None for attempt in self.attempts)
        over = self.attempts[-1].outcome is not None and self.next_retry_at is None and not self.follows
        return over and not at_work

    def asked_for(self, phase: Phase, request: FeedRequest) -> FeedRequest:
        """The request with what the job knows and the caller has left out."""
        feed = self._feed()
        if self.attempts:
            before = self.attempts[-1].request
            request = replace(
                request,
                partner_id=request.partner_id or before.partner_id,
                callback_url=request.callback_url or before.callback_url,
                country=request.country or before.country,
            )
        if phase is GENERATION:
            return request
        request = replace(request, then=None)
        if not request.source:
            newest = self._newest(VALIDATION)
            request = replace(request, source=feed or (newest.request.source if newest else ""))
        if request.destination in (request.source, feed):
            request = replace(request, destination=request.destination + ".report.json")
        return request

    def post(self, phase: Phase, request: FeedRequest, now: datetime, warnings: tuple[str, ...] = ()) -> str:
        """A call of an endpoint; answers as `POST_TABLE` does, or `retries_exhausted`."""
        request, answer = self.asked_for(phase, request), "accepted"
        if self.state is not None:
            newest = self._newest(phase)
            same = newest is not None and _body(newest.request) == _body(request)
            answer = POST_TABLE[self.state, phase, "same" if same else "other"]
        return self._started_if(answer, phase, request, now, warnings)

    def repeat(self, now: datetime, warnings: tuple[str, ...] = ()) -> str:
        """A call for a retry without a body; answers as `post` does."""
        newest = self.attempts[-1]
        return self._started_if(REPEAT_TABLE[self.state or ""], newest.phase, newest.request, now, warnings)

    def report(
        self,
        phase: Phase,
        outcome: Outcome,
        number: int | None,
        now: datetime,
        *,
        reason: Reason | None = None,
        error: str = "",
        result: Result = None,
    ) -> bool:
        """A callback; answers whether it is applied."""
        attempt = self._newest(phase) if number is None else self._numbered(number)
        applied = attempt is not None and attempt.phase is phase and attempt.outcome is None
        if attempt is not None and applied:
            why = (reason or Reason.SCRIPT_ERROR) if outcome is Outcome.FAILED else None
            self._end(attempt, outcome, why, now, error=error, result=result)
        elif (
            attempt is not None
            and attempt is self.attempts[-1]
            and (attempt.phase, self.state, outcome) == (phase, "validated", Outcome.FAILED)
        ):
            applied = True
            kept = {**(attempt.result or {}), **(result or {})} if attempt.result is not None else result
            self._end(attempt, outcome, Reason.REJECTED, now, error=error, result=kept)
        self.callbacks.append(applied)
        return applied

    def may_begin(self, number: int) -> bool:
        """Whether the attempt's script is to run now: the attempt is open, and no earlier script still runs."""
        *earlier, attempt = self.attempts[:number]
        waits = attempt.outcome is None and attempt.exited_at is None
        return waits and not any(a.started and a.exited_at is None for a in earlier)

    def started(self, number: int) -> None:
        """The attempt's script runs."""
        self.attempts[number - 1].started = True

    def exited(
        self, number: int, code: int | None, reason: Reason | None, now: datetime, *, result: Result
    ) -> None:
        """The attempt's script is gone."""
        attempt = self.attempts[number - 1]
        attempt.exited_at, attempt.exit_code = now, code
        if attempt.outcome is not None:
            badly = reason is not None or code != 0
            attempt.warned = attempt.outcome is Outcome.SUCCESS and badly
        elif reason is None and code == 0:
            if result is not None:
                self._end(attempt, Outcome.SUCCESS, None, now, result=result)
        else:
            why = reason or EXIT_REASONS.get(code or 0, Reason.SCRIPT_ERROR)
            self._end(attempt, Outcome.FAILED, why, now, result=result)

    def end(
        self,
        number: int,
        outcome: Outcome,
        reason: Reason | None,
        now: datetime,
        *,
        error: str = "",
        result: Result = None,
    ) -> None:
        """The attempt has ended, in whatever way."""
        self._end(self.attempts[number - 1], outcome, reason, now, error=error, result=result)

    def cancel(self, now: datetime) -> bool:
        """A cancel; answers whether there was anything to cancel."""
        if self.attempts[-1].outcome is None:
            self._end(self.attempts[-1], Outcome.FAILED, Reason.CANCELLED, now)
            return True
        due, self.next_retry_at = self.next_retry_at, None
        if due is not None:
            self._tell()
        elif self.follows:
            self.follows, self.attempts[-1].warned, due = False, True, now
        return due is not None

    def tick(self, now: datetime) -> None:
        """Some time has passed."""
        newest = self.attempts[-1]
        if self.follows:
            self._go_on(now)
        elif newest.outcome is None:
            if newest.exited_at is not None and _over(newest.exited_at + self.grace, self.grace, now):
                self._end(newest, Outcome.FAILED, Reason.NO_CALLBACK, now)
        elif self.next_retry_at is not None and _over(self.next_retry_at, self._delay(newest.phase), now):
            self._start(newest.phase, newest.request, now, newest.warnings, retry=True)
            self.attempts[-1].automatic = True
            self.unasked[newest.phase] += 1

    def _started_if(
        self, answer: str, phase: Phase, request: FeedRequest, now: datetime, warnings: tuple[str, ...]
    ) -> str:
        limit = self.policy.max_manual_retries
        if answer == "retry" and limit is not None and self.asked[phase] >= limit:
            return "retries_exhausted"
        if answer in ("accepted", "retry"):
            self._start(phase, request, now, warnings, retry=answer == "retry")
            self.asked[phase] += answer == "retry"
            self.unasked[phase] = 0
        return answer

    def _start(
        self, phase: Phase, request: FeedRequest, now: datetime, warnings: tuple[str, ...], *, retry: bool
    ) -> None:
        self.attempts.append(ModelAttempt(phase, request, now, retry, warnings=warnings))
        self.state = "generating" if phase is GENERATION else "validating"
        self.next_retry_at, self.follows, self.halfway = None, False, None

    def _end(
        self,
        attempt: ModelAttempt,
        outcome: Outcome,
        reason: Reason | None,
        now: datetime,
        *,
        error: str = "",
        result: Result = None,
    ) -> None:
        attempt.outcome, attempt.reason, attempt.result, attempt.ended_at = outcome, reason, result, now
        attempt.error = (error or SOME_TEXT) if outcome is Outcome.FAILED else None
        self.state = ENDINGS[attempt.phase][outcome]
        if reason in self.policy.automatic and self.unasked[attempt.phase] < self.policy.max_retries:
            self.next_retry_at = now + self._delay(attempt.phase) * self.share
        else:
            self._tell()
        if self.state == "generated" and attempt.request.then is VALIDATION:
            self.follows = True
            self.halfway = copy.deepcopy(self)
            self._go_on(now)

    def _go_on(self, now: datetime) -> None:
        """Start the validation that the request said is to follow, with the report beside the feed."""
        made, halfway = self.attempts[-1], self.halfway
        check = replace(
            made.request,
            source=self._feed() or "",
            destination=f"{made.request.destination}.report.json",
            then=None,
        )
        self._start(VALIDATION, check, now, made.warnings, retry=False)
        self.attempts[-1].automatic, self.unasked[VALIDATION], self.halfway = True, 0, halfway

    def _tell(self) -> None:
        newest = self.attempts[-1]
        url, outcome = newest.request.callback_url, newest.outcome
        if url is not None and not self.url_is_own(url) and outcome is not None:
            reason = newest.reason.value if newest.reason else None
            self.told.append(Told(url, len(self.attempts), outcome.value, reason))

    def _feed(self) -> str | None:
        for attempt in reversed(self.attempts):
            if attempt.phase is GENERATION and attempt.outcome is Outcome.SUCCESS:
                return str((attempt.result or {}).get("destination_s3_path") or attempt.request.destination)
        return None

    def _delay(self, phase: Phase) -> timedelta:
        return min(self.policy.cap, self.policy.base * (1 << self.unasked[phase]))

    def _newest(self, phase: Phase) -> ModelAttempt | None:
        return next((a for a in reversed(self.attempts) if a.phase is phase), None)

    def _numbered(self, number: int) -> ModelAttempt | None:
        return self.attempts[number - 1] if 1 <= number <= len(self.attempts) else None


def _body(request: FeedRequest) -> FeedRequest:
    """What is compared of two requests: all but whose they are called."""
    return replace(request, reference=None)


def _over(end: datetime, longest: timedelta, now: datetime) -> bool:
    """A clock that was set back by more than a little makes no pause longer: it ends it."""
    return not now < end <= now + longest + SMALL_CORRECTION
