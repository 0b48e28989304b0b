"""What an event says arrives where it belongs: times, results, texts, numbers."""

from datetime import timedelta

import pytest

from feedscript.domain import (
    CancelJob,
    Command,
    Event,
    ExpireGrace,
    Failed,
    FeedRequest,
    GenerationStarted,
    IllegalTransition,
    Job,
    JobState,
    Outcome,
    Phase,
    Reason,
    RecordExit,
    RecordStart,
    Refusal,
    RefusalCode,
    RepeatPhase,
    ReportOutcome,
    RetryDue,
    RetryPolicy,
    ScriptExited,
    StartGeneration,
    StartValidation,
    UnknownAttempt,
    decide,
    evolve,
    pause_is_over,
)
from feedscript.domain.pauses import CLOCK_CORRECTION
from feedscript.testing.fakes import NOON
from tests.unit.domain.histories import (
    BODY,
    JOB,
    OTHER_BODY,
    STATES,
    event_of,
    existing,
    job_in,
    waiting_for_a_callback,
)

LATER = NOON + timedelta(hours=1)
POLICY = RetryPolicy(automatic=frozenset(Reason))
RESULT = {"items": 3}


def happened(job: Job | None, command: Command, policy: RetryPolicy = POLICY) -> Event:
    event = decide(job, command, LATER, policy)
    assert not isinstance(event, Refusal)
    return event


ENDS = {
    "a callback that failed": (
        existing(JobState.GENERATING),
        ReportOutcome(phase=Phase.GENERATION, outcome=Outcome.FAILED, result=RESULT, error="no"),
    ),
    "a callback that succeeded": (
        existing(JobState.GENERATING),
        ReportOutcome(phase=Phase.GENERATION, outcome=Outcome.SUCCESS, result=RESULT),
    ),
    "a callback that revokes": (
        existing(JobState.VALIDATED),
        ReportOutcome(phase=Phase.VALIDATION, outcome=Outcome.FAILED, result=RESULT, error="no"),
    ),
    "an exit that failed": (
        existing(JobState.GENERATING),
        RecordExit(attempt=1, exit_code=65, result=RESULT, error="no"),
    ),
    "an exit that succeeded": (
        existing(JobState.GENERATING),
        RecordExit(attempt=1, exit_code=0, result=RESULT),
    ),
}


@pytest.mark.parametrize("end", ENDS)
def test_what_a_script_reports_is_the_attempts_result_at_the_time_of_the_report(end: str) -> None:
    job, command = ENDS[end]
    after = evolve(job, happened(job, command))
    assert after.latest.result is not None
    assert {**after.latest.result, **RESULT} == after.latest.result
    assert (after.latest.ended_at, after.updated_at) == (LATER, LATER)


@pytest.mark.parametrize(
    ("job", "command"),
    [
        (waiting_for_a_callback(), ExpireGrace(attempt=1, jitter=0.5)),
        (existing(JobState.GENERATING), CancelJob(error="not wanted")),
        (existing(JobState.GENERATION_FAILED, next_retry_at=LATER), CancelJob(error="not wanted")),
        (existing(JobState.GENERATION_FAILED), RepeatPhase()),
        (existing(JobState.GENERATION_FAILED, next_retry_at=LATER), RetryDue()),
        (existing(JobState.GENERATED), RecordExit(attempt=1, exit_code=0)),
        (existing(JobState.GENERATING), RecordStart(attempt=1)),
    ],
    ids=lambda value: type(value).__name__,
)
def test_an_event_happens_when_it_is_decided(job: Job, command: Command) -> None:
    event = happened(job, command)
    assert event.at == LATER
    assert evolve(job, event).updated_at == LATER


def test_a_callback_that_never_came_is_told_and_tried_again_by_chance() -> None:
    event = happened(waiting_for_a_callback(), ExpireGrace(attempt=1, jitter=0.5))
    assert isinstance(event, Failed)
    assert event.error
    assert event.next_retry_at == LATER + POLICY.backoff(retries=0, share=0.5)


