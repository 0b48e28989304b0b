"""Retries that nobody asked for, and those that somebody did. Ids name the kind: part.number."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from feedscript.domain import (
    Event,
    FeedRequest,
    Job,
    JobState,
    Reason,
    RecordExit,
    Refusal,
    RepeatPhase,
    RetryDue,
    RetryPolicy,
    StartGeneration,
    StartValidation,
    decide,
    evolve,
)
from feedscript.domain.commands import Command
from feedscript.testing.fakes import NOON
from feedscript.testing.model import REPEAT_TABLE
from tests.unit.domain.histories import BODY, JOB, OTHER_BODY, existing

FAILED_STATES = (JobState.GENERATION_FAILED, JobState.VALIDATION_FAILED)
START = {JobState.GENERATION_FAILED: StartGeneration, JobState.VALIDATION_FAILED: StartValidation}
AT_ONCE = RetryPolicy(base=timedelta())


def taken(job: Job, command: Command, policy: RetryPolicy, now: datetime = NOON) -> Job:
    """The job after a command that is not refused."""
    event = decide(job, command, now, policy)
    assert isinstance(event, Event), event
    return evolve(job, event)


def failed_again(job: Job, policy: RetryPolicy, reason: Reason = Reason.LOST) -> Job:
    """The job after its open attempt has failed."""
    return taken(job, RecordExit(attempt=job.latest.number, reason=reason), policy)


def automatic_retries(job: Job, policy: RetryPolicy) -> tuple[Job, int]:
    """The job after as many automatic retries as it gets, each of which fails; and how many there were."""
    retries = 0
    while job.next_retry_at is not None:
        job = failed_again(taken(job, RetryDue(), policy), policy)
        retries += 1
    return job, retries


def open_again(state: JobState, policy: RetryPolicy) -> Job:
    """A job whose phase has failed and was repeated by somebody's call."""
    return taken(existing(state), RepeatPhase(), policy)


@pytest.mark.parametrize("state", FAILED_STATES)
@pytest.mark.parametrize("limit", [0, 1, 3])
def test_case_5_3_the_limit_bounds_automatic_retries(state: JobState, limit: int) -> None:
    policy = replace(AT_ONCE, max_retries=limit)
    _, retries = automatic_retries(failed_again(open_again(state, policy), policy), policy)
    assert retries == limit


@pytest.mark.parametrize("state", FAILED_STATES)
@pytest.mark.parametrize("by", ["repeat", "start"], ids=["5.3-by-the-retry-call", "5.3-by-the-same-endpoint"])
def test_case_5_3_a_retry_that_somebody_asks_for_is_always_taken(state: JobState, by: str) -> None:
    policy = replace(AT_ONCE, max_retries=2)
    job = failed_again(open_again(state, policy), policy)
    for _ in range(4):
        job, retries = automatic_retries(job, policy)
        assert retries == 2, "asking sets the automatic retries back to none"
        again: Command = (
            RepeatPhase() if by == "repeat" else START[state](job_id=JOB, request=job.latest.request)
        )
        job = failed_again(taken(job, again, policy), policy)
    assert job.retry_count == 1 + 4 * (2 + 1), "both kinds are counted"


@pytest.mark.parametrize("state", FAILED_STATES)
def test_case_5_3_a_limit_on_asked_retries_is_the_operators(state: JobState) -> None:
    policy = RetryPolicy(max_manual_retries=2, max_retries=0)
    job = existing(state)
    for _ in range(2):
        job = failed_again(taken(job, RepeatPhase(), policy), policy)
    for command in (RepeatPhase(), START[state](job_id=JOB, request=BODY)):
        decision = decide(job, command, NOON, policy)
        assert isinstance(decision, Refusal)
        assert decision.code == "retries_exhausted"
    assert "2 times" in decision.detail


def test_case_5_3_the_limit_on_asked_retries_is_per_phase() -> None:
    policy = RetryPolicy(max_manual_retries=1)
    job = failed_again(open_again(JobState.VALIDATION_FAILED, policy), policy)
    assert isinstance(decide(job, StartValidation(job_id=JOB, request=BODY), NOON, policy), Refusal)
    assert isinstance(decide(job, StartGeneration(job_id=JOB, request=BODY), NOON, policy), Event)


