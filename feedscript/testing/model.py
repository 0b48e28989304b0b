"""A job as a few plain lists: what the lifecycle machine compares the real one with.

It follows the design's words and shares no code with the domain but its names.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

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


@dataclass
class ModelAttempt:
    """One run of a script."""

    phase: Phase
    request: FeedRequest
    retry: bool
    automatic: bool = False
    outcome: Outcome | None = None
    reason: Reason | None = None
    started: bool = False
    exited_at: datetime | None = None


@dataclass
class ModelJob:
    """A job: its state's name, its attempts, and the retries of each phase.

    `asked` counts the retries that somebody asked for, `unasked` those that nobody did since somebody last asked.
    """

    policy: RetryPolicy
    grace: timedelta
    state: str | None = None
    attempts: list[ModelAttempt] = field(default_factory=list)
    next_retry_at: datetime | None = None
    asked: dict[Phase, int] = field(default_factory=lambda: dict.fromkeys(Phase, 0))
    unasked: dict[Phase, int] = field(default_factory=lambda: dict.fromkeys(Phase, 0))

    @property
    def retry_count(self) -> int:
        """The retries begun."""
        return sum(attempt.retry for attempt in self.attempts)

    @property
    def has_feed(self) -> bool:
        """Whether a generation has succeeded."""
        return any(a.phase is GENERATION and a.outcome is Outcome.SUCCESS for a in self.attempts)

    @property
    def last_validated(self) -> str | None:
        """What the newest validation was of."""
        newest = self._newest(VALIDATION)
        return newest.request.source if newest else None

    def post(self, phase: Phase, request: FeedRequest) -> str:
        """A call of an endpoint; answers as `POST_TABLE` does, or `retries_exhausted`."""
        answer = "accepted"
        if self.state is not None:
            newest = self._newest(phase)
            same = newest is not None and newest.request.fingerprint == request.fingerprint
            answer = POST_TABLE[self.state, phase, "same" if same else "other"]
        return self._asked_for(phase, request, answer)

    def repeat(self) -> str:
        """A call for a retry without a body; answers as `post` does."""
        newest = self.attempts[-1]
        return self._asked_for(newest.phase, newest.request, REPEAT_TABLE[self.state or ""])

    def report(self, phase: Phase, outcome: Outcome, number: int | None, now: datetime) -> bool:
        """A callback; answers whether it is applied."""
        attempt = self._newest(phase) if number is None else self._numbered(number)
        if attempt is None or attempt.phase is not phase:
            return False
        if attempt.outcome is None:
            self._end(attempt, outcome, Reason.SCRIPT_ERROR, now)
            return True
        if attempt is self.attempts[-1] and self.state == "validated" and outcome is Outcome.FAILED:
            attempt.outcome, attempt.reason, self.state = outcome, Reason.REJECTED, "validation_failed"
            return True
        return False

    def may_begin(self, number: int) -> bool:
        """Whether the attempt's script is to run now: the attempt is open, and no earlier script still runs."""
        *earlier, attempt = self.attempts[:number]
        return attempt.outcome is None and not any(a.started and a.exited_at is None for a in earlier)

    def started(self, number: int) -> None:
        """The attempt's script runs."""
        self.attempts[number - 1].started = True

    def exited(
        self, number: int, code: int | None, reason: Reason | None, now: datetime, *, result: bool
    ) -> None:
        """The attempt's script is gone."""
        attempt = self.attempts[number - 1]
        attempt.exited_at = now
        if attempt.outcome is not None:
            return
        if reason is None and code == 0:
            if result:
                self._end(attempt, Outcome.SUCCESS, None, now)
            return
        self._end(attempt, Outcome.FAILED, reason or EXIT_REASONS.get(code or 0, Reason.SCRIPT_ERROR), now)

    def cancel(self, now: datetime) -> bool:
        """A cancel; answers whether there was anything to cancel."""
        if self.attempts[-1].outcome is None:
            self._end(self.attempts[-1], Outcome.FAILED, Reason.CANCELLED, now)
            return True
        due, self.next_retry_at = self.next_retry_at, None
        return due is not None

    def tick(self, now: datetime) -> None:
        """Some time has passed."""
        newest = self.attempts[-1]
        if newest.outcome is None:
            if newest.exited_at is not None and _over(newest.exited_at + self.grace, self.grace, now):
                self._end(newest, Outcome.FAILED, Reason.NO_CALLBACK, now)
        elif self.next_retry_at is not None and _over(self.next_retry_at, self._delay(newest.phase), now):
            self._start(newest.phase, newest.request, retry=True)
            self.attempts[-1].automatic = True
            self.unasked[newest.phase] += 1

    def _asked_for(self, phase: Phase, request: FeedRequest, answer: str) -> str:
        limit = self.policy.max_manual_retries
        if answer == "retry" and limit is not None and self.asked[phase] >= limit:
            return "retries_exhausted"
        if answer in ("accepted", "retry"):
            self._start(phase, request, retry=answer == "retry")
            self.asked[phase] += answer == "retry"
            self.unasked[phase] = 0
        return answer

    def _start(self, phase: Phase, request: FeedRequest, *, retry: bool) -> None:
        self.attempts.append(ModelAttempt(phase, request, retry))
        self.state = "generating" if phase is GENERATION else "validating"
        self.next_retry_at = None

    def _end(self, attempt: ModelAttempt, outcome: Outcome, reason: Reason | None, now: datetime) -> None:
        attempt.outcome = outcome
        attempt.reason = reason if outcome is Outcome.FAILED else None
        self.state = ENDINGS[attempt.phase][outcome]
        if attempt.reason in self.policy.automatic and self.unasked[attempt.phase] < self.policy.max_retries:
            self.next_retry_at = now + self._delay(attempt.phase)

    def _delay(self, phase: Phase) -> timedelta:
        return min(self.policy.cap, self.policy.base * (1 << self.unasked[phase]))

    def _newest(self, phase: Phase) -> ModelAttempt | None:
        return next((a for a in reversed(self.attempts) if a.phase is phase), None)

    def _numbered(self, number: int) -> ModelAttempt | None:
        return self.attempts[number - 1] if 1 <= number <= len(self.attempts) else None


def _over(end: datetime, longest: timedelta, now: datetime) -> bool:
    """A clock that was set back by more than a little makes no pause longer: it ends it."""
    return not now < end <= now + longest + SMALL_CORRECTION
