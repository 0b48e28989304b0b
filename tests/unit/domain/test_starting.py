"""The POST table of the design: a job's state x generate or validate x the same or another body."""

from dataclasses import replace
from datetime import timedelta

import pytest

from feedscript.domain import (
    FeedRequest,
    GenerationStarted,
    JobState,
    Phase,
    Refusal,
    RetryDue,
    RetryPolicy,
    StartGeneration,
    StartPhase,
    StartValidation,
    ValidationStarted,
    decide,
    evolve,
)
from feedscript.testing.fakes import NOON
from feedscript.testing.model import POST_TABLE
from tests.unit.domain.histories import BODY, JOB, OTHER_BODY, existing, job_in

GENERATE, VALIDATE = StartGeneration, StartValidation
STARTED = {GENERATE: GenerationStarted, VALIDATE: ValidationStarted}
BODIES = {"same": BODY, "other": OTHER_BODY}

ENDPOINTS = {Phase.GENERATION: GENERATE, Phase.VALIDATION: VALIDATE}
ROWS = [
    (None, GENERATE, "same", "accepted"),
    (None, VALIDATE, "same", "accepted"),
    *((state, ENDPOINTS[phase], body, answer) for (state, phase, body), answer in POST_TABLE.items()),
]


def test_the_table_has_every_row() -> None:
    assert {(state, kind, body) for state, kind, body, _ in ROWS if state} == {
        (state.value, kind, body) for state in JobState for kind in (GENERATE, VALIDATE) for body in BODIES
    }


@pytest.mark.parametrize(("state", "kind", "body", "answer"), ROWS)
def test_a_post(state: str | None, kind: type[StartPhase], body: str, answer: str) -> None:
    job = job_in(JobState(state) if state else None)
    request = BODIES[body]
    now = NOON + timedelta(hours=1)
    decision = decide(job, kind(job_id=JOB, request=request), now, RetryPolicy())
    if answer in ("accepted", "retry"):
        number = len(job.attempts) + 1 if job else 1
        assert decision == STARTED[kind](
            job_id=JOB, attempt=number, at=now, request=request, retry=answer == "retry"
        )
        following = evolve(job, decision)
        assert following.latest.request == request
        assert following.retry_count == (answer == "retry")
    else:
        assert isinstance(decision, Refusal)
        assert decision.code == answer
        assert decision.detail
    assert job == job_in(JobState(state) if state else None)


def test_a_manual_retry_does_not_wait_for_the_backoff() -> None:
    job = existing(JobState.GENERATION_FAILED, next_retry_at=NOON + timedelta(days=1))
    assert isinstance(decide(job, GENERATE(job_id=JOB, request=BODY), NOON, RetryPolicy()), GenerationStarted)


@pytest.mark.parametrize("state", [JobState.GENERATION_FAILED, JobState.VALIDATION_FAILED])
def test_an_automatic_retry_waits_and_repeats_the_request(state: JobState) -> None:
    due, policy = NOON + timedelta(minutes=5), RetryPolicy(base=timedelta(minutes=5))
    job = existing(state, next_retry_at=due)
    early = decide(job, RetryDue(), due - timedelta(microseconds=1), policy)
    assert isinstance(early, Refusal)
    assert early.code == "not_due"
    decision = decide(job, RetryDue(), due, policy)
    kind = GenerationStarted if state is JobState.GENERATION_FAILED else ValidationStarted
    assert decision == kind(
        job_id=JOB, attempt=job.latest.number + 1, at=due, request=BODY, retry=True, automatic=True
    )


@pytest.mark.parametrize("state", JobState)
def test_no_automatic_retry_where_none_is_due(state: JobState) -> None:
    decision = decide(existing(state), RetryDue(), NOON + timedelta(days=9), RetryPolicy())
    assert isinstance(decision, Refusal)
    assert decision.code == "not_due"


@pytest.mark.parametrize(
    "change",
    [
        {"affiliate_merchant_id": "m2"},
        {"source": "s3://b/2"},
        {"destination": "s3://b/2"},
        {"partner_id": "2"},
        {"callback_url": "http://localhost/2"},
        {"country": "NO"},
    ],
)
def test_each_field_that_decides_the_work_makes_another_body(change: dict[str, str]) -> None:
    assert replace(BODY, **change).fingerprint != BODY.fingerprint


def test_the_reference_is_identity_and_not_body() -> None:
    assert replace(BODY, reference="8").fingerprint == BODY.fingerprint


def test_a_body_with_half_a_surrogate_has_a_fingerprint() -> None:
    # JSON may carry one: "\ud800" is a legal escape.
    half = FeedRequest(affiliate_merchant_id="\ud800", source="s3://b/1", destination="s3://b/2")
    assert half.fingerprint != replace(half, affiliate_merchant_id="\udbff").fingerprint
