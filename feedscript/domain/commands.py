"""What can be asked of a job, in the imperative."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from feedscript.domain.job import FeedRequest, Outcome, Phase, Reason
from feedscript.domain.record import Record


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class StartGeneration(Record):
    """Generate the feed, or repeat a generation that failed. `job_id` names a job that may not exist yet."""

    job_id: str
    request: FeedRequest


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class StartValidation(Record):
    """Validate the feed, or repeat a validation that failed. `job_id` names a job that may not exist yet."""

    job_id: str
    request: FeedRequest


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class RepeatPhase(Record):
    """Repeat the phase that failed, with the request of its last attempt."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class ReportOutcome(Record):
    """A callback: somebody says how a phase ended. Without `attempt` the newest one of the phase is meant."""

    phase: Phase
    outcome: Outcome
    attempt: int | None = None
    reason: Reason | None = None
    error: str = ""
    result: Mapping[str, Any] | None = None
    jitter: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class RecordStart(Record):
    """The executor has started the attempt's script."""

    attempt: int
    log: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class RecordExit(Record):
    """The executor saw the attempt's script end, or lost it.

    `reason` is set where the executor knows the cause itself (timeout, stalled, cancelled, lost, spawn_error); else the
    exit code tells. `result` is what the script left in its result file.
    """

    attempt: int
    exit_code: int | None = None
    reason: Reason | None = None
    error: str = ""
    result: Mapping[str, Any] | None = None
    jitter: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class ExpireGrace(Record):
    """The time to wait for a callback after a silent exit 0 is over."""

    attempt: int
    jitter: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class RetryDue(Record):
    """The backoff of an automatic retry may be over."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class ContinueJob(Record):
    """Start what the request said is to follow; with an `obstacle` call it off, for that reason."""

    obstacle: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class CancelJob(Record):
    """Stop what is under way, queued or running; or call off what would come by itself."""

    error: str = "cancelled on request"


StartPhase = StartGeneration | StartValidation
Command = (
    StartPhase
    | RepeatPhase
    | ReportOutcome
    | RecordStart
    | RecordExit
    | ExpireGrace
    | RetryDue
    | ContinueJob
    | CancelJob
)
