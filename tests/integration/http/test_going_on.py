"""What is going on, as a caller sees it: stage, place in the queue, signs of life; listings that answer a question."""

from datetime import timedelta
from typing import Any

import pytest

from feedscript.domain import Reason
from feedscript.testing.fakes import NOON
from tests.integration.http.conftest import Api
from tests.integration.http.test_access import Tenants, tenants

__all__ = ["tenants"]

JOBS = "/api/feed/jobs"


def listed(api: Api, query: str) -> list[str]:
    answer = api.client.get(f"{JOBS}?{query}")
    assert answer.status_code == 200, answer.text
    return [job["id"] for job in answer.json["jobs"]]


def started(api: Api, n: int, **changes: Any) -> str:
    answer = api.generate(job_id=f"order {n}", destination_s3_path=f"s3://bucket/feed-{n}.csv", **changes)
    assert answer.status_code == 202, answer.text
    job_id: str = answer.json["job_id"]
    return job_id


def test_a_job_tells_what_it_waits_for(api: Api) -> None:
    first, second = started(api, 1), started(api, 2)
    assert [api.status(each)["queue_position"] for each in (first, second)] == [1, 2]
    assert (api.status(second)["stage"], api.status(second)["last_sign_of_life_at"]) == ("queued", None)
    api.executor.begin(first, 1)
    running = api.status(first)
    assert (running["stage"], running["queue_position"]) == ("running", None)
    assert running["last_sign_of_life_at"] == running["attempts"][0]["started_at"]
    later = NOON + timedelta(days=3650)
    api.executor.heard[first, 1] = later
    assert api.status(first)["last_sign_of_life_at"] == later.isoformat()
    api.executor.end(first, 1, exit_code=0)
    assert api.status(first)["stage"] == "waiting_for_callback"
    api.executor.begin(second, 1)
    api.executor.end(second, 1, reason=Reason.LOST)
    assert api.status(second)["stage"] == "retry_due"
    api.client.post(f"/api/feed/cancel/{second}")
    settled = api.status(second)
    assert (settled["stage"], settled["queue_position"], settled["progress"]) == ("settled", None, None)


def test_a_warning_of_how_the_script_ended_is_the_jobs_as_well(api: Api) -> None:
    job_id = started(api, 1)
    api.executor.begin(job_id, 1)
    body = {"job_id": job_id, "type": "feed_generation", "status": "success", "result": {}}
    api.client.post("/api/callback/feed", json=body)
    assert api.status(job_id)["stage"] == "running", "its script still holds a place"
    api.executor.end(job_id, 1, exit_code=3)
    told = api.status(job_id)
    assert any("ended badly" in warning for warning in told["warnings"])
    assert told["stage"] == "settled"


def test_a_listing_answers_by_stage_by_several_states_and_by_reason(api: Api) -> None:
    queued, running, done, failed = (started(api, n) for n in range(4))
    for job_id in (running, done, failed):
        api.executor.begin(job_id, 1)
    api.executor.end(done, 1, exit_code=0, result={})
    api.executor.end(failed, 1, exit_code=65)
    assert listed(api, "stage=queued") == [queued]
    assert listed(api, "stage=running&status=generating") == [running]
    assert listed(api, "status=generated&status=generation_failed") == [failed, done]
    assert listed(api, "status=generated,generation_failed&limit=1") == [failed]
    assert listed(api, "reason=invalid_feed") == [failed]
    assert listed(api, "reason=timeout") == []
    assert listed(api, "stage=settled") == [failed, done]


@pytest.mark.parametrize(
    "query", ["stage=asleep", "status=generated,", "status=", "reason=bad", "compact=maybe"]
)
def test_what_there_is_not_cannot_be_asked_for(api: Api, query: str) -> None:
    assert api.client.get(f"{JOBS}?{query}").status_code == 422


def test_the_compact_form_leaves_the_attempts_out(api: Api) -> None:
    job_id = started(api, 1)
    whole = api.client.get(f"{JOBS}?compact=false").json["jobs"][0]
    (short,) = api.client.get(f"{JOBS}?compact=true").json["jobs"]
    assert whole.pop("attempts")
    assert short == whole
    alone = api.client.get(f"/api/feed/status/{job_id}?compact=true").json
    assert "attempts" not in alone
    assert alone["stage"] == "queued"


def test_the_callers_own_reference_finds_the_job(api: Api) -> None:
    job_id = api.generate(job_id="week 7 ä").json["job_id"]
    assert listed(api, "reference=week 7 ä") == [job_id]
    path = "/api/feed/status/week 7 ä"
    assert api.client.get(f"{path}?affiliate_merchant_id=m1").json["id"] == job_id
    assert api.client.get(f"/api/feed/status/{job_id}?affiliate_merchant_id=m1").json["id"] == job_id
    for wrong in (
        path,
        f"{path}?affiliate_merchant_id=m2",
        f"/api/feed/status/{job_id}?affiliate_merchant_id=m2",
        "/api/feed/status/week 8?affiliate_merchant_id=m1",
    ):
        answer = api.client.get(wrong)
        assert (answer.status_code, answer.json["code"]) == (404, "unknown_job"), wrong


def test_a_reference_out_of_reach_is_none(tenants: Tenants) -> None:
    job_id = tenants.started("m1", job_id="order 1")
    found = tenants.call("m1", "GET", "/api/feed/status/order 1?affiliate_merchant_id=m1")
    assert found.json["id"] == job_id
    for key, path in (
        ("m2", "/api/feed/status/order 1?affiliate_merchant_id=m1"),
        ("m2", f"/api/feed/status/{job_id}"),
        ("m2", f"/api/feed/status/{job_id}?affiliate_merchant_id=m1"),
    ):
        assert tenants.call(key, "GET", path).json["code"] == "unknown_job"
