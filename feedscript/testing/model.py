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
counted as a retry, unless the limit is reached."""

ENDINGS = {
    GENERATION: {Outcome.SUCCESS: "generated", Outcome.FAILED: "generation_failed"},
    VALIDATION: {Outcome.SUCCESS: "validated", Outcome.FAILED: "validation_failed"},
}
EXIT_REASONS = {65: Reason.INVALID_FEED, 75: Reason.TRANSIENT}


@dataclass
class ModelAttempt:
    """One run of a script."""

    phase: Phase
    request: FeedRequest
    retry: bool
    outcome: Outcome | None = None
    reason: Reason | None = None
    started: bool = False
    exited_at: datetime | None = None


@dataclass
class ModelJob:
    """A job: its state's name and its attempts."""

    policy: RetryPolicy
    grace: timedelta
    state: str | None = None
    attempts: list[ModelAttempt] = field(default_factory=list)
    next_retry_at: datetime | None = None

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
        if answer == "retry" and self._retries(phase) >= self.policy.max_retries:
            return "retries_exhausted"
        if answer in ("accepted", "retry"):
            self._start(phase, request, retry=answer == "retry")
        return answer

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
            if newest.exited_at is not None and now - newest.exited_at >= self.grace:
                self._end(newest, Outcome.FAILED, Reason.NO_CALLBACK, now)
        elif self.next_retry_at is not None and now >= self.next_retry_at:
            self._start(newest.phase, newest.request, retry=True)

    def _start(self, phase: Phase, request: FeedRequest, *, retry: bool) -> None:
        self.attempts.append(ModelAttempt(phase, request, retry))
        self.state = "generating" if phase is GENERATION else "validating"
        self.next_retry_at = None

    def _end(self, attempt: ModelAttempt, outcome: Outcome, reason: Reason | None, now: datetime) -> None:
        attempt.outcome = outcome
        attempt.reason = reason if outcome is Outcome.FAILED else None
        self.state = ENDINGS[attempt.phase][outcome]
        retries = self._retries(attempt.phase)
        if attempt.reason in self.policy.automatic and retries < self.policy.max_retries:
            self.next_retry_at = now + min(self.policy.cap, self.policy.base * 2**retries)

    def _newest(self, phase: Phase) -> ModelAttempt | None:
        return next((a for a in reversed(self.attempts) if a.phase is phase), None)

    def _numbered(self, number: int) -> ModelAttempt | None:
        return self.attempts[number - 1] if 1 <= number <= len(self.attempts) else None

    def _retries(self, phase: Phase) -> int:
        return sum(a.retry for a in self.attempts if a.phase is phase)
