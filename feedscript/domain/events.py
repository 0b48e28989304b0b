"""What has happened to a job, in the past tense; a job is the fold of its events."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from feedscript.domain.job import FeedRequest, Reason
from feedscript.domain.record import Record


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class AttemptEvent(Record):
    """What all events tell: the job, the attempt, and when (aware UTC)."""

    job_id: str
    attempt: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class GenerationStarted(AttemptEvent):
    """A generation was accepted; its script runs as soon as there is room; an `automatic` retry nobody asked for.

    `warnings` is what the caller was told beside, `caller` who asked, as the audit trail names it.
    """

    request: FeedRequest
    retry: bool = False
    automatic: bool = False
    warnings: tuple[str, ...] = ()
    caller: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class ValidationStarted(AttemptEvent):
    """A validation was accepted; its script runs as soon as there is room.

    An `automatic` one nobody asked for just then: a retry, or what was to follow a generation. `warnings` is what the
    caller was told beside, `caller` who asked, as the audit trail names it.
    """

    request: FeedRequest
    retry: bool = False
    automatic: bool = False
    warnings: tuple[str, ...] = ()
    caller: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Succeeded(AttemptEvent):
    """The attempt reached its goal; `result` is what its script reported.

    `exited` says that the script is known to be gone, with `exit_code` where somebody saw it.
    """

    result: Mapping[str, Any] | None = None
    exited: bool = False
    exit_code: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Failed(AttemptEvent):
    """The attempt ended without reaching its goal; `next_retry_at` is set where a repeat may mend it."""

    reason: Reason
    error: str
    result: Mapping[str, Any] | None = None
    exited: bool = False
    exit_code: int | None = None
    next_retry_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class GenerationSucceeded(Succeeded):
    """The feed lies at its destination."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class GenerationFailed(Failed):
    """No feed came of the attempt."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class ValidationSucceeded(Succeeded):
    """The partner will take the feed."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class ValidationFailed(Failed):
    """The feed has errors, or could not be checked."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class ValidationRevoked(Failed):
    """The partner rejected, after all, a feed that had been validated."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class ScriptStarted(AttemptEvent):
    """The attempt's script is running; `log` is where its output goes."""

    log: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class ScriptExited(AttemptEvent):
    """The attempt's script is gone; its exit code (None where nobody saw it) did not decide the outcome."""

    exit_code: int | None = None
    warning: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class RetryCalledOff(AttemptEvent):
    """The automatic retry that was due will not happen."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class ValidationCalledOff(AttemptEvent):
    """The validation that was to follow the generation will not happen; `why` is for people."""

    why: str


Transition = (
    GenerationStarted
    | GenerationSucceeded
    | GenerationFailed
    | ValidationStarted
    | ValidationSucceeded
    | ValidationFailed
    | ValidationRevoked
)
"""Events that move the job along the state table."""

Fact = ScriptStarted | ScriptExited | RetryCalledOff | ValidationCalledOff
"""Events that complete the job's record and leave the state alone."""

Event = Transition | Fact
"""What can have happened to a job: a closed union, so a `match` over it can be known to be exhaustive."""
