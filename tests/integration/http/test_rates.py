"""How often somebody may call, how much may wait, and how much of what strangers do is written down."""

from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from feedscript.domain import Reach
from feedscript.entrypoints.http.rates import RECORDED_OF_ADDRESS, RECORDED_OF_ALL
from feedscript.ports import ExecutorHealth
from feedscript.testing.fakes import ScriptedExecutor
from tests.integration.http.conftest import Api, make_api
from tests.integration.http.test_access import Tenants, callback_of, make_tenants
from tests.integration.live_server import request_body


class WaitingExecutor(ScriptedExecutor):
    """Tells how much waits by merchant, as the real one does."""

    def health(self) -> ExecutorHealth:
        waiting: dict[str, int] = {}
        for run in self.queued.values():
            merchant = run.request.affiliate_merchant_id
            waiting[merchant] = waiting.get(merchant, 0) + 1
        return ExecutorHealth(leads=True, running=0, queued=len(self.queued), capacity=1, waiting=waiting)


def is_too_many(answer: TestResponse, code: str = "too_many_calls") -> bool:
    if answer.status_code != 429:
        return False
    assert answer.mimetype == "application/problem+json"
    assert answer.json["code"] == code
    assert 1 <= int(answer.headers["Retry-After"]) <= 120
    return True


def trail_bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in (folder / "activities_dir").rglob("*.jsonl"))


def test_a_key_that_calls_too_often_holds_up_no_other(tmp_path: Path) -> None:
    tenants = make_tenants(tmp_path, rate_per_key=20)
    answers = [tenants.call("m1", "GET", "/api/feed/jobs") for _ in range(60)]
    refused = [is_too_many(answer) for answer in answers]
    assert 20 <= refused.count(False) <= 41, "twice, where the minute ends meanwhile"
    assert any(refused)
    assert tenants.call("m2", "GET", "/api/feed/jobs").status_code == 200
    for path in ("/", "/ready"):
        assert tenants.call("m1", "GET", path).status_code == 200


def test_strangers_of_an_address_are_counted_and_hold_up_nobody_known(tmp_path: Path) -> None:
    tenants = make_tenants(tmp_path, rate_per_address=5)
    for address, others in (("10.0.0.1", "10.0.0.2"), ("2001:db8::1", "2001:db8:0:1::1")):
        tried = [called(tenants.api, address, "/api/feed/jobs") for _ in range(20)]
        assert {answer.status_code for answer in tried} == {401, 429}
        assert is_too_many(tried[-1])
        assert called(tenants.api, others, "/api/feed/jobs").status_code == 401
        known = called(tenants.api, address, "/api/feed/jobs", **{"X-API-Key": tenants.texts["m1"]})
        assert known.status_code == 200
    same_network = called(tenants.api, "2001:db8::ffff", "/api/feed/jobs")
    assert is_too_many(same_network)


def called(api: Api, address: str, path: str, **headers: str) -> TestResponse:
    return api.client.get(path, headers=headers, environ_overrides={"REMOTE_ADDR": address})


def test_forged_tokens_are_refused_alike_and_counted_and_the_script_is_still_heard(tmp_path: Path) -> None:
    tenants = make_tenants(tmp_path, rate_per_address=10)
    job_id = tenants.started("m1")
    nowhere = "019b76da-a800-7000-8000-0000000000ff"
    answers = [forged(tenants, each) for _ in range(5) for each in (job_id, nowhere)]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.text for answer in answers}) == 1, "it is not told whether there is such a job"
    assert is_too_many([forged(tenants, job_id) for _ in range(12)][-1])
    token = tenants.api.executor.queued[job_id, 1].token
    told = tenants.api.client.post(
        "/api/callback/feed", json=callback_of(job_id), headers={"X-Feedscript-Token": token}
    )
    assert told.json["applied"], "whoever has the token is no stranger"


def forged(tenants: Tenants, job_id: str, **body: Any) -> TestResponse:
    return tenants.api.client.post(
        "/api/callback/feed", json=callback_of(job_id) | body, headers={"Authorization": "Bearer 1.forged"}
    )


