"""What ends an attempt: callbacks, exits, the clock, a cancel."""

from datetime import timedelta

import pytest

from feedscript.domain import (
    CancelJob,
    Command,
    Event,
    ExpireGrace,
    Failed,
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
    Succeeded,
    ValidationFailed,
    ValidationRevoked,
    ValidationStarted,
    ValidationSucceeded,
    decide,
    due,
    evolve,
)
from feedscript.testing.fakes import NOON
from tests.unit.domain.histories import BODY, JOB, event_of, existing, waiting_for_a_callback

GENERATION, VALIDATION = Phase.GENERATION, Phase.VALIDATION
SUCCESS, FAILED = Outcome.SUCCESS, Outcome.FAILED
LATER = NOON + timedelta(hours=1)
PHASE_OF = {JobState.GENERATING: GENERATION, JobState.VALIDATING: VALIDATION}
OPEN_STATES = tuple(PHASE_OF)
SUCCEEDED = {GENERATION: GenerationSucceeded, VALIDATION: ValidationSucceeded}
FAILED_AS = {GENERATION: GenerationFailed, VALIDATION: ValidationFailed}


def decided(job: Job | None, command: Command, policy: RetryPolicy | None = None) -> Event | Refusal:
    return decide(job, command, LATER, policy or RetryPolicy())


def after(job: Job, command: Command) -> Job:
    decision = decided(job, command)
    assert not isinstance(decision, Refusal), decision
    return evolve(job, decision)


def refused(job: Job | None, command: Command) -> str:
    decision = decided(job, command)
    assert isinstance(decision, Refusal), decision
    assert decision.detail
    return decision.code.value


# Callbacks


@pytest.mark.parametrize("named", [True, False])
@pytest.mark.parametrize("state", OPEN_STATES)
def test_a_success_ends_the_open_attempt(state: JobState, named: bool) -> None:
    job, phase = existing(state), PHASE_OF[state]
    number = job.latest.number
    report = ReportOutcome(
        phase=phase, outcome=SUCCESS, attempt=number if named else None, result={"rows": 1}
    )
    assert decided(job, report) == SUCCEEDED[phase](job_id=JOB, attempt=number, at=LATER, result={"rows": 1})


@pytest.mark.parametrize("state", OPEN_STATES)
def test_a_failure_ends_the_open_attempt(state: JobState) -> None:
    job, phase = existing(state), PHASE_OF[state]
    report = ReportOutcome(
        phase=phase, outcome=FAILED, reason=Reason.INVALID_FEED, error="no title", result={"report": 1}
    )
    assert decided(job, report) == FAILED_AS[phase](
        job_id=JOB,
        attempt=job.latest.number,
        at=LATER,
        reason=Reason.INVALID_FEED,
        error="no title",
        result={"report": 1},
    )


def test_a_bare_failure_still_has_a_reason_and_an_error() -> None:
    job = after(existing(JobState.GENERATING), ReportOutcome(phase=GENERATION, outcome=FAILED))
    assert job.latest.reason is Reason.SCRIPT_ERROR
    assert job.latest.error


@pytest.mark.parametrize("outcome", Outcome)
@pytest.mark.parametrize("state", OPEN_STATES)
def test_a_callback_is_applied_once(state: JobState, outcome: Outcome) -> None:
    report = ReportOutcome(phase=PHASE_OF[state], outcome=outcome)
    assert refused(after(existing(state), report), report) == "duplicate"


@pytest.mark.parametrize(
    ("state", "phase", "first", "second"),
    [
        (JobState.GENERATING, GENERATION, SUCCESS, FAILED),
        (JobState.GENERATING, GENERATION, FAILED, SUCCESS),
        (JobState.VALIDATING, VALIDATION, FAILED, SUCCESS),
    ],
)
def test_a_contradiction_changes_nothing(
    state: JobState, phase: Phase, first: Outcome, second: Outcome
) -> None:
    job = after(existing(state), ReportOutcome(phase=phase, outcome=first))
    assert refused(job, ReportOutcome(phase=phase, outcome=second)) == "contradicted"


