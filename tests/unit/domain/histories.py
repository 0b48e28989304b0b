"""Jobs in every state, each by the shortest history that leads there; and the events that may come next."""

from datetime import timedelta

from feedscript.domain import (
    Event,
    FeedRequest,
    GenerationFailed,
    GenerationStarted,
    GenerationSucceeded,
    Job,
    JobState,
    Reason,
    RetryCalledOff,
    ScriptExited,
    ScriptStarted,
    ValidationCalledOff,
    ValidationFailed,
    ValidationRevoked,
    ValidationStarted,
    ValidationSucceeded,
    evolve,
    fold,
)
from feedscript.testing.fakes import NOON

JOB = "019b7996-f200-7000-8000-000000000001"
BODY = FeedRequest(
    affiliate_merchant_id="m1", source="s3://b/in.csv", destination="s3://b/out.csv", reference="7"
)
OTHER_BODY = FeedRequest(
    affiliate_merchant_id="m1", source="s3://b/other.csv", destination="s3://b/out.csv", reference="7"
)
TRANSITION_TYPES = (
    GenerationStarted,
    GenerationSucceeded,
    GenerationFailed,
    ValidationStarted,
    ValidationSucceeded,
    ValidationFailed,
    ValidationRevoked,
)
FACT_TYPES = (ScriptStarted, ScriptExited, RetryCalledOff, ValidationCalledOff)


def event_of(kind: type[Event], attempt: int, minute: int = 0, **facts: object) -> Event:
    """An event of that type, with whatever it needs and was not given."""
    if kind in (GenerationStarted, ValidationStarted):
        facts.setdefault("request", BODY)
    if kind is GenerationSucceeded:
        # Elsewhere than a report goes to: one that would replace its feed is put beside it.
        facts.setdefault("result", {"destination_s3_path": "s3://b/feed.csv"})
    if kind in (GenerationFailed, ValidationFailed, ValidationRevoked):
        facts.setdefault("reason", Reason.SCRIPT_ERROR)
        facts.setdefault("error", "it broke")
    if kind is ValidationCalledOff:
        facts.setdefault("why", "it is in the way")
    return kind(job_id=JOB, attempt=attempt, at=NOON + timedelta(minutes=minute), **facts)


_GENERATED = ((GenerationStarted, 1), (GenerationSucceeded, 1))
_PATHS: dict[JobState | None, tuple[tuple[type[Event], int], ...]] = {
    None: (),
    JobState.GENERATING: ((GenerationStarted, 1),),
    JobState.GENERATION_FAILED: ((GenerationStarted, 1), (GenerationFailed, 1)),
    JobState.GENERATED: _GENERATED,
    JobState.VALIDATING: (*_GENERATED, (ValidationStarted, 2)),
    JobState.VALIDATED: (*_GENERATED, (ValidationStarted, 2), (ValidationSucceeded, 2)),
    JobState.VALIDATION_FAILED: (*_GENERATED, (ValidationStarted, 2), (ValidationFailed, 2)),
}
STATES = tuple(_PATHS)


def history_to(state: JobState | None, **facts: object) -> tuple[Event, ...]:
    """The history; `facts` go into its last event."""
    path = _PATHS[state]
    return tuple(
        event_of(kind, attempt, minute, **(facts if minute == len(path) - 1 else {}))
        for minute, (kind, attempt) in enumerate(path)
    )


def job_in(state: JobState | None, **facts: object) -> Job | None:
    """The job; `facts` go into its history's last event."""
    return fold(history_to(state, **facts))


def existing(state: JobState, **facts: object) -> Job:
    """As `job_in`, for states that a job can be in."""
    job = job_in(state, **facts)
    assert job is not None
    return job


def waiting_for_a_callback() -> Job:
    """A job whose script has ended silently."""
    return evolve(existing(JobState.GENERATING), event_of(ScriptExited, 1, minute=0, exit_code=0))
