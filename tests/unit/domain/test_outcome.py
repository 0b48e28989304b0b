"""What a caller is told of an attempt that has ended, and what the trail shows of a request."""

from dataclasses import replace

import pytest

from feedscript.domain import (
    ForbiddenCallback,
    ForgedToken,
    GenerationStarted,
    JobState,
    NoReport,
    Reason,
    UnknownJob,
    UnknownPartner,
    ValidationStarted,
    WrongDestination,
    outcome_of,
    record_of,
    veiled,
    veiled_request,
    without_secrets,
)
from tests.unit.domain.histories import BODY, JOB, event_of, existing

SECRET = "https://example.com/hook?key=1"
VEILED = "https://example.com/#sha256-e37860196b5d272e"


def address(job_id: str) -> str:
    return f"https://feeds.example/{job_id}"


def test_a_success_is_told_with_the_address_of_its_report() -> None:
    job = existing(JobState.VALIDATED, result={"report_s3_path": "s3://b/report.json", "items": 3})
    assert outcome_of(job, report_address=address) == {
        "job_id": JOB,
        "type": "feed_validation",
        "status": "success",
        "result": {"report_s3_path": "s3://b/report.json", "items": 3},
        "err": "",
        "reason": None,
        "attempt": 2,
        "reference": "7",
        "affiliate_merchant_id": "m1",
        "partner_id": None,
        "state": "validated",
        "report_url": f"https://feeds.example/{JOB}",
        "ended_at": "2026-01-01T12:03:00+00:00",
    }


@pytest.mark.parametrize("state", [JobState.GENERATION_FAILED, JobState.VALIDATION_FAILED])
def test_a_failure_is_told_with_its_reason(state: JobState) -> None:
    told = outcome_of(existing(state, reason=Reason.INVALID_FEED, error="no items"), report_address=address)
    assert {name: told[name] for name in ("status", "result", "err", "reason", "state", "report_url")} == {
        "status": "failed",
        "result": {},
        "err": "no items",
        "reason": "invalid_feed",
        "state": state.value,
        "report_url": None,
    }


def test_of_what_has_not_ended_no_end_is_told() -> None:
    assert outcome_of(existing(JobState.GENERATING), report_address=address)["ended_at"] is None


@pytest.mark.parametrize("kind", [GenerationStarted, ValidationStarted])
def test_the_trail_shows_a_callback_address_veiled(kind: type) -> None:
    request = replace(BODY, callback_url=SECRET)
    event = event_of(kind, 1, request=request)
    assert without_secrets(event) == replace(event, request=replace(request, callback_url=VEILED))
    assert record_of(event, 1).event == without_secrets(event)
    assert record_of(event, 1).actor == "feedscript"


def test_what_has_no_address_stays_the_same_object() -> None:
    event = event_of(GenerationStarted, 1)
    assert without_secrets(event) is event
    assert veiled_request(BODY) is BODY
    assert veiled_request(replace(BODY, callback_url=SECRET)) == replace(BODY, callback_url=VEILED)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        (SECRET, VEILED),
        ("http://example.com:81/a", "http://example.com:81/#sha256-"),
        ("https://example.com?key=1", "https://example.com/#sha256-"),
        ("https://example.com#key", "https://example.com/#sha256-"),
        ("https://user:key@example.com/", "#sha256-"),
        ("https://user@example.com/", "#sha256-"),
        ("https://example.com/a@b/c@d", "https://example.com/#sha256-"),
        ("no address", "#sha256-"),
        ("https://example.com/a://b", "https://example.com/#sha256-"),
        ("\ud800://x", "\ud800://x/#sha256-"),
    ],
)
def test_an_address_is_veiled_to_its_origin_and_a_hash(url: str, shown: str) -> None:
    assert veiled(url).startswith(shown)
    assert len(veiled(url)) == len(shown.partition("#sha256-")[0]) + len("#sha256-") + 16
    assert veiled(url) != veiled(f"{url}x")


def test_errors_carry_their_facts() -> None:
    assert (UnknownJob("j").job_id, str(UnknownJob("j"))) == ("j", "no job j")
    assert (ForbiddenCallback("it is yours").why, "it is yours" in str(ForbiddenCallback("it is yours"))) == (
        "it is yours",
        True,
    )
    assert (ForgedToken("j").job_id, "token" in str(ForgedToken("j"))) == ("j", True)
    assert (NoReport("j").job_id, str(NoReport("j"))) == ("j", "job j has no validation report")
    partner = UnknownPartner("p", "who is it?", ("q",))
    assert (partner.partner_id, partner.near, str(partner)) == ("p", ("q",), "who is it?")
    destination = WrongDestination("s3://b/x.doc", "it ends wrongly", (".csv",))
    assert (destination.destination, destination.endings, str(destination)) == (
        "s3://b/x.doc",
        (".csv",),
        "it ends wrongly",
    )
