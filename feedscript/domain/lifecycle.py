"""The state machine: the one table, and the fold that reads it.

Everything that affects which state follows which lives in this file. A pair that is not in the table is
refused and changes nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final, assert_never

from feedscript.domain import events
from feedscript.domain.errors import IllegalTransition, UnknownAttempt
from feedscript.domain.events import (
    Event,
    GenerationFailed,
    GenerationStarted,
    GenerationSucceeded,
    RetryCalledOff,
    ScriptExited,
    ScriptStarted,
    ValidationCalledOff,
    ValidationFailed,
    ValidationRevoked,
    ValidationStarted,
    ValidationSucceeded,
)
from feedscript.domain.job import Attempt, Job, JobState, Outcome, Phase

TRANSITIONS: Final[Mapping[tuple[JobState | None, type[events.Transition]], JobState]] = MappingProxyType(
    {
        (None, GenerationStarted): JobState.GENERATING,
        (JobState.GENERATION_FAILED, GenerationStarted): JobState.GENERATING,
        (JobState.VALIDATION_FAILED, GenerationStarted): JobState.GENERATING,
        (JobState.GENERATING, GenerationSucceeded): JobState.GENERATED,
        (JobState.GENERATING, GenerationFailed): JobState.GENERATION_FAILED,
        (None, ValidationStarted): JobState.VALIDATING,
        (JobState.GENERATED, ValidationStarted): JobState.VALIDATING,
        (JobState.VALIDATION_FAILED, ValidationStarted): JobState.VALIDATING,
        (JobState.VALIDATING, ValidationSucceeded): JobState.VALIDATED,
        (JobState.VALIDATING, ValidationFailed): JobState.VALIDATION_FAILED,
        (JobState.VALIDATED, ValidationRevoked): JobState.VALIDATION_FAILED,
    }
)
"""(state, event type) -> the state that follows; None is "no job yet"."""


def next_state(job_id: str, state: JobState | None, event_type: type[Event]) -> JobState:
    """Look the table up.

    >>> next_state("j", JobState.GENERATING, GenerationSucceeded)
    <JobState.GENERATED: 'generated'>

    Raises `IllegalTransition` for a pair that is not in it.
    """
    following = TRANSITIONS.get((state, event_type))  # type: ignore[arg-type]  # facts may be asked about too
    if following is None:
        raise IllegalTransition(job_id, state, event_type.__name__)
    return following


def evolve(job: Job | None, event: Event) -> Job:
    """The job after the event: a new value, the old one is untouched.

    Raises `IllegalTransition` where the table has no row, `UnknownAttempt` for an event of another job, of an
    attempt that does not exist, or that starts or ends any but the newest one.
    """
    match event:
        case ScriptStarted():
            return _amend(job, event, started_at=event.at, log=event.log)
        case ScriptExited():
            warning = {} if event.warning is None else {"warning": event.warning}
            return _amend(job, event, exited_at=event.at, exit_code=event.exit_code, **warning)
        case RetryCalledOff():
            return replace(_amend(job, event), next_retry_at=None)
        case ValidationCalledOff():
            warning = {"warning": f"the validation that was to follow was not started: {event.why}"}
            return replace(_amend(job, event, **warning), following=None)
    state = next_state(event.job_id, job.state if job else None, type(event))
    attempts = job.attempts if job else ()
    starts = isinstance(event, GenerationStarted | ValidationStarted)
    if (job is not None and event.job_id != job.id) or event.attempt != len(attempts) + starts:
        raise UnknownAttempt(event.job_id, event.attempt)
    match event:
        case GenerationStarted() | ValidationStarted():
            phase = Phase.GENERATION if isinstance(event, GenerationStarted) else Phase.VALIDATION
            attempts = (
                *attempts,
                Attempt(
                    number=event.attempt,
                    phase=phase,
                    request=event.request,
                    accepted_at=event.at,
                    retry=event.retry,
                    automatic=event.automatic,
                    warnings=event.warnings,
                    caller=event.caller,
                ),
            )
        case events.Succeeded() | events.Failed():
            attempts = (*attempts[:-1], _ended(attempts[-1], event))
        case _:
            assert_never(event)
    return Job(
        id=event.job_id,
        version=job.version + 1 if job else 1,
        state=state,
        attempts=attempts,
        created_at=job.created_at if job else event.at,
        updated_at=event.at,
        next_retry_at=event.next_retry_at if isinstance(event, events.Failed) else None,
        following=attempts[-1].request.then if isinstance(event, GenerationSucceeded) else None,
    )


def fold(history: Iterable[Event]) -> Job | None:
    """The job that a history makes, from nothing; None for an empty one."""
    job: Job | None = None
    for event in history:
        job = evolve(job, event)
    return job


def _ended(attempt: Attempt, event: events.Succeeded | events.Failed) -> Attempt:
    attempt = replace(attempt, ended_at=event.at)
    if event.exited:
        attempt = replace(attempt, exited_at=event.at, exit_code=event.exit_code)
    if isinstance(event, events.Succeeded):
        return replace(attempt, outcome=Outcome.SUCCESS, result=event.result)
    return replace(
        attempt,
        outcome=Outcome.FAILED,
        reason=event.reason,
        error=event.error,
        result=_merged(attempt.result, event.result),
    )


def _merged(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """A later report adds to what an earlier one said, and erases nothing that it does not speak of."""
    return after if before is None else {**before, **(after or {})}


def _amend(job: Job | None, event: events.Fact, **facts: object) -> Job:
    if job is None or job.id != event.job_id or job.attempt(event.attempt) is None:
        raise UnknownAttempt(event.job_id, event.attempt)
    attempts = tuple(replace(a, **facts) if a.number == event.attempt else a for a in job.attempts)  # type: ignore[arg-type]  # names checked by replace itself
    return replace(job, version=job.version + 1, attempts=attempts, updated_at=event.at)


def diagram() -> str:
    """The table as a Mermaid state diagram; the one in the docs is this text.

    >>> diagram().splitlines()[:2]
    ['stateDiagram-v2', '    [*] --> generating: GenerationStarted']
    """
    rows = [
        f"    {state.value if state else '[*]'} --> {following.value}: {event_type.__name__}"
        for (state, event_type), following in TRANSITIONS.items()
    ]
    return "\n".join(["stateDiagram-v2", *rows])