@pytest.mark.parametrize(
    "reason", [Reason.TIMEOUT, Reason.STALLED, Reason.LOST, Reason.CANCELLED, Reason.SPAWN_ERROR]
)
@pytest.mark.parametrize("outcome", Outcome)
def test_a_callback_after_the_service_gave_up_is_late(reason: Reason, outcome: Outcome) -> None:
    job = after(existing(JobState.GENERATING), RecordExit(attempt=1, reason=reason))
    assert refused(job, ReportOutcome(phase=GENERATION, outcome=outcome)) == "late"


@pytest.mark.parametrize("outcome", Outcome)
def test_a_callback_after_a_cancel_is_late(outcome: Outcome) -> None:
    job = after(existing(JobState.VALIDATING), CancelJob())
    assert refused(job, ReportOutcome(phase=VALIDATION, outcome=outcome)) == "late"


@pytest.mark.parametrize("outcome", Outcome)
def test_a_callback_for_an_earlier_attempt_changes_nothing(outcome: Outcome) -> None:
    job = existing(JobState.GENERATION_FAILED, reason=Reason.TIMEOUT)
    job = evolve(job, event_of(GenerationStarted, 2, retry=True))
    assert refused(job, ReportOutcome(phase=GENERATION, outcome=outcome, attempt=1)) == "superseded"


def test_the_earlier_phase_reported_again_is_a_duplicate() -> None:
    job = existing(JobState.VALIDATED)
    assert refused(job, ReportOutcome(phase=GENERATION, outcome=SUCCESS)) == "duplicate"
    assert refused(job, ReportOutcome(phase=GENERATION, outcome=FAILED)) == "superseded"


@pytest.mark.parametrize("attempt", [2, 99, -1])
def test_a_callback_for_no_attempt_changes_nothing(attempt: int) -> None:
    report = ReportOutcome(phase=GENERATION, outcome=SUCCESS, attempt=attempt)
    assert refused(existing(JobState.GENERATING), report) == "not_started"


def test_a_callback_of_the_other_phase_changes_nothing() -> None:
    job = existing(JobState.GENERATING)
    assert refused(job, ReportOutcome(phase=VALIDATION, outcome=SUCCESS)) == "not_started"
    assert refused(job, ReportOutcome(phase=VALIDATION, outcome=SUCCESS, attempt=1)) == "not_started"


@pytest.mark.parametrize("attempt", [None, 2])
def test_a_partner_may_reject_a_validated_feed(attempt: int | None) -> None:
    job = existing(JobState.VALIDATED)
    report = ReportOutcome(phase=VALIDATION, outcome=FAILED, attempt=attempt, error="not sold here")
    assert decided(job, report) == ValidationRevoked(
        job_id=JOB, attempt=2, at=LATER, reason=Reason.REJECTED, error="not sold here"
    )
    revoked = after(job, report)
    assert revoked.state is JobState.VALIDATION_FAILED
    assert refused(revoked, report) == "duplicate"
    assert refused(revoked, ReportOutcome(phase=VALIDATION, outcome=SUCCESS)) == "contradicted"


def test_a_rejection_is_not_retried_by_itself() -> None:
    policy = RetryPolicy(automatic=frozenset(Reason))
    decision = decided(existing(JobState.VALIDATED), ReportOutcome(phase=VALIDATION, outcome=FAILED), policy)
    assert isinstance(decision, ValidationRevoked)
    assert decision.next_retry_at is None


def test_an_earlier_validation_cannot_be_revoked() -> None:
    job = existing(JobState.VALIDATED)
    job = evolve(job, event_of(ValidationRevoked, 2))
    job = evolve(evolve(job, event_of(ValidationStarted, 3, retry=True)), event_of(ValidationSucceeded, 3))
    late = ReportOutcome(phase=VALIDATION, outcome=SUCCESS, attempt=2)
    assert refused(job, late) == "superseded"
    assert job.state is JobState.VALIDATED


# Exits


@pytest.mark.parametrize(
    ("exit_code", "reason"),
    [
        (65, Reason.INVALID_FEED),
        (75, Reason.TRANSIENT),
        (1, Reason.SCRIPT_ERROR),
        (-9, Reason.SCRIPT_ERROR),
        (255, Reason.SCRIPT_ERROR),
        (None, Reason.SCRIPT_ERROR),
    ],
)
@pytest.mark.parametrize("state", OPEN_STATES)
def test_an_exit_code_tells_the_reason(state: JobState, exit_code: int | None, reason: Reason) -> None:
    job = existing(state)
    command = RecordExit(attempt=job.latest.number, exit_code=exit_code, error="the log's tail")
    decision = decided(job, command)
    assert isinstance(decision, FAILED_AS[PHASE_OF[state]])
    assert isinstance(decision, Failed)
    assert (decision.reason, decision.error, decision.exited) == (reason, "the log's tail", True)
    following = evolve(job, decision)
    assert following.latest.exit_code == exit_code
    assert following.latest.exited_at == LATER