@pytest.mark.parametrize("state", FAILED_STATES)
@pytest.mark.parametrize("command", [RepeatPhase(), RetryDue()], ids=["asked", "automatic"])
def test_case_5_3_what_is_repeated_is_the_last_request(state: JobState, command: Command) -> None:
    changed = replace(OTHER_BODY, partner_id="meta", country="NO", callback_url="http://localhost/2")
    job = taken(existing(state), START[state](job_id=JOB, request=changed), AT_ONCE)
    job = failed_again(job, AT_ONCE)
    assert job.latest.request == changed
    again = taken(job, command, AT_ONCE)
    assert again.latest.request == changed != job.attempts[0].request
    assert again.latest.automatic == (command == RetryDue())


def test_case_5_3_an_asked_retry_passes_the_backoff_and_calls_off_the_automatic_one() -> None:
    job = existing(JobState.GENERATION_FAILED, next_retry_at=NOON + timedelta(days=1))
    again = taken(job, RepeatPhase(), RetryPolicy())
    assert again.state is JobState.GENERATING
    assert again.next_retry_at is None


@pytest.mark.parametrize("state", JobState)
def test_case_5_3_only_what_failed_can_be_repeated(state: JobState) -> None:
    job = existing(state)
    decision = decide(job, RepeatPhase(), NOON, RetryPolicy())
    answer = decision.code.value if isinstance(decision, Refusal) else "retry"
    assert answer == REPEAT_TABLE[state.value]


def test_case_5_3_there_is_nothing_to_repeat_of_a_job_that_is_not() -> None:
    decision = decide(None, RepeatPhase(), NOON, RetryPolicy())
    assert isinstance(decision, Refusal)
    assert decision.code == "not_started"


def test_case_5_3_the_delays_reach_over_hours() -> None:
    policy = RetryPolicy()
    longest = [policy.backoff(retries=n, share=1.0) for n in range(policy.max_retries)]
    assert longest[0] == timedelta(seconds=30)
    assert longest[-1] == policy.cap == timedelta(hours=1)
    assert timedelta(hours=2) <= sum(longest, timedelta()) / 2 <= timedelta(hours=3)


@pytest.mark.parametrize(
    ("attempts", "automatic"),
    [("m", 0), ("ma", 1), ("maa", 2), ("maam", 0), ("maama", 1), ("aa", 1), ("aaa", 2)],
)
def test_automatic_retries_are_counted_from_the_last_start_that_somebody_asked_for(
    attempts: str, automatic: int
) -> None:
    job = existing(JobState.GENERATION_FAILED)
    made = tuple(
        replace(job.latest, number=number, retry=number > 1, automatic=kind == "a")
        for number, kind in enumerate(attempts, start=1)
    )
    assert replace(job, attempts=made).automatic_retries_of(job.latest.phase) == automatic


def test_a_country_of_the_job_stays_until_another_is_asked_for() -> None:
    known = replace(BODY, country="NO")
    job = taken(existing(JobState.GENERATION_FAILED), StartGeneration(job_id=JOB, request=known), AT_ONCE)
    job = failed_again(job, AT_ONCE)

    def country(request: FeedRequest) -> str | None:
        return taken(job, StartGeneration(job_id=JOB, request=request), AT_ONCE).latest.request.country

    assert country(BODY) == "NO"
    assert country(replace(BODY, country="SE")) == "SE"


def test_each_automatic_retry_waits_twice_as_long_as_the_one_before_until_the_cap() -> None:
    policy = RetryPolicy(max_retries=6, base=timedelta(seconds=1), cap=timedelta(seconds=10))
    job, now, waited = open_again(JobState.GENERATION_FAILED, policy), NOON, []
    while (job := taken(job, RecordExit(attempt=job.latest.number, reason=Reason.LOST), policy, now)) and (
        due_at := job.next_retry_at
    ):
        waited.append((due_at - now).total_seconds())
        now = due_at
        job = taken(job, RetryDue(), policy, now)
    assert waited == [1, 2, 4, 8, 10, 10]


@pytest.mark.parametrize("state", FAILED_STATES)
def test_a_retry_that_nobody_asked_for_is_whoevers_asked_for_what_it_repeats(state: JobState) -> None:
    job = open_again(state, AT_ONCE)
    asked = replace(job, attempts=(*job.attempts[:-1], replace(job.latest, caller="key:ci/0123456789")))
    repeated = taken(failed_again(asked, AT_ONCE), RetryDue(), AT_ONCE)
    assert (repeated.latest.automatic, repeated.latest.caller) == (True, "key:ci/0123456789")