def test_a_forged_token_is_on_the_trail_with_where_it_came_from(tmp_path: Path) -> None:
    tenants = make_tenants(tmp_path)
    job_id = tenants.started("m1")
    forged(tenants, job_id)
    entries = tenants.call("all", "GET", "/api/activities").json["activities"]
    about = [entry for entry in entries if entry["data"].get("call", entry["data"]).get("status") == 401]
    assert [entry["type"] for entry in about] == ["feedscript.callback.forged"], "once"
    assert about[0]["data"]["call"]["from"] == "127.0.0.1"


@pytest.mark.parametrize("keyed", [True, False])
def test_strangers_do_not_fill_the_trail(tmp_path: Path, keyed: bool) -> None:
    tenants = make_tenants(tmp_path, rate_per_address=10_000)
    tenants.started("m1")
    before = trail_bytes(tmp_path)
    long = "x" * 1000
    for n in range(300):
        headers = {"X-API-Key": "wrong"} if keyed else {}
        address = {"REMOTE_ADDR": f"10.0.{n % 7}.1"}
        query = "&".join(f"{name}={long}" for name in ("status", "cursor", "reference", "type", "actor"))
        tenants.api.client.get(f"/api/feed/jobs?{query}", headers=headers, environ_overrides=address)
        forged(tenants, long[:200], err=long, result={"x": long})
    entered = tenants.call("all", "GET", "/api/activities?limit=1000").json["activities"]
    strangers = [entry for entry in entered if entry["data"]["actor"] in ("anonymous", "script")]
    assert RECORDED_OF_ADDRESS < len(strangers) <= 2 * RECORDED_OF_ALL + 1
    assert (trail_bytes(tmp_path) - before) / len(strangers) < 1000, "bytes an entry"
    assert sum(entry["data"].get("left_out", 0) for entry in strangers) > 0
    assert long[:300] not in str(strangers)


def test_what_a_key_is_refused_for_calling_too_often_is_told_once(tmp_path: Path) -> None:
    tenants = make_tenants(tmp_path, rate_per_key=5)
    for _ in range(100):
        tenants.call("m1", "GET", "/api/feed/jobs")
    entries = tenants.call("all", "GET", "/api/activities?limit=1000").json["activities"]
    refused = [entry for entry in entries if entry["data"]["status"] == 429]
    assert 1 <= len(refused) <= 2
    assert refused[0]["data"]["actor"].startswith("key:m1/")


def test_so_many_of_a_merchant_may_wait_and_so_many_in_all(tmp_path: Path) -> None:
    executor = WaitingExecutor()
    tenants = make_tenants(tmp_path, executor=executor, max_queued_per_merchant=3, max_queued=5)

    def start(merchant: str, n: int) -> TestResponse:
        body = request_body(
            affiliate_merchant_id=merchant,
            destination_s3_path=f"s3://bucket/{merchant}/{n}.csv",
            job_id=str(n),
        )
        return tenants.call("all", "POST", "/api/feed/generate", json=body)

    assert [start("m1", n).status_code for n in range(3)] == [202, 202, 202]
    assert is_too_many(start("m1", 3), "queue_full")
    assert start("m1", 0).json["deduplicated"], "what waits already is no more of it"
    assert [start("m2", n).status_code for n in range(2)] == [202, 202]
    assert is_too_many(start("m3", 0), "queue_full")
    executor.begin(*next(iter(executor.queued)))
    assert start("m3", 0).status_code == 202, "there is room again"


def test_nobody_on_this_machine_is_counted_where_there_is_no_key(tmp_path: Path) -> None:
    api = make_api(tmp_path, rate_per_key=3, rate_per_address=3)
    assert {api.client.get("/api/feed/jobs").status_code for _ in range(30)} == {200}
    open_to_all = make_api(tmp_path / "open", rate_per_key=3, allow_anonymous=True, host="0.0.0.0")
    assert 429 in {called(open_to_all, "10.0.0.1", "/api/feed/jobs").status_code for _ in range(30)}


def test_who_asked_stays_with_the_attempt(tmp_path: Path) -> None:
    tenants = make_tenants(tmp_path)
    tenants.make("bound", Reach(merchants=frozenset({"m7"})))
    body = request_body(affiliate_merchant_id="m7", destination_s3_path="s3://bucket/m7/feed.csv")
    job_id = tenants.call("bound", "POST", "/api/feed/generate", json=body).json["job_id"]
    run = tenants.api.executor.queued[job_id, 1]
    assert run.caller.startswith("key:bound/")
