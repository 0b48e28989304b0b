"""Every endpoint's good and bad input: what is answered, and that nothing gives a 500."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from feedscript.ports.errors import StorageBroken
from feedscript.testing.fakes import ScriptedExecutor
from tests.integration.http.conftest import Api, make_api
from tests.integration.live_server import request_body

START = ("/api/feed/generate", "/api/feed/validate")
UNKNOWN = "0199aaaa-0000-7000-8000-000000000000"


def assert_problem(answer: TestResponse, status: int, code: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.mimetype == "application/problem+json"
    document: dict[str, Any] = json.loads(answer.text)
    assert (document["status"], document["code"]) == (status, code)
    assert document["title"]
    assert document["detail"]
    return document


def test_the_root_says_ok(api: Api) -> None:
    assert api.client.get("/").json == {"ok": True}


@pytest.mark.parametrize(("path", "message"), [(START[0], "Generation"), (START[1], "Validation")])
def test_a_start_is_accepted_in_the_words_of_the_contract(api: Api, path: str, message: str) -> None:
    answer = api.client.post(
        path, json=request_body(job_id=1, partner_id=2, callback_url="http://example.com/x")
    )
    assert answer.status_code == 202
    assert answer.json["message"] == f"{message} job accepted"
    job = api.status(answer.json["job_id"])
    assert set(job) >= {
        "id",
        "affiliate_merchant_id",
        "partner_id",
        "status",
        "retry_count",
        "job_data",
        "created_at",
        "updated_at",
    }
    assert (job["partner_id"], job["retry_count"]) == ("2", 0)
    assert job["job_data"]["source_s3_path"] == "s3://bucket/export.csv"
    assert job["created_at"].endswith("+00:00")


def test_an_integer_and_a_string_are_the_same_reference(api: Api) -> None:
    first, second = api.generate(job_id=1), api.generate(job_id="1")
    assert (second.status_code, second.json["job_id"]) == (200, first.json["job_id"])
    assert api.generate(job_id="2").json["job_id"] != first.json["job_id"]


def test_a_reference_is_the_merchants_own(api: Api) -> None:
    first = api.generate(job_id=1).json["job_id"]
    other = {"affiliate_merchant_id": "m2", "destination_s3_path": "s3://bucket/m2.csv"}
    assert api.generate(job_id=1, **other).json["job_id"] != first
    assert api.generate(job_id=first).json["job_id"] == first
    assert_problem(api.generate(job_id=first, affiliate_merchant_id="m2"), 409, "reference_mismatch")


def test_without_a_reference_every_call_is_a_new_job(api: Api) -> None:
    assert api.generate().json["job_id"] != api.generate().json["job_id"]


BAD_FIELDS = [
    ("job_id", True),
    ("job_id", 1.5),
    ("job_id", []),
    ("job_id", ""),
    ("job_id", "x" * 201),
    ("job_id", 2**70),
    ("job_id", "a\u0000b"),
    ("partner_id", False),
    ("partner_id", {}),
    ("affiliate_merchant_id", None),
    ("affiliate_merchant_id", True),
    ("affiliate_merchant_id", ["m1"]),
    ("affiliate_merchant_id", "two\nlines"),
    ("source_s3_path", 7),
    ("source_s3_path", "bucket/export.csv"),
    ("source_s3_path", "s3://bucket/../etc/passwd"),
    ("source_s3_path", "s3://bucket/a/../../etc/passwd"),
    ("source_s3_path", "s3://../x"),
    ("source_s3_path", "s3://bucket/a//b"),
    ("source_s3_path", "s3://bucket/folder/"),
    ("source_s3_path", "file:///etc/passwd"),
    ("source_s3_path", "s3://bucket/nul\u0000"),
    ("destination_s3_path", None),
    ("destination_s3_path", "s3://bucket/"),
    ("destination_s3_path", "s3://bucket/" + "x" * 3000),
    ("callback_url", "ftp://example.com/"),
    ("callback_url", "http://user:secret@example.com/"),
    ("callback_url", "not an address"),
    ("callback_url", 5),
]


@pytest.mark.parametrize("path", START)
@pytest.mark.parametrize(("field", "value"), BAD_FIELDS)
def test_a_bad_field_is_named(api: Api, path: str, field: str, value: object) -> None:
    problem = assert_problem(
        api.client.post(path, json=request_body(**{field: value})), 422, "invalid_fields"
    )
    assert list(problem["errors"]) == [field]
    assert field in problem["detail"]
    assert api.client.get("/api/feed/jobs").json["jobs"] == []


@pytest.mark.parametrize("missing", ["affiliate_merchant_id", "source_s3_path", "destination_s3_path"])
def test_a_missing_field_is_named(api: Api, missing: str) -> None:
    body = {name: value for name, value in request_body().items() if name != missing}
    for path in START:
        problem = assert_problem(api.client.post(path, json=body), 422, "invalid_fields")
        assert list(problem["errors"]) == [missing]


NOT_JSON = [
    b"",
    b"{",
    b"nonsense",
    b'{"a": NaN}',
    b'{"a": "\\ud800"}',
    b"\xff\xfe",
    b"[" * 100_000,
    b"1" * 5000,
]


@pytest.mark.parametrize("path", [*START, "/api/callback/feed"])
@pytest.mark.parametrize("body", NOT_JSON, ids=[str(n) for n in range(len(NOT_JSON))])
def test_what_is_not_json_is_said_to_be_so(api: Api, path: str, body: bytes) -> None:
    assert_problem(api.client.post(path, data=body, content_type="application/json"), 400, "not_json")


def test_where_a_body_stops_being_json_is_said(api: Api) -> None:
    answer = api.client.post(START[0], data=b'{"job_id": 1,\n "partner_id": nope}')
    assert "line 2, column 16" in assert_problem(answer, 400, "not_json")["detail"]


@pytest.mark.parametrize("body", ["[]", "1", '"text"', "null", "true"])
def test_json_that_is_no_object_is_refused(api: Api, body: str) -> None:
    for path in (*START, "/api/callback/feed"):
        answer = api.client.post(path, data=body, content_type="application/json")
        assert "must be a JSON object" in assert_problem(answer, 422, "invalid_fields")["detail"]


def test_json_is_read_whatever_its_content_type(api: Api) -> None:
    assert api.client.post(START[0], data=json.dumps(request_body())).status_code == 202


def test_two_megabytes_are_too_large(api: Api) -> None:
    for path in (*START, "/api/callback/feed"):
        answer = api.client.post(path, json=request_body(filler="x" * 2_000_000))
        assert_problem(answer, 413, "too_large")


@pytest.mark.parametrize("job_id", [UNKNOWN, "1", "..%2f..%2fetc%2fpasswd", "%00", "x" * 5000, "é", "null"])
def test_an_unknown_job_is_not_found(api: Api, job_id: str) -> None:
    for path in ("status/{}", "jobs/{}/activities", "jobs/{}/logs", "jobs/{}/report"):
        answer = api.client.get("/api/feed/" + path.format(job_id))
        assert answer.status_code == 404
        assert answer.mimetype == "application/problem+json"
    assert api.client.post(f"/api/feed/cancel/{job_id}").status_code == 404


def test_an_unknown_address_and_a_wrong_method_are_problems_too(api: Api) -> None:
    assert_problem(api.client.get("/api/nothing"), 404, "unknown_address")
    answer = api.client.get("/api/feed/generate")
    assert_problem(answer, 405, "wrong_method")
    assert "POST" in answer.headers["Allow"]


def callback(job_id: str, **changes: Any) -> dict[str, Any]:
    return {
        "job_id": job_id,
        "type": "feed_generation",
        "status": "success",
        "result": {},
        "err": "",
        **changes,
    }


def test_a_callback_is_applied_once(api: Api) -> None:
    job_id = api.generate().json["job_id"]
    api.executor.begin(job_id, 1)
    answers = [api.client.post("/api/callback/feed", json=callback(job_id)).json for _ in range(2)]
    assert answers == [
        {"received": True, "applied": True, "reason": None},
        {"received": True, "applied": False, "reason": "duplicate"},
    ]
    assert api.status(job_id)["status"] == "generated"


@pytest.mark.parametrize(
    "change",
    [
        {"job_id": 7},
        {"type": "feed_deletion"},
        {"type": None},
        {"status": "maybe"},
        {"status": True},
        {"result": "text"},
        {"err": 5},
        {"attempt": 0},
        {"attempt": "1"},
        {"attempt": True},
        {"reason": "bad luck"},
    ],
)
def test_a_malformed_callback_is_refused(api: Api, change: dict[str, Any]) -> None:
    job_id = api.generate().json["job_id"]
    answer = api.client.post("/api/callback/feed", json=callback(job_id) | change)
    assert list(assert_problem(answer, 422, "invalid_fields")["errors"]) == list(change)
    assert api.status(job_id)["status"] == "generating"


def test_a_callback_for_an_unknown_job_is_not_found(api: Api) -> None:
    assert_problem(api.client.post("/api/callback/feed", json=callback(UNKNOWN)), 404, "unknown_job")


def test_a_forged_token_is_refused_and_entered(api: Api) -> None:
    job_id = api.generate().json["job_id"]
    for token in ("1." + "0" * 64, "nonsense", "é", "-1.x"):
        answer = api.client.post(
            "/api/callback/feed", json=callback(job_id), headers={"X-Feedscript-Token": token.encode()}
        )
        assert_problem(answer, 401, "forged_token")
    assert api.status(job_id)["status"] == "generating"
    activities = api.client.get(f"/api/feed/jobs/{job_id}/activities").json["activities"]
    assert [a["type"] for a in activities].count("feedscript.callback.forged") == 4


def test_with_keys_configured_every_call_needs_one(guarded: Api) -> None:
    assert_problem(guarded.client.get("/api/feed/jobs"), 401, "unauthorized")
    assert_problem(guarded.generate(), 401, "unauthorized")
    wrong = guarded.client.get("/api/feed/jobs", headers={"X-API-Key": "another"})
    assert_problem(wrong, 401, "unauthorized")
    for headers in ({"X-API-Key": "a-key"}, {"Authorization": "Bearer a-key"}):
        assert guarded.client.get("/api/feed/jobs", headers=headers).status_code == 200
    assert guarded.client.get("/").status_code == 200
    assert guarded.client.get("/ready").status_code == 200


def test_with_keys_configured_a_callback_needs_its_token_or_a_key(guarded: Api) -> None:
    key = {"X-API-Key": "a-key"}
    job_id = guarded.client.post("/api/feed/generate", json=request_body(), headers=key).json["job_id"]
    (run,) = guarded.executor.queued.values()
    assert_problem(guarded.client.post("/api/callback/feed", json=callback(job_id)), 401, "unauthorized")
    told = guarded.client.post(
        "/api/callback/feed", json=callback(job_id), headers={"Authorization": f"Bearer {run.token}"}
    )
    assert told.json["applied"] is True
    again = guarded.client.post("/api/callback/feed", json=callback(job_id), headers=key)
    assert again.json == {"received": True, "applied": False, "reason": "duplicate"}


def test_secrets_stay_off_the_trail(tmp_path: Path) -> None:
    guarded = make_api(tmp_path, api_keys={"alice": "a-key"}, lenient_bodies=True)
    url = "http://example.com/hook?token=sesame"
    headers = {"X-API-Key": "a-key"}
    body = request_body(callback_url=url, password="sesame")
    job_id = guarded.client.post("/api/feed/generate", json=body, headers=headers).json["job_id"]
    answer = guarded.client.get(f"/api/feed/jobs/{job_id}/activities", headers=headers).json
    assert answer["activities"][0]["data"]["actor"] == "key:alice"
    again = guarded.client.post("/api/feed/generate", json=body | {"job_id": job_id}, headers=headers)
    assert again.status_code == 200
    answer = guarded.client.get(f"/api/feed/jobs/{job_id}/activities", headers=headers).json
    _, _, call = [a["data"] for a in answer["activities"]]
    assert (call["actor"], call["method"], call["status"]) == ("key:alice", "POST", 200)
    assert call["request"]["callback_url"] == "http://example.com:None"
    assert "sesame" not in json.dumps(answer)
    assert "a-key" not in json.dumps(answer)


def entries_of(api: Api, job_id: str) -> list[tuple[str, dict[str, Any]]]:
    found = api.client.get(f"/api/feed/jobs/{job_id}/activities").json["activities"]
    return [(a["type"].removeprefix("feedscript."), a["data"]) for a in found]


def test_what_a_call_changes_tells_of_the_call_and_every_other_call_has_an_entry(api: Api) -> None:
    started = api.generate(job_id=1)
    job_id = started.json["job_id"]
    repeated = api.generate(job_id=1)
    cancelled = api.client.post(f"/api/feed/cancel/{job_id}")
    refused = api.client.post(f"/api/feed/cancel/{job_id}")
    assert [a.status_code for a in (started, repeated, cancelled, refused)] == [202, 200, 200, 409]
    told = {
        "id": started.headers["X-Request-ID"],
        "method": "POST",
        "path": "/api/feed/generate",
        "from": "127.0.0.1",
        "status": 202,
    }
    (_, start), (_, repeat), (_, cancel), (_, refusal) = entries = entries_of(api, job_id)
    assert [kind for kind, _ in entries] == [
        *("job.generation_started", "api.call"),
        *("job.generation_failed", "api.call"),
    ]
    assert start["call"] == told
    assert start["event"]["request"]["source"] == "s3://bucket/export.csv"
    assert (repeat["status"], repeat["response"]["deduplicated"]) == (200, True)
    assert cancel["call"] == told | {
        "id": cancelled.headers["X-Request-ID"],
        "path": f"/api/feed/cancel/{job_id}",
        "status": 200,
    }
    assert (refusal["status"], refusal["response"]["code"]) == (409, "not_in_flight")


def test_a_callback_is_entered_once_whatever_comes_of_it(api: Api) -> None:
    job_id = api.generate(job_id=1).json["job_id"]
    answers = [api.client.post("/api/callback/feed", json=callback(job_id)) for _ in range(2)]
    _, (_, received), (_, success), (_, late) = entries = entries_of(api, job_id)
    assert [kind for kind, _ in entries][1:] == [
        *("callback.received", "job.generation_succeeded"),
        "callback.received",
    ]
    assert [entry["applied"] for entry in (received, late)] == [True, False]
    ids = [answer.headers["X-Request-ID"] for answer in answers]
    assert [entry["call"]["id"] for entry in (success, received, late)] == [ids[0], *ids]


def test_a_callback_tells_who_sent_it_beside_whose_token_it_brings(guarded: Api) -> None:
    headers = {"X-API-Key": "a-key"}
    job_id = guarded.client.post("/api/feed/generate", json=request_body(), headers=headers).json["job_id"]
    token = guarded.executor.queued[job_id, 1].token
    body = callback(job_id) | {"status": "failed", "reason": "transient", "err": "no"}
    for _ in range(2):
        guarded.client.post(
            "/api/callback/feed", json=body, headers=headers | {"Authorization": f"Bearer {token}"}
        )
    answer = guarded.client.get(f"/api/feed/jobs/{job_id}/activities", headers=headers).json
    first, second = [a["data"] for a in answer["activities"] if a["type"].endswith("callback.received")]
    assert (first["actor"], first["call"]["by"]) == ("script", "key:alice")
    assert (second["reported_reason"], second["reason"]) == ("transient", "duplicate")


def test_calls_within_one_application_context_are_entered_each(api: Api) -> None:
    with api.client.application.app_context():
        job_id = api.generate(job_id=1).json["job_id"]
        api.status(job_id)
    assert [kind for kind, _ in entries_of(api, job_id)] == ["job.generation_started", "api.call"]


class UnwillingExecutor(ScriptedExecutor):
    """An executor that cannot be told to end anything."""

    def cancel(self, job_id: str, attempt: int) -> None:
        raise StorageBroken(job_id, f"attempt {attempt} cannot be told")


def test_a_call_that_is_answered_otherwise_than_its_change_says_has_an_entry_too(tmp_path: Path) -> None:
    api = make_api(tmp_path, executor=UnwillingExecutor())
    job_id = api.generate(job_id=1).json["job_id"]
    assert_problem(api.client.post(f"/api/feed/cancel/{job_id}"), 503, "storage_broken")
    _, (_, change), (kind, call) = entries_of(api, job_id)
    assert change["event"]["reason"] == "cancelled"
    assert (kind, call["status"]) == ("api.call", 503)


def test_the_listing_filters_and_continues(api: Api) -> None:
    ids = [
        api.generate(
            affiliate_merchant_id=f"m{n % 2}",
            job_id=n,
            partner_id="p",
            destination_s3_path=f"s3://bucket/{n}.csv",
        ).json["job_id"]
        for n in range(7)
    ]
    shown = api.client.get("/api/feed/jobs").json
    assert [job["id"] for job in shown["jobs"]] == ids[::-1]
    assert shown["cursor"] is None
    mine = api.client.get(
        "/api/feed/jobs?affiliate_merchant_id=m1&status=generating&type=feed_generation"
    ).json
    assert [job["id"] for job in mine["jobs"]] == ids[5::-2]
    assert [job["reference"] for job in api.client.get("/api/feed/jobs?reference=3").json["jobs"]] == ["3"]
    assert api.client.get("/api/feed/jobs?partner_id=other").json["jobs"] == []
    seen, cursor = [], ""
    while cursor is not None:
        page = api.client.get(
            f"/api/feed/jobs?limit=3&cursor={cursor}" if cursor else "/api/feed/jobs?limit=3"
        ).json
        seen += [job["id"] for job in page["jobs"]]
        cursor = page["cursor"]
    assert seen == ids[::-1]


def test_the_listing_is_bounded_by_time(api: Api) -> None:
    job_id = api.generate().json["job_id"]
    for query, expected in (
        ("created_after=2000-01-01T00:00:00Z", [job_id]),
        ("created_before=2000-01-01T00:00:00Z", []),
        ("created_before=2999-01-01T00:00:00%2B01:00", [job_id]),
    ):
        assert [job["id"] for job in api.client.get(f"/api/feed/jobs?{query}").json["jobs"]] == expected


@pytest.mark.parametrize(
    "query",
    ["status=done", "limit=0", "limit=x", "limit=100000", "cursor=garbage", "created_after=noon", "type=x"],
)
def test_a_bad_query_is_refused(api: Api, query: str) -> None:
    assert_problem(api.client.get(f"/api/feed/jobs?{query}"), 422, "invalid_fields")


def test_the_progress_of_a_running_script_is_shown(api: Api) -> None:
    job_id = api.generate().json["job_id"]
    assert api.status(job_id)["progress"] is None
    api.executor.told[job_id, 1] = {"rows": 5, "percent": 50}
    assert api.status(job_id)["progress"] == {"rows": 5, "percent": 50}


def test_logs_are_read_by_offset(api: Api) -> None:
    job_id = api.generate().json["job_id"]
    api.executor.begin(job_id, 1)
    api.executor.logs[job_id, 1] = "one\ntwo\n"
    first = api.client.get(f"/api/feed/jobs/{job_id}/logs?limit=4").json
    assert (first["text"], first["next_offset"], first["complete"]) == ("one\n", 4, False)
    rest = api.client.get(f"/api/feed/jobs/{job_id}/logs?attempt=1&offset=4").json
    assert rest["text"] == "two\n"
    assert api.client.get(f"/api/feed/jobs/{job_id}/logs?attempt=2").status_code == 404
    assert_problem(api.client.get(f"/api/feed/jobs/{job_id}/logs?offset=-1"), 422, "invalid_fields")


def test_a_job_without_a_report_says_so(api: Api) -> None:
    assert_problem(api.client.get(f"/api/feed/jobs/{api.generated()}/report"), 404, "no_report")


def test_a_validation_takes_the_generated_feed_and_needs_one(api: Api) -> None:
    body = request_body(job_id="v", destination_s3_path="s3://bucket/report.json")
    del body["source_s3_path"]
    problem = assert_problem(api.client.post("/api/feed/validate", json=body), 422, "invalid_fields")
    assert list(problem["errors"]) == ["source_s3_path"]
    job_id = api.generated(job_id="v")
    assert api.client.post("/api/feed/validate", json=body).json["job_id"] == job_id
    assert api.status(job_id)["job_data"]["source_s3_path"] == "s3://bucket/feed.csv"


def test_the_documentation_needs_no_outside_host(api: Api) -> None:
    spec = api.client.get("/api/openapi.json").json
    assert {"/api/feed/generate", "/api/feed/status/{job_id}", "/api/callback/feed", "/ready"} <= set(
        spec["paths"]
    )
    page = api.client.get("/api/docs/").text
    places = re.findall(r'(?:src|href)="([^"]*)"', page)
    assert places
    assert all(place.startswith(("/api/", "data:,")) for place in places)
    assert "validatorUrl: null" in api.client.get("/api/docs/docs.js").text
    with api.client.get("/api/docs/swagger-ui-bundle.js") as script:
        assert script.status_code == 200


def test_every_answer_is_hardened(api: Api) -> None:
    answer = api.client.get("/api/feed/jobs")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Request-ID"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
FIELDS = [
    *request_body(),
    "country",
    "job_id",
    "partner_id",
    "callback_url",
    "type",
    "status",
    "result",
    "err",
    "attempt",
]


@settings(
    deadline=None,
    max_examples=200,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    path=st.sampled_from([*START, "/api/callback/feed", f"/api/feed/retry/{UNKNOWN}"]),
    changes=st.dictionaries(st.sampled_from(FIELDS), JSON),
)
def test_no_body_gives_a_500(api: Api, path: str, changes: dict[str, Any]) -> None:
    body = json.dumps(callback(UNKNOWN) | request_body() | changes)
    answer = api.client.post(path, data=body, content_type="application/json")
    assert answer.status_code in (200, 202, 400, 404, 409, 422), answer.text


def test_the_audit_trail_filters_and_continues(api: Api) -> None:
    first, second = (api.generate(job_id=n).json["job_id"] for n in range(2))
    of_first = api.client.get(f"/api/activities?job_id={first}").json["activities"]
    assert [a["type"] for a in of_first] == ["feedscript.job.generation_started"]
    api.status(first)
    calls = api.client.get("/api/activities?type=feedscript.api.call&actor=anonymous").json["activities"]
    assert [a["data"]["path"] for a in calls] == [f"/api/feed/status/{first}", "/api/activities"]
    assert api.client.get("/api/activities?since=2999-01-01T00:00:00Z").json["activities"] == []
    assert api.client.get("/api/activities?until=2000-01-01T00:00:00Z").json["activities"] == []
    page = api.client.get("/api/activities?type=feedscript.job.generation_started&limit=1").json
    rest = api.client.get(
        f"/api/activities?type=feedscript.job.generation_started&limit=1&cursor={page['cursor']}"
    ).json
    assert [a["subject"] for a in page["activities"] + rest["activities"]] == [second, first]
    assert rest["cursor"] is None
    assert_problem(api.client.get("/api/activities?since=noon"), 422, "invalid_fields")
    assert_problem(api.client.get("/api/activities?cursor=garbage"), 422, "invalid_fields")
