"""Input at the edges of what JSON, UUIDs and paths can say: a problem document, never a 500."""

import json

import pytest

from tests.integration.http.conftest import Api
from tests.integration.live_server import request_body

# RFC 9562 gives 48 bits to the time: up to the year 10889, past what a date can hold.
FAR_FUTURE = "ffffffff-ffff-7fff-bfff-ffffffffffff"


def test_an_id_of_the_far_future_is_an_unknown_job(api: Api) -> None:
    assert api.client.get(f"/api/feed/status/{FAR_FUTURE}").status_code == 404
    assert api.client.get(f"/api/feed/jobs?cursor={FAR_FUTURE}").status_code in (200, 422)
    assert api.generate(job_id=FAR_FUTURE).status_code == 202
    body = {"job_id": FAR_FUTURE, "type": "feed_generation", "status": "success"}
    assert api.client.post("/api/callback/feed", json=body).status_code == 404


@pytest.mark.parametrize("value", ["1e999", "-1e999", '{"deep": [1e400]}'])
def test_a_number_that_json_cannot_say_back_is_refused(api: Api, value: str) -> None:
    job_id = api.generate().json["job_id"]
    body = f'{{"job_id": "{job_id}", "type": "feed_generation", "status": "success", "result": {{"x": {value}}}}}'
    assert api.client.post("/api/callback/feed", data=body).status_code in (400, 422)
    assert "Infinity" not in api.client.get(f"/api/feed/status/{job_id}").text


@pytest.mark.parametrize("depth", [10, 400, 700, 2000])
def test_a_deeply_nested_result_gives_no_500(api: Api, depth: int) -> None:
    job_id = api.generate().json["job_id"]
    body = json.dumps({"job_id": job_id, "type": "feed_generation", "status": "success"})[:-1]
    body += f', "result": {{"x": {"[" * depth}{"]" * depth}}}}}'
    assert api.client.post("/api/callback/feed", data=body).status_code in (200, 400, 422)


def test_a_secret_in_a_callback_url_stays_off_the_trail(api: Api) -> None:
    job_id = api.generate(callback_url="https://caller.example/outcome?key=hush").json["job_id"]
    assert "hush" not in api.client.get(f"/api/feed/jobs/{job_id}/activities").text


def test_a_refused_caller_gets_the_id_of_his_request(guarded: Api) -> None:
    assert guarded.client.get("/api/feed/jobs").headers["X-Request-ID"]


def test_a_validation_keeps_the_partner_of_its_job(api: Api) -> None:
    job_id = api.generated(job_id=1, partner_id="meta")
    body = request_body(job_id=1, destination_s3_path="s3://bucket/report.json")
    body.pop("partner_id", None)
    assert api.client.post("/api/feed/validate", json=body).status_code == 202
    assert api.status(job_id)["partner_id"] == "meta"
