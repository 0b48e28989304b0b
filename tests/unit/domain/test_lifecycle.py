import itertools
from dataclasses import replace

import pytest

from feedscript.domain import (
    TRANSITIONS,
    Event,
    GenerationFailed,
    GenerationStarted,
    GenerationSucceeded,
    IllegalTransition,
    Job,
    JobState,
    Outcome,
    Phase,
    Reason,
    RetryCalledOff,
    ScriptExited,
    ScriptStarted,
    UnknownAttempt,
    ValidationFailed,
    ValidationRevoked,
    ValidationStarted,
    ValidationSucceeded,
    evolve,
    fold,
    next_state,
)
from tests.unit.domain.histories import FACT_TYPES, JOB, STATES, TRANSITION_TYPES, event_of, existing, job_in

# The design's table, written out a second time on purpose: a slip in the code's one is seen here.
DESIGNED = {
    (None, GenerationStarted): "generating",
    ("generation_failed", GenerationStarted): "generating",
    ("validation_failed", GenerationStarted): "generating",
    ("generating", GenerationSucceeded): "generated",
    ("generating", GenerationFailed): "generation_failed",
    (None, ValidationStarted): "validating",
    ("generated", ValidationStarted): "validating",
    ("validation_failed", ValidationStarted): "validating",
    ("validating", ValidationSucceeded): "validated",
    ("validating", ValidationFailed): "validation_failed",
    ("validated", ValidationRevoked): "validation_failed",
}
LEGAL = sorted(TRANSITIONS, key=str)
ILLEGAL = sorted(set(itertools.product(STATES, TRANSITION_TYPES)) - set(TRANSITIONS), key=str)


def next_event(job: Job | None, kind: type[Event]) -> Event:
    """An event that fits the job in all but, perhaps, its type."""
    starts = kind in (GenerationStarted, ValidationStarted)
    last = len(job.attempts) if job else 0
    return event_of(kind, last + 1 if starts else max(last, 1), minute=9)


def test_the_table_is_the_designed_one() -> None:
    assert {(state, kind): following.value for (state, kind), following in TRANSITIONS.items()} == DESIGNED


def test_every_pair_is_either_legal_or_illegal() -> None:
    assert len(LEGAL) == 11
    assert len(LEGAL) + len(ILLEGAL) == len(STATES) * len(TRANSITION_TYPES) == 49


def test_the_table_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        TRANSITIONS[JobState.VALIDATED, GenerationStarted] = JobState.GENERATING  # type: ignore[index]


@pytest.mark.parametrize(("state", "kind"), LEGAL)
def test_a_legal_event_leads_along_the_table(state: JobState | None, kind: type[Event]) -> None:
    job = job_in(state)
    event = next_event(job, kind)
    following = evolve(job, event)
    assert following.state.value == DESIGNED[state, kind]
    assert following.version == (job.version if job else 0) + 1
    assert following.updated_at == event.at
    assert following.created_at == (job.created_at if job else event.at)
    assert job == job_in(state), "the old value is untouched"


@pytest.mark.parametrize(("state", "kind"), ILLEGAL)
def test_an_illegal_event_is_refused_and_changes_nothing(state: JobState | None, kind: type[Event]) -> None:
    job = job_in(state)
    with pytest.raises(IllegalTransition) as caught:
        evolve(job, next_event(job, kind))
    assert (caught.value.job_id, caught.value.state, caught.value.event) == (JOB, state, kind.__name__)
    assert job == job_in(state)


@pytest.mark.parametrize(("state", "kind"), list(itertools.product(STATES, FACT_TYPES)))
def test_a_fact_leaves_the_state_alone(state: JobState | None, kind: type[Event]) -> None:
    with pytest.raises(IllegalTransition):
        next_state(JOB, state, kind)
    job = job_in(state)
    if job is None:
        with pytest.raises(UnknownAttempt):
            evolve(None, next_event(None, kind))
        return
    following = evolve(job, next_event(job, kind))
    assert following.state is job.state
    assert following.version == job.version + 1
    assert [a.outcome for a in following.attempts] == [a.outcome for a in job.attempts]


