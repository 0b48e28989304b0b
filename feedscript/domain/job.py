"""The job: what was asked, every attempt at it, and the state that follows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import takewhile
from typing import Any

from feedscript.domain.digest import json_digest


class Phase(StrEnum):
    """The two kinds of work; the values are the `type` of a callback."""

    GENERATION = "feed_generation"
    VALIDATION = "feed_validation"


class JobState(StrEnum):
    """Where a job stands; the values are the `status` that the API shows."""

    GENERATING = "generating"
    GENERATED = "generated"
    GENERATION_FAILED = "generation_failed"
    VALIDATING = "validating"
    VALIDATED = "validated"
    VALIDATION_FAILED = "validation_failed"


class Stage(StrEnum):
    """What a job is waiting for, whatever its state."""

    QUEUED = "queued"
    RUNNING = "running"
    WAITING_FOR_CALLBACK = "waiting_for_callback"
    RETRY_DUE = "retry_due"
    SETTLED = "settled"


class Outcome(StrEnum):
    """How an attempt ended."""

    SUCCESS = "success"
    FAILED = "failed"


class Reason(StrEnum):
    """Why an attempt failed."""

    INVALID_FEED = "invalid_feed"
    SCRIPT_ERROR = "script_error"
    SOURCE_UNAVAILABLE = "source_unavailable"
    TRANSIENT = "transient"
    TIMEOUT = "timeout"
    STALLED = "stalled"
    CANCELLED = "cancelled"
    LOST = "lost"
    NO_CALLBACK = "no_callback"
    SPAWN_ERROR = "spawn_error"
    BAD_CONFIG = "bad_config"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedRequest:
    """What a caller asks for; the same fields start a generation and a validation.

    `reference` is the caller's own `job_id`. Paths are `s3://bucket/key`. `country` (ISO 3166-1 alpha-2) is the one
    that the feed is for; None leaves it to the configuration. `then` is what is to be started by itself when a
    generation has succeeded: the validation of its feed, or nothing.

    >>> a = FeedRequest(affiliate_merchant_id="m1", source="s3://b/in.csv", destination="s3://b/out.csv")
    >>> b = FeedRequest(affiliate_merchant_id="m1", source="s3://b/in.csv", destination="s3://b/out.csv")
    >>> a.fingerprint == b.fingerprint
    True
    """

    affiliate_merchant_id: str
    source: str
    destination: str
    reference: str | None = None
    partner_id: str | None = None
    callback_url: str | None = None
    country: str | None = None
    then: Phase | None = None

    @property
    def fingerprint(self) -> str:
        """SHA-256 (hex) of the canonical JSON of all that decides the work; the reference is identity."""
        body = {
            "affiliate_merchant_id": self.affiliate_merchant_id,
            "source": self.source,
            "destination": self.destination,
            "partner_id": self.partner_id,
            "callback_url": self.callback_url,
            "country": self.country,
            **({} if self.then is None else {"then": self.then.value}),
        }
        return json_digest(body)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One run of a script for one phase of a job; kept for ever.

    `number` counts from 1 over both phases. It is `automatic` where nobody asked for it just then: a retry, or what a
    request said is to follow; `caller` is who asked, for this one or for the one that led to it, as the audit trail
    names it. `warnings` is what the caller was told when the attempt was accepted, `warning` what was odd about its
    end. An attempt is open until it has an `outcome`; the script's own `started_at`, `exited_at` and `exit_code` may
    come before or after that. Times are aware UTC.
    """

    number: int
    phase: Phase
    request: FeedRequest
    accepted_at: datetime
    retry: bool = False
    automatic: bool = False
    started_at: datetime | None = None
    exited_at: datetime | None = None
    ended_at: datetime | None = None
    outcome: Outcome | None = None
    reason: Reason | None = None
    error: str | None = None
    exit_code: int | None = None
    log: str | None = None
    result: Mapping[str, Any] | None = None
    warning: str | None = None
    warnings: tuple[str, ...] = ()
    caller: str = ""

    @property
    def open(self) -> bool:
        """Whether the outcome is still to come."""
        return self.outcome is None

    @property
    def at_work(self) -> bool:
        """Whether the attempt's script runs, whatever has been reported of it."""
        return self.started_at is not None and self.exited_at is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A feed on its way to a partner: one merchant's product data, generated and validated.

    `id` is a UUIDv7, `version` counts the events that made the job (1 for the first).
    `next_retry_at` is set while an automatic retry is due, `following` while a phase is about to be started by itself.
    """

    id: str
    version: int
    state: JobState
    attempts: tuple[Attempt, ...]
    created_at: datetime
    updated_at: datetime
    next_retry_at: datetime | None = None
    following: Phase | None = None

    @property
    def latest(self) -> Attempt:
        """The newest attempt; its request is the job's current one."""
        return self.attempts[-1]

    @property
    def affiliate_merchant_id(self) -> str:
        """The merchant whose product data this is; it never changes."""
        return self.attempts[0].request.affiliate_merchant_id

    @property
    def reference(self) -> str | None:
        """The caller's own `job_id`, if one was given with the first request."""
        return self.attempts[0].request.reference

    @property
    def retry_count(self) -> int:
        """The number of retries begun, over both phases."""
        return sum(attempt.retry for attempt in self.attempts)

    @property
    def settled(self) -> bool:
        """Whether nothing more happens without a new call: no script at work, no automatic retry due."""
        return self.stage is Stage.SETTLED

    @property
    def stage(self) -> Stage:
        """What the job waits for: a place, its script, a callback, a retry; or nothing more.

        What is about to follow is as good as queued. A script may run on after its outcome was reported, or after its
        attempt was cancelled.
        """
        latest = self.latest
        if latest.open and latest.exited_at is not None:
            return Stage.WAITING_FOR_CALLBACK
        if latest.open:
            return Stage.QUEUED if latest.started_at is None else Stage.RUNNING
        if self.following is not None:
            return Stage.QUEUED
        if self.next_retry_at is not None:
            return Stage.RETRY_DUE
        return Stage.RUNNING if any(attempt.at_work for attempt in self.attempts) else Stage.SETTLED

    def attempt(self, number: int) -> Attempt | None:
        """The attempt with that number, counted from 1."""
        return self.attempts[number - 1] if 1 <= number <= len(self.attempts) else None

    def latest_of(self, phase: Phase) -> Attempt | None:
        """The newest attempt of a phase."""
        return next((a for a in reversed(self.attempts) if a.phase is phase), None)

    def manual_retries_of(self, phase: Phase) -> int:
        """The retries of a phase that somebody asked for."""
        return sum(a.retry and not a.automatic for a in self.attempts if a.phase is phase)

    def automatic_retries_of(self, phase: Phase) -> int:
        """The automatic retries of a phase since the last time that somebody asked for it."""
        newest_first = (a for a in reversed(self.attempts) if a.phase is phase)
        return sum(1 for _ in takewhile(lambda attempt: attempt.automatic and attempt.retry, newest_first))

    @property
    def generated_feed(self) -> str | None:
        """Where the newest generated feed lies, as its script reported it, else as it was asked for."""
        done: Iterable[Attempt] = (
            a for a in reversed(self.attempts) if a.phase is Phase.GENERATION and a.outcome is Outcome.SUCCESS
        )
        return next(
            (str((a.result or {}).get("destination_s3_path") or a.request.destination) for a in done), None
        )
