"""What a request leaves unsaid is what the job knows."""

from dataclasses import replace

import pytest

from feedscript.domain import (
    JobState,
    Phase,
    Refusal,
    RetryPolicy,
    StartGeneration,
    StartValidation,
    completed,
    decide,
)
from feedscript.testing.fakes import NOON
from tests.unit.domain.histories import BODY, JOB, existing

BARE = replace(BODY, source="")


def test_a_new_job_takes_its_request_as_it_is() -> None:
    assert completed(None, BODY, Phase.GENERATION) == BODY
    assert completed(None, BODY, Phase.VALIDATION) == BODY


def test_partner_and_callback_stay_what_they_were() -> None:
    known = replace(BODY, partner_id="meta", callback_url="http://example.com/")
    job = existing(JobState.GENERATED)
    job = replace(job, attempts=(replace(job.latest, request=known),))
    for phase in Phase:
        request = completed(job, BODY, phase)
        assert (request.partner_id, request.callback_url) == ("meta", "http://example.com/")
        assert completed(job, replace(BODY, partner_id="google"), phase).partner_id == "google"


def test_an_omitted_source_is_the_generated_feed() -> None:
    assert completed(existing(JobState.GENERATED), BARE, Phase.VALIDATION).source == "s3://b/feed.csv"


def test_an_omitted_source_is_else_what_was_validated_before() -> None:
    job = existing(JobState.VALIDATION_FAILED)
    alone = replace(job, attempts=(replace(job.latest, number=1),))
    assert completed(alone, BARE, Phase.VALIDATION).source == BODY.source


@pytest.mark.parametrize("feed", [BODY.source, "s3://b/feed.csv"])
def test_a_report_goes_beside_its_feed(feed: str) -> None:
    job = existing(JobState.GENERATED)
    request = completed(job, replace(BODY, destination=feed), Phase.VALIDATION)
    assert request.destination == f"{feed}.report.json"
    assert completed(job, request, Phase.VALIDATION) == request


@pytest.mark.parametrize(
    ("state", "code"),
    [
        (None, "source_missing"),
        (JobState.GENERATING, "in_flight"),
        (JobState.GENERATION_FAILED, "not_generated"),
    ],
)
def test_without_any_source_the_state_speaks_first(state: JobState | None, code: str) -> None:
    job = existing(state) if state else None
    decision = decide(job, StartValidation(job_id=JOB, request=BARE), NOON, RetryPolicy())
    assert isinstance(decision, Refusal)
    assert decision.code == code


@pytest.mark.parametrize("kind", [StartGeneration, StartValidation])
def test_another_merchants_job_is_not_to_be_had(kind: type[StartGeneration | StartValidation]) -> None:
    for command in (
        kind(job_id=JOB, request=replace(BODY, affiliate_merchant_id="m2")),
        kind(job_id="another", request=BODY),
    ):
        decision = decide(existing(JobState.GENERATED), command, NOON, RetryPolicy())
        assert isinstance(decision, Refusal)
        assert decision.code == "reference_mismatch"


def test_a_source_stays_empty_where_nothing_was_generated_or_validated() -> None:
    assert completed(existing(JobState.GENERATING), BARE, Phase.VALIDATION).source == ""