def test_an_attempt_keeps_when_it_was_accepted_and_what_its_caller_was_told() -> None:
    started = event_of(GenerationStarted, 1, warnings=("the default profile is taken",))
    job = evolve(None, started)
    assert (job.latest.accepted_at, job.latest.warnings) == (NOON, ("the default profile is taken",))
    failed = evolve(job, event_of(type(happened(job, CancelJob(error="x"))), 1, 1, next_retry_at=LATER))
    again = evolve(failed, happened(failed, RetryDue()))
    assert (again.latest.warnings, again.latest.accepted_at) == (job.latest.warnings, LATER)


def test_a_validation_is_completed_and_a_generation_is_not() -> None:
    job = existing(JobState.GENERATED)
    unsaid = FeedRequest(affiliate_merchant_id="m1", source="", destination="s3://b/report.json")
    assert happened(job, StartValidation(job_id=JOB, request=unsaid)).request.source == "s3://b/feed.csv"
    onto_itself = FeedRequest(affiliate_merchant_id="m1", source="s3://b/x", destination="s3://b/x")
    validation = happened(None, StartValidation(job_id=JOB, request=onto_itself))
    assert validation.request.destination == "s3://b/x.report.json"
    assert isinstance(decide(None, StartGeneration(job_id=JOB, request=onto_itself), LATER, POLICY), Refusal)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize(
    "command",
    [
        StartGeneration(job_id=JOB, request=BODY),
        StartGeneration(job_id=JOB, request=OTHER_BODY),
        StartGeneration(job_id="another", request=BODY),
        StartValidation(job_id=JOB, request=BODY),
        StartValidation(job_id=JOB, request=OTHER_BODY),
        StartValidation(job_id=JOB, request=FeedRequest(affiliate_merchant_id="m1", source="", destination="s3://b/r")),
        RepeatPhase(),
        RetryDue(),
        CancelJob(error="x"),
        RecordStart(attempt=9),
        RecordExit(attempt=9, exit_code=0),
        ExpireGrace(attempt=1, jitter=0.5),
        ReportOutcome(phase=Phase.VALIDATION, outcome=Outcome.FAILED),
    ],
    ids=lambda command: type(command).__name__,
)  # fmt: skip
def test_a_refusal_says_why(state: JobState | None, command: Command) -> None:
    answer = decide(job_in(state), command, LATER, RetryPolicy(max_manual_retries=0))
    if isinstance(answer, Refusal):
        assert isinstance(answer.code, RefusalCode)
        assert " " in answer.detail


@pytest.mark.parametrize("command", [RecordStart(attempt=9), RecordExit(attempt=9, exit_code=0)])
def test_an_attempt_that_is_not_there_is_named(command: Command) -> None:
    answer = decide(existing(JobState.GENERATED), command, LATER, POLICY)
    assert isinstance(answer, Refusal)
    assert "9" in answer.detail


@pytest.mark.parametrize("kind", [GenerationStarted, ScriptExited])
def test_an_event_of_another_attempt_names_job_and_attempt(kind: type[Event]) -> None:
    job = existing(JobState.GENERATION_FAILED)
    with pytest.raises(UnknownAttempt, match=f"{JOB} has no attempt 7") as caught:
        evolve(job, event_of(kind, 7))
    assert (caught.value.job_id, caught.value.attempt) == (JOB, 7)


@pytest.mark.parametrize(("state", "told"), [(None, r"\(none\)"), (JobState.GENERATED, "generated")])
def test_an_event_without_a_row_names_event_and_state(state: JobState | None, told: str) -> None:
    kind = type(happened(existing(JobState.GENERATING), CancelJob(error="x")))
    with pytest.raises(IllegalTransition, match=f"{JOB}: no {kind.__name__} in state {told}"):
        evolve(job_in(state), event_of(kind, 1))


@pytest.mark.parametrize("name", ["max_retries", "max_manual_retries"])
def test_a_count_of_retries_below_none_is_refused_by_its_name(name: str) -> None:
    with pytest.raises(ValueError, match=f"{name} is -1; it counts retries"):
        RetryPolicy(**{name: -1})
    assert RetryPolicy(**{name: 0})


def test_a_pause_is_cut_short_only_behind_the_clocks_correction() -> None:
    longest = timedelta(minutes=1)
    until = NOON + longest + CLOCK_CORRECTION
    assert not pause_is_over(until, now=NOON, longest=longest)
    assert pause_is_over(until + timedelta(microseconds=1), now=NOON, longest=longest)
