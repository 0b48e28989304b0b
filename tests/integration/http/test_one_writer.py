"""One writer at a time: who comes second is told which job writes there, and is let in when that is settled."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from feedscript.domain import Reach, Reason
from feedscript.testing.fakes import ScriptedExecutor
from tests.integration.http.conftest import Api, make_api
from tests.integration.http.test_access import make_tenants
from tests.integration.live_server import request_body

DESTINATION = "s3://bucket/today.csv"


def asked(api: Api, **changes: Any) -> TestResponse:
    return api.generate(**{"destination_s3_path": DESTINATION, **changes})


def held_by(answer: TestResponse, job_id: str) -> str:
    assert (answer.status_code, answer.json["code"]) == (409, "destination_busy"), answer.text
    assert answer.json["job_id"] == job_id
    assert answer.json["errors"]["destination_s3_path"]
    detail: str = answer.json["detail"]
    assert job_id in detail
    return detail


def test_the_second_is_told_who_writes_until_that_is_settled(api: Api) -> None:
    first = asked(api, job_id="a").json["job_id"]
    assert "(queued)" in held_by(asked(api, job_id="b"), first)
    assert "(queued)" in held_by(asked(api, destination_s3_path="s3://bucket/TODAY.csv"), first)
    api.executor.begin(first, 1)
    assert "(running)" in held_by(asked(api, job_id="b"), first)
    body = {"job_id": first, "type": "feed_generation", "status": "success", "result": {}}
    api.client.post("/api/callback/feed", json=body)
    assert "(running)" in held_by(asked(api, job_id="b"), first), "its script is still at work"
    api.executor.end(first, 1, exit_code=0)
    second = asked(api, job_id="b")
    assert second.status_code == 202
    assert api.status(second.json["job_id"])["attempts"][0]["number"] == 1
    held_by(asked(api, job_id="c"), second.json["job_id"])


def test_a_retry_that_is_due_keeps_the_place_and_calling_it_off_frees_it(api: Api) -> None:
    first = asked(api, job_id="a").json["job_id"]
    api.executor.begin(first, 1)
    api.executor.end(first, 1, reason=Reason.LOST)
    assert "(retry_due)" in held_by(asked(api, job_id="b"), first)
    api.client.post(f"/api/feed/cancel/{first}")
    second = asked(api, job_id="b").json["job_id"]
    held_by(api.client.post(f"/api/feed/retry/{first}"), second)
    held_by(asked(api, job_id="a"), second)
    assert api.status(first)["status"] == "generation_failed", "nothing was changed by it"


def test_a_job_is_not_in_its_own_way(api: Api) -> None:
    first = asked(api, job_id="a").json["job_id"]
    api.client.post(f"/api/feed/cancel/{first}")
    assert api.client.post(f"/api/feed/retry/{first}").status_code == 202


def test_a_job_that_cannot_be_read_is_in_nobodys_way(tmp_path: Path) -> None:
    api = make_api(tmp_path)
    first = asked(api, job_id="a").json["job_id"]
    (path,) = (tmp_path / "jobs_dir").rglob(f"{first}.json")
    path.chmod(0o600)
    path.write_text("no job")
    assert asked(api, job_id="b").status_code == 202


def test_whoever_may_not_know_the_other_job_is_not_told_it(tmp_path: Path) -> None:
    tenants = make_tenants(tmp_path)
    tenants.make("google alone", Reach(partners=frozenset({"google"})))
    first = tenants.started("m1", partner_id="meta")
    body = request_body(destination_s3_path="s3://bucket/m1/feed.csv", partner_id="google")
    answer = tenants.call("google alone", "POST", "/api/feed/generate", json=body)
    assert (answer.status_code, answer.json["code"]) == (409, "destination_busy")
    assert first not in answer.text
    assert "job_id" not in answer.json
    assert tenants.call("all", "POST", "/api/feed/generate", json=body).json["job_id"] == first


@pytest.mark.parametrize("processes", [1, 2])
def test_of_those_that_race_one_writes(tmp_path: Path, processes: int) -> None:
    apis = [make_api(tmp_path, ScriptedExecutor()) for _ in range(processes)]
    for round_ in range(3):
        place = f"s3://bucket/{round_}.csv"
        with ThreadPoolExecutor(6) as pool:
            calls = [
                pool.submit(apis[n % processes].generate, job_id=f"{round_}-{n}", destination_s3_path=place)
                for n in range(6)
            ]
            answers = [call.result() for call in calls]
        (winner,) = [answer.json["job_id"] for answer in answers if answer.status_code == 202]
        for answer in answers:
            if answer.status_code != 202:
                held_by(answer, winner)
