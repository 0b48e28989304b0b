"""What an attempt may not write over, and which reports are its own, to the letter."""

from dataclasses import replace
from typing import Any

import pytest

from feedscript.domain import (
    Command,
    DestinationTaken,
    FeedRequest,
    ForbiddenBucket,
    Job,
    JobState,
    Outcome,
    Phase,
    RecordExit,
    Refusal,
    RefusalCode,
    ReportOutcome,
    RetryPolicy,
    StartGeneration,
    StartPhase,
    StartValidation,
    artifacts,
    decide,
    evolve,
    is_own_report,
    rivals,
)
from feedscript.domain.artifacts import bucket_of, would_replace
from feedscript.testing.fakes import NOON
from tests.unit.domain.histories import BODY, JOB, existing

GENERATION, VALIDATION = Phase.GENERATION, Phase.VALIDATION
BESIDE_A_FEED = (
    ".manifest.json",
    ".rejects.jsonl.gz",
    ".rejects.csv.gz",
    ".deltas.jsonl.gz",
    ".numbers.json",
)
OWN, FOREIGN = "s3://b/out.csv.html", "s3://c/secret.json"


def request(source: str, destination: str) -> FeedRequest:
    return FeedRequest(affiliate_merchant_id="m1", source=source, destination=destination)


def test_what_lies_beside_a_feed_and_beside_a_report() -> None:
    assert artifacts(GENERATION, "s3://b/f.json") == (
        "s3://b/f.json",
        *(f"s3://b/f.json{ending}" for ending in BESIDE_A_FEED),
    )
    assert artifacts(VALIDATION, "s3://b/r.json") == (
        "s3://b/r.json",
        "s3://b/r.html",
        "s3://b/r.findings.jsonl.gz",
    )
    assert artifacts(VALIDATION, ".json/r")[1] == ".json/r.html"


def test_rivals_are_what_goes_beside_and_what_it_would_lie_beside_of() -> None:
    assert rivals(GENERATION, "s3://b/f.manifest.json") >= {"s3://b/f", "s3://b/f.manifest.json.numbers.json"}
    assert rivals(VALIDATION, "s3://b/r.html") >= {"s3://b/r", "s3://b/r.json", "s3://b/r.html.html"}
    assert "s3://b/r.json" not in rivals(VALIDATION, "s3://b/r.json")


@pytest.mark.parametrize("address", ["s3://bucket/key", "s3://bucket/folder/key", "s3://bucket/s3://x/y"])
def test_the_bucket_ends_at_the_first_slash(address: str) -> None:
    assert bucket_of(address) == "bucket"


@pytest.mark.parametrize(
    ("phase", "asked", "told"),
    [
        (GENERATION, request("s3://b/a.csv", "s3://b/a.csv"), "its source (s3://b/a.csv)"),
        (GENERATION, request("s3://b/A.csv", "s3://b/a.csv"), "its source (s3://b/A.csv)"),
        (
            GENERATION,
            request("s3://b/a.csv.numbers.json", "s3://b/a.csv"),
            "its source (s3://b/a.csv.numbers.json)",
        ),
        (
            GENERATION,
            request("s3://b/a-YYYY-MM-DD.csv.numbers.json", "s3://b/a-2026-11-28.csv"),
            "its source (s3://b/a-YYYY-MM-DD.csv.numbers.json)",
        ),
        (GENERATION, request("s3://b/a.html", "s3://b/a.json"), None),
        (GENERATION, request("s3://b/a.csv", "s3://b/b.csv"), None),
        (
            VALIDATION,
            request("s3://b/a.csv", "s3://b/a.csv.manifest.json"),
            "the feed that it is about (s3://b/a.csv.manifest.json)",
        ),
        (VALIDATION, request("s3://b/r.html", "s3://b/r.json"), "the feed that it is about (s3://b/r.html)"),
        (VALIDATION, request("s3://b/a.csv", "s3://b/feed.csv.numbers.json"), "the job's feed"),
        (VALIDATION, request("s3://b/a.json", "s3://b/a.html"), None),
        (VALIDATION, request("s3://b/a.csv", "s3://b/r.json"), None),
    ],
)
def test_an_attempt_that_would_replace_what_its_job_needs_is_refused(
    phase: Phase, asked: FeedRequest, told: str | None
) -> None:
    job: Job | None = existing(JobState.GENERATED) if told == "the job's feed" else None
    found = would_replace(job, asked, phase)
    assert found is None if told is None else found and found.startswith(told)
    kind: type[StartPhase] = StartGeneration if phase is GENERATION else StartValidation
    answer = decide(job, kind(job_id=JOB, request=asked), NOON, RetryPolicy())
    if told is None:
        assert not isinstance(answer, Refusal)
    else:
        assert isinstance(answer, Refusal)
        assert answer.code is RefusalCode.DESTINATION_TAKEN
        assert told in answer.detail