def test_an_exit_without_words_gets_some() -> None:
    job = after(existing(JobState.GENERATING), RecordExit(attempt=1, exit_code=3))
    assert job.latest.error == "the script exited with 3"


@pytest.mark.parametrize("state", OPEN_STATES)
def test_exit_0_with_a_result_is_success(state: JobState) -> None:
    job = existing(state)
    decision = decided(job, RecordExit(attempt=job.latest.number, exit_code=0, result={}))
    assert isinstance(decision, SUCCEEDED[PHASE_OF[state]])
    assert isinstance(decision, Succeeded)
    assert (decision.result, decision.exited, decision.exit_code) == ({}, True, 0)


def test_a_silent_exit_0_waits_for_its_callback() -> None:
    job = existing(JobState.GENERATING)
    decision = decided(job, RecordExit(attempt=1, exit_code=0))
    assert decision == ScriptExited(job_id=JOB, attempt=1, at=LATER, exit_code=0)
    waiting = after(job, RecordExit(attempt=1, exit_code=0))
    assert waiting.state is JobState.GENERATING
    assert after(waiting, ReportOutcome(phase=GENERATION, outcome=SUCCESS)).state is JobState.GENERATED


@pytest.mark.parametrize(
    "reason", [Reason.TIMEOUT, Reason.STALLED, Reason.LOST, Reason.CANCELLED, Reason.SPAWN_ERROR]
)
def test_what_the_executor_knows_beats_the_exit_code(reason: Reason) -> None:
    command = RecordExit(attempt=1, exit_code=0, reason=reason, result={"rows": 1})
    job = after(existing(JobState.GENERATING), command)
    assert (job.state, job.latest.reason) == (JobState.GENERATION_FAILED, reason)
    assert job.latest.error


def test_a_callback_beats_a_crash_and_leaves_a_warning() -> None:
    job = after(existing(JobState.GENERATING), ReportOutcome(phase=GENERATION, outcome=SUCCESS))
    job = after(job, RecordExit(attempt=1, exit_code=-11))
    assert job.state is JobState.GENERATED
    assert job.latest.warning is not None
    assert "-11" in job.latest.warning
    assert job.latest.exit_code == -11


@pytest.mark.parametrize("outcome", Outcome)
def test_a_clean_exit_after_a_callback_leaves_no_warning(outcome: Outcome) -> None:
    job = after(existing(JobState.GENERATING), ReportOutcome(phase=GENERATION, outcome=outcome))
    job = after(job, RecordExit(attempt=1, exit_code=0))
    assert job.latest.warning is None
    assert job.settled


def test_a_bad_exit_after_a_failure_leaves_no_warning() -> None:
    job = after(existing(JobState.GENERATING), ReportOutcome(phase=GENERATION, outcome=FAILED))
    assert after(job, RecordExit(attempt=1, exit_code=1)).latest.warning is None


def test_an_exit_is_recorded_once() -> None:
    for first in (RecordExit(attempt=1, exit_code=0), RecordExit(attempt=1, exit_code=1)):
        job = after(existing(JobState.GENERATING), first)
        assert refused(job, RecordExit(attempt=1, exit_code=65)) == "already_recorded"


def test_an_exit_of_an_earlier_attempt_is_a_fact_about_it() -> None:
    job = evolve(existing(JobState.GENERATING), event_of(ScriptStarted, 1))
    job = evolve(evolve(job, event_of(GenerationFailed, 1)), event_of(GenerationStarted, 2, retry=True))
    job = after(job, RecordExit(attempt=1, exit_code=1))
    assert job.state is JobState.GENERATING
    assert job.attempts[0].exit_code == 1
    assert job.attempts[1].open