@pytest.mark.parametrize("kind", FACT_TYPES)
@pytest.mark.parametrize("attempt", [-1, 0, 3])
def test_a_fact_about_no_attempt_is_refused(kind: type[Event], attempt: int) -> None:
    with pytest.raises(UnknownAttempt) as caught:
        evolve(existing(JobState.VALIDATING), event_of(kind, attempt))
    assert caught.value.attempt == attempt


@pytest.mark.parametrize(("state", "kind"), [pair for pair in LEGAL if pair[0] is not None])
def test_a_transition_of_another_attempt_is_refused(state: JobState, kind: type[Event]) -> None:
    job = existing(state)
    right = next_event(job, kind)
    for attempt in (right.attempt - 1, right.attempt + 1):
        with pytest.raises(UnknownAttempt):
            evolve(job, replace(right, attempt=attempt))


@pytest.mark.parametrize(
    ("state", "kind"),
    [*(pair for pair in LEGAL if pair[0] is not None), *((JobState.VALIDATED, kind) for kind in FACT_TYPES)],
)
def test_an_event_of_another_job_is_refused(state: JobState, kind: type[Event]) -> None:
    job = existing(state)
    with pytest.raises(UnknownAttempt):
        evolve(job, replace(next_event(job, kind), job_id="another job"))


def test_a_history_keeps_every_attempt() -> None:
    kinds = [
        (GenerationStarted, 1, {}),
        (ScriptStarted, 1, {"log": "1.log"}),
        (
            GenerationFailed,
            1,
            {"exited": True, "exit_code": 75, "reason": Reason.TRANSIENT, "error": "no route"},
        ),
        (GenerationStarted, 2, {"retry": True}),
        (ScriptStarted, 2, {"log": "2.log"}),
        (GenerationSucceeded, 2, {"result": {"rows": 3}}),
        (ScriptExited, 2, {"exit_code": 9, "warning": "ended badly"}),
        (ValidationStarted, 3, {}),
        (ValidationSucceeded, 3, {"result": {"items": 3}}),
        (ValidationRevoked, 3, {"reason": Reason.REJECTED, "error": "we do not want it"}),
    ]
    job = fold(event_of(kind, number, minute, **facts) for minute, (kind, number, facts) in enumerate(kinds))
    assert job is not None
    first, second, third = job.attempts
    assert (first.phase, first.outcome, first.reason, first.error) == (
        Phase.GENERATION,
        Outcome.FAILED,
        Reason.TRANSIENT,
        "no route",
    )
    assert (first.exit_code, first.log, first.retry, second.retry) == (75, "1.log", False, True)
    assert (second.outcome, second.result, second.exit_code, second.warning) == (
        Outcome.SUCCESS,
        {"rows": 3},
        9,
        "ended badly",
    )
    assert (third.phase, third.outcome, third.reason, third.result) == (
        Phase.VALIDATION,
        Outcome.FAILED,
        Reason.REJECTED,
        {"items": 3},
    )
    assert (job.version, job.retry_count, job.state) == (10, 1, JobState.VALIDATION_FAILED)


def test_no_history_is_no_job() -> None:
    assert fold([]) is None


def test_a_retry_called_off_leaves_none_due() -> None:
    due = event_of(GenerationFailed, 1).at
    job = existing(JobState.GENERATION_FAILED, next_retry_at=due)
    assert job.next_retry_at == due
    assert not job.settled
    job = evolve(job, event_of(RetryCalledOff, 1))
    assert job.next_retry_at is None
    assert job.settled


def test_a_retry_that_begins_is_due_no_longer() -> None:
    job = existing(JobState.GENERATION_FAILED, next_retry_at=event_of(GenerationFailed, 1).at)
    assert evolve(job, event_of(GenerationStarted, 2, retry=True)).next_retry_at is None


def test_a_script_at_work_keeps_a_finished_job_unsettled() -> None:
    job = existing(JobState.GENERATING)
    assert not job.settled
    job = evolve(evolve(job, event_of(ScriptStarted, 1)), event_of(GenerationSucceeded, 1))
    assert not job.settled
    assert evolve(job, event_of(ScriptExited, 1, exit_code=0)).settled
