"""Retries that a caller asks for, and the country of a job. Ids name the kind: part.number."""

from pathlib import Path
from typing import Any

import pytest

from feedscript.entrypoints.http.draining import drain
from tests.integration.http.conftest import Api, make_api
from tests.integration.http.test_contract import UNKNOWN, assert_problem, entries_of


def fail(api: Api, job_id: str, attempt: int, **how: Any) -> None:
    """Run the attempt's script, and let it end badly."""
    api.executor.begin(job_id, attempt)
    api.executor.end(job_id, attempt, **{"exit_code": 1, "error": "no luck", **how})


def retry(api: Api, job_id: str, **body: Any) -> Any:
    return api.client.post(f"/api/feed/retry/{job_id}", **body)


def test_case_5_3_a_retry_needs_no_body_and_answers_as_a_start(api: Api) -> None:
    job_id = api.generate(job_id=1, country="no").json["job_id"]
    fail(api, job_id, 1)
    answer = retry(api, job_id)
    assert answer.status_code == 202
    assert (answer.json["message"], answer.json["job_id"]) == ("Generation job accepted", job_id)
    job = api.status(job_id)
    assert (job["status"], job["retry_count"]) == ("generating", 1)
    first, second = job["attempts"]
    assert (second["retry"], second["automatic"]) == (True, False)
    assert first["job_data"] == second["job_data"]


def test_case_5_3_a_failed_validation_is_repeated_as_one(api: Api) -> None:
    job_id = api.generated(job_id=1)
    api.validate(job_id=1, destination_s3_path="s3://bucket/report.json")
    fail(api, job_id, 2, exit_code=65)
    answer = retry(api, job_id, json={})
    assert (answer.status_code, answer.json["message"]) == (202, "Validation job accepted")
    assert api.status(job_id)["job_data"]["destination_s3_path"] == "s3://bucket/report.json"


def test_case_5_3_asked_retries_are_taken_without_end(api: Api) -> None:
    job_id = api.generate(job_id=1).json["job_id"]
    for attempt in range(1, 40):
        fail(api, job_id, attempt, exit_code=75)
        assert (retry(api, job_id) if attempt % 2 else api.generate(job_id=1)).status_code == 202
    assert api.status(job_id)["retry_count"] == 39


def test_case_5_3_unless_the_operator_sets_a_limit(tmp_path: Path) -> None:
    api = make_api(tmp_path, max_manual_retries=1)
    job_id = api.generate(job_id=1).json["job_id"]
    fail(api, job_id, 1)
    assert retry(api, job_id).status_code == 202
    fail(api, job_id, 2)
    assert_problem(retry(api, job_id), 409, "retries_exhausted")
    assert_problem(api.generate(job_id=1), 409, "retries_exhausted")


@pytest.mark.parametrize(
    ("validated", "ended", "code"),
    [(False, False, "in_flight"), (False, True, "already_generated"), (True, True, "already_validated")],
)
def test_case_5_3_what_did_not_fail_is_not_repeated(
    api: Api, validated: bool, ended: bool, code: str
) -> None:
    job_id = api.generated(job_id=1) if ended else api.generate(job_id=1).json["job_id"]
    if validated:
        api.validate(job_id=1, destination_s3_path="s3://bucket/report.json")
        api.executor.begin(job_id, 2)
        api.executor.end(job_id, 2, exit_code=0, result={"rows": 1})
    problem = assert_problem(retry(api, job_id), 409, code)
    assert problem["job_id"] == job_id


def test_case_5_3_an_unknown_job_cannot_be_repeated(api: Api) -> None:
    assert_problem(retry(api, UNKNOWN), 404, "unknown_job")


def test_case_5_3_a_body_that_asks_for_something_is_not_passed_over(api: Api) -> None:
    job_id = api.generate(job_id=1).json["job_id"]
    fail(api, job_id, 1)
    problem = assert_problem(retry(api, job_id, json={"partner_id": "meta"}), 422, "invalid_fields")
    assert "generate or validate" in problem["errors"]["partner_id"][0]
    assert_problem(retry(api, job_id, data=b"[]"), 422, "invalid_fields")
    assert_problem(retry(api, job_id, data=b"{"), 400, "not_json")
    assert api.status(job_id)["retry_count"] == 0


def test_case_5_3_the_trail_tells_who_asked(api: Api) -> None:
    job_id = api.generate(job_id=1).json["job_id"]
    fail(api, job_id, 1)
    answer = retry(api, job_id)
    kind, entry = entries_of(api, job_id)[-1]
    assert kind == "job.generation_started"
    assert (entry["event"]["retry"], entry["event"]["automatic"]) == (True, False)
    assert entry["call"] == {
        "id": answer.headers["X-Request-ID"],
        "method": "POST",
        "path": f"/api/feed/retry/{job_id}",
        "from": "127.0.0.1",
        "status": 202,
    }
    retry(api, job_id)
    kind, entry = entries_of(api, job_id)[-1]
    assert (kind, entry["response"]["code"]) == ("api.call", "in_flight")


def test_case_5_3_the_automatic_retry_shows_when_it_comes(api: Api) -> None:
    job_id = api.generate(job_id=1).json["job_id"]
    fail(api, job_id, 1, exit_code=75)
    assert api.status(job_id)["next_retry_at"] is not None
    retry(api, job_id)
    assert api.status(job_id)["next_retry_at"] is None


def test_case_5_3_the_documentation_has_the_call(api: Api) -> None:
    call = api.client.get("/api/openapi.json").json["paths"]["/api/feed/retry/{job_id}"]["post"]
    assert {"202", "404", "409"} <= set(call["responses"])
    assert "requestBody" not in call


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        pytest.param("NO", "NO", id="5.5-norway"),
        pytest.param("de", "DE", id="5.5-lower-case"),
        pytest.param("UK", "GB", id="5.5-uk-is-gb"),
        pytest.param(None, None, id="5.5-none"),
    ],
)
@pytest.mark.parametrize("endpoint", ["generate", "validate"])
def test_the_country_of_a_job(api: Api, endpoint: str, given: str | None, stored: str | None) -> None:
    answer = getattr(api, endpoint)(job_id=1, country=given)
    assert answer.status_code == 202
    assert api.status(answer.json["job_id"])["job_data"]["country"] == stored
    (run,) = api.executor.queued.values()
    assert run.request.country == stored


@pytest.mark.parametrize("given", ["", "Norway", "XX", "N", 47, False, ["NO"]])
def test_case_5_5_what_is_no_country_is_refused(api: Api, given: object) -> None:
    problem = assert_problem(api.generate(country=given), 422, "invalid_fields")
    assert list(problem["errors"]) == ["country"]


def test_case_5_5_another_country_is_another_request(api: Api) -> None:
    api.generate(job_id=1, country="NO")
    assert api.generate(job_id=1, country="no").json["deduplicated"]
    assert_problem(api.generate(job_id=1, country="SE"), 409, "in_flight")


def test_case_5_5_the_country_is_documented(api: Api) -> None:
    schemas = api.client.get("/api/openapi.json").json["components"]["schemas"]
    assert "country" in schemas["FeedRequest"]["properties"]
    assert "country" in schemas["ValidateRequest"]["properties"]


def test_a_stopping_service_takes_no_retry(api: Api) -> None:
    job_id = api.generate(job_id=1).json["job_id"]
    fail(api, job_id, 1)
    drain(api.client.application, grace=0.0)
    assert_problem(retry(api, job_id), 503, "draining")