def test_another_refusal_is_told_before_it() -> None:
    onto_itself = StartGeneration(job_id=JOB, request=replace(BODY, destination=BODY.source))
    answer = decide(existing(JobState.VALIDATING), onto_itself, NOON, RetryPolicy())
    assert isinstance(answer, Refusal)
    assert answer.code is RefusalCode.IN_FLIGHT


@pytest.mark.parametrize(
    ("uri", "own"),
    [
        ("s3://b/out.csv", True),
        (OWN, True),
        ("s3://b/out.csv.findings.jsonl.gz", True),
        ("s3://b/out.csv.report.json", True),
        ("s3://b/out.csv.a/b", False),
        ("s3://b/out.csvx", False),
        ("s3://b/out", False),
        (FOREIGN, False),
        (None, False),
        (7, False),
    ],
)
def test_an_attempts_own_reports_lie_where_it_writes(uri: object, own: bool) -> None:
    assert is_own_report(existing(JobState.GENERATING).latest, uri) is own


def test_what_a_report_of_json_lies_beside_is_its_own() -> None:
    attempt = replace(existing(JobState.GENERATING).latest, request=request("s3://b/f", "s3://b/r.json"))
    assert is_own_report(attempt, "s3://b/r.html")
    assert not is_own_report(attempt, "s3://b/r.json/x")


REPORTS = [
    (JobState.GENERATING, GENERATION, Outcome.SUCCESS),
    (JobState.GENERATING, GENERATION, Outcome.FAILED),
    (JobState.VALIDATING, VALIDATION, Outcome.SUCCESS),
    (JobState.VALIDATING, VALIDATION, Outcome.FAILED),
    (JobState.VALIDATED, VALIDATION, Outcome.FAILED),
]


@pytest.mark.parametrize(("state", "phase", "outcome"), REPORTS)
@pytest.mark.parametrize("name", ["report_s3_path", "html_s3_path"])
def test_reports_that_lie_elsewhere_are_left_out_and_told(
    state: JobState, phase: Phase, outcome: Outcome, name: str
) -> None:
    other = {"report_s3_path": "html_s3_path", "html_s3_path": "report_s3_path"}[name]
    given: dict[str, Any] = {name: FOREIGN, other: OWN, "items": 3}
    command: Command = ReportOutcome(phase=phase, outcome=outcome, result=given)
    event = decide(existing(state), command, NOON, RetryPolicy())
    assert not isinstance(event, Refusal)
    result = evolve(existing(state), event).latest.result
    assert result is not None
    assert {key: result.get(key) for key in (name, other, "items", "ignored")} == {
        name: None,
        other: OWN,
        "items": 3,
        "ignored": {name: FOREIGN},
    }
    assert name not in result


@pytest.mark.parametrize("result", [{}, {"items": 3}, {"report_s3_path": OWN}, {"report_s3_path": None}])
def test_a_result_without_foreign_reports_stays_as_it_is(result: dict[str, Any]) -> None:
    event = decide(
        existing(JobState.GENERATING), RecordExit(attempt=1, exit_code=0, result=result), NOON, RetryPolicy()
    )
    assert not isinstance(event, Refusal)
    assert evolve(existing(JobState.GENERATING), event).latest.result == result


def test_errors_carry_their_facts() -> None:
    taken = DestinationTaken("s3://b/x", "it is somebody's")
    assert (taken.destination, taken.why, str(taken)) == ("s3://b/x", "it is somebody's", "it is somebody's")
    bucket = ForbiddenBucket("source_s3_path", "s3://b/x/y")
    assert (bucket.field, bucket.bucket) == ("source_s3_path", "b")
    assert "bucket b " in str(bucket)
