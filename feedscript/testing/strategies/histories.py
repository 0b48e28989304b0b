"""Whole legal histories, and the jobs, attempts, events and activities that are in them.

Every job and event here was made by `decide` and `evolve`, so it is one that can be.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from feedscript.domain import (
    Activity,
    Attempt,
    AttemptEvent,
    CancelJob,
    Command,
    Event,
    Failed,
    FeedRequest,
    GenerationFailed,
    GenerationStarted,
    GenerationSucceeded,
    Job,
    JobState,
    Outcome,
    Phase,
    Reason,
    RecordExit,
    RecordStart,
    Refusal,
    ReportOutcome,
    RetryCalledOff,
    RetryPolicy,
    ScriptExited,
    ScriptStarted,
    StartGeneration,
    StartPhase,
    StartValidation,
    Succeeded,
    ValidationCalledOff,
    ValidationFailed,
    ValidationRevoked,
    ValidationStarted,
    ValidationSucceeded,
    decide,
    evolve,
    fold,
    record_of,
)
from feedscript.testing.fakes import NOON
from feedscript.testing.strategies.commands import commands, words
from feedscript.testing.strategies.values import job_ids, odd_requests, results, texts, times

GENEROUS = RetryPolicy(max_retries=4, max_manual_retries=4)
STEPS = (timedelta(microseconds=1), timedelta(seconds=1), timedelta(days=1))


@st.composite
def histories(draw: st.DrawFn, *, job_id: str | None = None, max_size: int = 12) -> tuple[Event, ...]:
    """The events of one job, from its first one on; `max_size` bounds the commands that were tried."""
    identity = job_id or draw(job_ids())
    request = draw(odd_requests())
    kinds: list[type[StartPhase]] = [StartGeneration, StartValidation]
    first = draw(st.sampled_from(kinds))
    now, job, events = NOON, None, list[Event]()
    command: Command = first(job_id=identity, request=request)
    for _ in range(draw(st.integers(1, max_size))):
        decision = decide(job, command, now, GENEROUS)
        if not isinstance(decision, Refusal):
            job = evolve(job, decision)
            events.append(decision)
        now += draw(st.sampled_from(STEPS))
        command = draw(commands(identity, len(job.attempts) if job else 0, request))
    return tuple(events)


def jobs(state: JobState | None = None) -> st.SearchStrategy[Job]:
    """Jobs in any state, or in that one, with whatever has led there."""
    if state is None:
        return st.one_of(histories().map(_folded), *(jobs(each) for each in JobState))
    return _last_of(st.sampled_from(_LEADING_TO[state])).map(lambda made: made[0])


def attempts() -> st.SearchStrategy[Attempt]:
    """Attempts, open and ended."""
    return jobs().flatmap(lambda job: st.sampled_from(job.attempts))


def events() -> st.SearchStrategy[Event]:
    """Events of any type."""
    return st.one_of(histories().flatmap(st.sampled_from), *[events_of(kind) for kind in _PATHS])


def events_of(kind: type[AttemptEvent]) -> st.SearchStrategy[Any]:
    """Events of one type, or of those that are kinds of it."""
    fitting: list[type[Any]] = [each for each in _PATHS if issubclass(each, kind)]
    return _last_of(st.sampled_from(fitting)).map(lambda made: made[1])


@st.composite
def activities(draw: st.DrawFn) -> Activity:
    """Entries of the trail: transitions, and others with data of any kind."""
    if draw(st.booleans()):
        return record_of(draw(events()), draw(st.integers(1, 50)), actor=draw(texts()))
    return Activity(
        id=draw(job_ids()),
        at=draw(times()),
        type=draw(st.sampled_from(["feedscript.api.call", "feedscript.callback.received"])),
        job_id=draw(st.none() | job_ids()),
        actor=draw(texts()),
        data=draw(results() | st.dictionaries(st.sampled_from(["actor", "event", "=actor", "id"]), texts())),
    )


def _folded(history: tuple[Event, ...]) -> Job:
    job = fold(history)
    assert job is not None, "a history has a first event"
    return job


# The shortest ways to events of each type

_Step = Callable[[st.DrawFn, FeedRequest, str], Command]


def _generate(_: st.DrawFn, request: FeedRequest, job_id: str) -> Command:
    return StartGeneration(job_id=job_id, request=request)


def _validate(_: st.DrawFn, request: FeedRequest, job_id: str) -> Command:
    return StartValidation(job_id=job_id, request=request)


def _generate_and_check(_: st.DrawFn, request: FeedRequest, job_id: str) -> Command:
    return StartGeneration(job_id=job_id, request=replace(request, then=Phase.VALIDATION))


def _told(phase: Phase, outcome: Outcome) -> _Step:
    return lambda draw, _, __: ReportOutcome(
        phase=phase, outcome=outcome, error=draw(words()), result=draw(st.none() | results())
    )


def _began(draw: st.DrawFn, _: FeedRequest, __: str) -> Command:
    return RecordStart(attempt=1, log=draw(texts()))


def _silent(*_: object) -> Command:
    return RecordExit(attempt=1, exit_code=0)


def _lost(draw: st.DrawFn, *_: object) -> Command:
    return RecordExit(attempt=1, reason=Reason.LOST, error=draw(words()))


def _cancelled(*_: object) -> Command:
    return CancelJob()


_GENERATED = _told(Phase.GENERATION, Outcome.SUCCESS)
_NOT_GENERATED = _told(Phase.GENERATION, Outcome.FAILED)
_VALID = _told(Phase.VALIDATION, Outcome.SUCCESS)
_INVALID = _told(Phase.VALIDATION, Outcome.FAILED)
_PATHS: dict[type[AttemptEvent], tuple[_Step, ...]] = {
    GenerationStarted: (_generate,),
    GenerationSucceeded: (_generate, _GENERATED),
    GenerationFailed: (_generate, _NOT_GENERATED),
    ValidationStarted: (_validate,),
    ValidationCalledOff: (_generate_and_check, _GENERATED, _cancelled),
    ValidationSucceeded: (_validate, _VALID),
    ValidationFailed: (_validate, _INVALID),
    ValidationRevoked: (_validate, _VALID, _INVALID),
    ScriptStarted: (_generate, _began),
    ScriptExited: (_generate, _began, _silent),
    RetryCalledOff: (_validate, _lost, _cancelled),
}
_LEADING_TO: dict[JobState, list[type[AttemptEvent]]] = {
    JobState.GENERATING: [GenerationStarted, ScriptStarted, ScriptExited],
    JobState.GENERATED: [GenerationSucceeded, ValidationCalledOff],
    JobState.GENERATION_FAILED: [GenerationFailed],
    JobState.VALIDATING: [ValidationStarted],
    JobState.VALIDATED: [ValidationSucceeded],
    JobState.VALIDATION_FAILED: [ValidationFailed, ValidationRevoked, RetryCalledOff],
}
BASES: tuple[type[AttemptEvent], ...] = (AttemptEvent, Succeeded, Failed)
KINDS: tuple[type[AttemptEvent], ...] = tuple(_PATHS)


@st.composite
def _last_of(draw: st.DrawFn, kinds: st.SearchStrategy[type[AttemptEvent]]) -> tuple[Job, Event]:
    job_id, request, now = draw(job_ids()), draw(odd_requests()), NOON
    job: Job | None = None
    event: Event | None = None
    for step in _PATHS[draw(kinds)]:
        decision = decide(job, step(draw, request, job_id), now, GENEROUS)
        assert not isinstance(decision, Refusal), decision
        job, event = evolve(job, decision), decision
        now += draw(st.sampled_from(STEPS))
    assert job is not None
    assert event is not None
    return job, event