def test_a_start_is_recorded_once() -> None:
    job = existing(JobState.GENERATING)
    assert decided(job, RecordStart(attempt=1, log="1.log")) == ScriptStarted(
        job_id=JOB, attempt=1, at=LATER, log="1.log"
    )
    assert refused(after(job, RecordStart(attempt=1)), RecordStart(attempt=1)) == "already_recorded"


@pytest.mark.parametrize("command", [RecordStart(attempt=9), RecordExit(attempt=9), RecordExit(attempt=0)])
def test_a_record_about_no_attempt_is_refused(command: Command) -> None:
    assert refused(existing(JobState.GENERATING), command) == "not_started"


@pytest.mark.parametrize(
    "command",
    [
        ReportOutcome(phase=GENERATION, outcome=SUCCESS),
        RecordStart(attempt=1),
        RecordExit(attempt=1),
        ExpireGrace(attempt=1),
        CancelJob(),
    ],
)
def test_nothing_happens_to_no_job(command: Command) -> None:
    assert refused(None, command) == "not_started"


# Time


def test_a_grace_that_is_over_fails_the_attempt() -> None:
    job = after(waiting_for_a_callback(), ExpireGrace(attempt=1))
    assert (job.state, job.latest.reason) == (JobState.GENERATION_FAILED, Reason.NO_CALLBACK)
    assert job.latest.exited_at == NOON, "the exit keeps its own time"
    assert refused(job, ReportOutcome(phase=GENERATION, outcome=SUCCESS)) == "late"


@pytest.mark.parametrize("state", JobState)
def test_no_grace_ends_where_none_began(state: JobState) -> None:
    job = existing(state)
    assert refused(job, ExpireGrace(attempt=job.latest.number)) == "not_due"
    assert refused(job, ExpireGrace(attempt=99)) == "not_due"


def test_due_is_the_grace_of_a_silent_exit() -> None:
    job, grace, policy = waiting_for_a_callback(), timedelta(seconds=30), RetryPolicy()
    assert due(job, now=NOON + grace - timedelta(microseconds=1), grace=grace, policy=policy) is None
    expired = due(job, now=NOON + grace, grace=grace, policy=policy, jitter=0.5)
    assert expired == ExpireGrace(attempt=1, jitter=0.5)


def test_due_is_the_retry_whose_backoff_is_over() -> None:
    at, policy = NOON + timedelta(minutes=5), RetryPolicy(base=timedelta(minutes=5))
    job = existing(JobState.GENERATION_FAILED, next_retry_at=at)
    assert due(job, now=at - timedelta(microseconds=1), grace=timedelta(), policy=policy) is None
    command = due(job, now=at, grace=timedelta(), policy=policy)
    assert command is not None
    assert isinstance(decide(job, command, at, policy), GenerationStarted)


@pytest.mark.parametrize("state", JobState)
def test_time_alone_asks_nothing_of_other_jobs(state: JobState) -> None:
    late = NOON + timedelta(days=999)
    assert due(existing(state), now=late, grace=timedelta(), policy=RetryPolicy()) is None


# Cancelling


@pytest.mark.parametrize("state", OPEN_STATES)
def test_a_cancel_fails_the_attempt_under_way(state: JobState) -> None:
    job = after(existing(state), CancelJob(error="not today"))
    assert (job.latest.reason, job.latest.error) == (Reason.CANCELLED, "not today")
    assert job.next_retry_at is None


def test_a_cancelled_phase_can_be_retried() -> None:
    job = after(existing(JobState.GENERATING), CancelJob())
    assert after(job, StartGeneration(job_id=JOB, request=BODY)).retry_count == 1


def test_a_cancel_is_never_retried_by_itself() -> None:
    policy = RetryPolicy(automatic=frozenset(Reason))
    decision = decided(existing(JobState.GENERATING), CancelJob(), policy)
    assert isinstance(decision, GenerationFailed)
    assert decision.next_retry_at is None


def test_a_cancel_calls_a_due_retry_off() -> None:
    job = existing(JobState.VALIDATION_FAILED, next_retry_at=LATER)
    assert decided(job, CancelJob()) == RetryCalledOff(job_id=JOB, attempt=2, at=LATER)


@pytest.mark.parametrize("state", [state for state in JobState if state not in PHASE_OF])
def test_there_is_nothing_to_cancel_in_a_finished_job(state: JobState) -> None:
    assert refused(existing(state), CancelJob()) == "not_in_flight"
