"""Whose keys open what: every route has a scope, and nothing of another merchant's is seen, started or ended."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from werkzeug.test import TestResponse

from feedscript.adapters.memory import MemoryKeys
from feedscript.domain import ApiKey, Reach, Scope, key_digest, key_id, key_text
from feedscript.entrypoints.http.access import CALLBACK, OPEN, SCOPES, SELF_PROVING
from feedscript.testing.fakes import NOON, FrozenClock, ScriptedExecutor
from tests.integration.http.conftest import Api, make_api
from tests.integration.http.test_undelivered import give_up
from tests.integration.live_server import request_body

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


@dataclass
class Tenants:
    """An application with keys: texts by name."""

    api: Api
    keys: MemoryKeys
    texts: dict[str, str]

    def make(self, name: str, reach: Reach | None = None, **more: Any) -> str:
        number = len(self.texts) + 1
        new_id = key_id(number.to_bytes(8, "big"))
        self.texts[name] = text = key_text(new_id, number.to_bytes(32, "big"))
        self.keys.add(
            ApiKey(
                id=new_id, name=name, digest=key_digest(text), created_at=NOON, reach=reach or Reach(), **more
            )
        )
        return text

    def call(self, name: str, method: str, path: str, **more: Any) -> TestResponse:
        headers = {"X-API-Key": self.texts[name]} if name else {}
        return self.api.client.open(path, method=method, headers=headers, **more)

    def started(self, merchant: str, **changes: Any) -> str:
        body = request_body(
            affiliate_merchant_id=merchant,
            source_s3_path=f"s3://bucket/{merchant}/in.csv",
            destination_s3_path=f"s3://bucket/{merchant}/feed.csv",
            **changes,
        )
        answer = self.call("all", "POST", "/api/feed/generate", json=body)
        assert answer.status_code == 202, answer.text
        job_id: str = answer.json["job_id"]
        return job_id


@pytest.fixture
def tenants(tmp_path: Path) -> Tenants:
    return make_tenants(tmp_path)


def make_tenants(folder: Path, executor: ScriptedExecutor | None = None, **settings: Any) -> Tenants:
    keys = MemoryKeys()

    api = make_api(folder, executor, keys=keys, clock=FrozenClock(), **settings)
    made = Tenants(api, keys, {})
    made.make("all")
    for merchant in ("m1", "m2"):
        made.make(merchant, Reach(merchants=frozenset({merchant})))
    return made


def routes(api: Api) -> Iterator[tuple[str, str, str]]:
    """(endpoint, method, rule) of everything that the application answers."""
    for rule in api.client.application.url_map.iter_rules():
        for method in sorted(rule.methods or ()):
            yield rule.endpoint, method, rule.rule


def filled(rule: str, job_id: str) -> str:
    for name, value in (
        ("<job_id>", job_id),
        ("<path:notification_id>", quote(f"{job_id}/1/generation_failed", safe="/")),
        ("<path:path>", "index.html"),
        ("<what>", "feed"),
        ("<token>", "none"),
    ):
        rule = rule.replace(name, value)
    assert "<" not in rule, f"say what to put into {rule}"
    return rule


def test_every_route_has_a_scope_or_is_open(api: Api) -> None:
    found = {endpoint for endpoint, _, _ in routes(api)}
    assert found == OPEN | SELF_PROVING | SCOPES.keys(), "declare the scope of a new route in access.py"
    assert not (OPEN | SELF_PROVING) & SCOPES.keys()
    assert not OPEN & SELF_PROVING


def test_a_route_without_a_scope_is_open_to_nobody(tenants: Tenants) -> None:
    tenants.api.client.application.add_url_rule("/api/new", "new", lambda: "secret")
    assert tenants.call("", "GET", "/api/new").status_code == 401
    refused = tenants.call("all", "GET", "/api/new")
    assert (refused.status_code, refused.json["code"]) == (403, "lacking_scope")


def test_without_a_key_no_route_but_the_open_ones_answers(tmp_path: Path) -> None:
    tenants = make_tenants(tmp_path, rate_per_address=10_000)
    job_id = tenants.started("m1")
    for endpoint, method, rule in routes(tenants.api):
        for sent in ({}, {"X-API-Key": "wrong"}, {"Authorization": f"Basic {tenants.texts['all']}"}):
            answer = tenants.api.client.open(filled(rule, job_id), method=method, headers=sent)
            if endpoint in OPEN:
                assert answer.status_code < 400, (method, rule)
            elif endpoint in SELF_PROVING:
                assert answer.status_code < 400 or method != "GET" or answer.status_code == 404, (
                    method,
                    rule,
                )
                assert job_id not in answer.text
            else:
                assert answer.status_code == 401, (method, rule, sent)
                # Where whoever signs in goes on is what was asked for.
                assert job_id not in answer.text.replace(filled(rule, job_id), "")


@pytest.mark.parametrize("scope", list(Scope))
def test_a_lacking_scope_is_403_and_an_own_one_is_not(tenants: Tenants, scope: Scope) -> None:
    job_id = tenants.started("m1")
    tenants.make("some", scopes=frozenset({scope}))
    tenants.make("others", scopes=frozenset(Scope) - {scope})
    for endpoint, method, rule in routes(tenants.api):
        path = filled(rule, job_id)
        if endpoint in OPEN | SELF_PROVING:
            continue
        name = "others" if SCOPES[endpoint] is scope else "some"
        refused = tenants.call(name, method, path, json={} if method == "POST" else None)
        assert refused.status_code == 403, (method, rule)
        if method == "GET":
            assert "lacking_scope" in refused.text
            assert f"scope {SCOPES[endpoint].value}" in refused.text
        if SCOPES[endpoint] is scope:
            assert (
                tenants.call("some", method, path, json={} if method == "POST" else None).status_code != 403
            )


def test_nothing_of_another_merchants_on_any_route(tenants: Tenants) -> None:
    """Two keys of two merchants over every route and method."""
    job_id = tenants.started("m1", job_id="ref-of-m1")
    before = tenants.api.container.repository().get(job_id)
    for endpoint, method, rule in routes(tenants.api):
        path = filled(rule, job_id)
        body = callback_of(job_id) if endpoint == CALLBACK else body_of("m1")
        foreign = tenants.call("m2", method, path, json=body if method == "POST" else None)
        assert "ref-of-m1" not in foreign.text, (method, rule)
        if endpoint in OPEN | SELF_PROVING or method == "OPTIONS":
            continue
        if job_id in path or endpoint == CALLBACK:
            nowhere = tenants.call("m2", method, filled(rule, UNKNOWN), json=no_body(method, endpoint))
            assert foreign.status_code == nowhere.status_code == 404, (method, rule)
            assert told(foreign, job_id) == told(nowhere, UNKNOWN), "as if it were not there"
        else:
            assert foreign.status_code in (200, 303, 403, 404), (method, rule)
            assert job_id not in foreign.text
    assert tenants.api.container.repository().get(job_id) == before
    assert not tenants.api.executor.cancelled
    assert len(tenants.api.executor.queued) == 1
    for method in METHODS:
        assert job_id not in tenants.call("m2", method, "/api/feed/jobs?affiliate_merchant_id=m1").text
    assert tenants.call("m1", "GET", f"/api/feed/status/{job_id}").status_code == 200


UNKNOWN = "019b76da-a800-7000-8000-0000000000ff"


def told(answer: TestResponse, job_id: str) -> str:
    """What was answered, without what is every call's own."""
    return re.sub("call <code>.*?</code>", "", answer.text.replace(job_id, "JOB"))


def body_of(merchant: str, **changes: Any) -> dict[str, Any]:
    return request_body(
        affiliate_merchant_id=merchant,
        source_s3_path=f"s3://bucket/{merchant}/in.csv",
        destination_s3_path=f"s3://bucket/{merchant}/another.csv",
        **changes,
    )


def callback_of(job_id: str) -> dict[str, Any]:
    return {"job_id": job_id, "type": "feed_generation", "status": "success"}


def no_body(method: str, endpoint: str) -> dict[str, Any] | None:
    return (callback_of(UNKNOWN) if endpoint == CALLBACK else {}) if method == "POST" else None


def test_a_job_of_another_merchants_cannot_be_started_by_its_id_or_reference(tenants: Tenants) -> None:
    job_id = tenants.started("m1", job_id="r1")
    for path in ("/api/feed/generate", "/api/feed/validate"):
        named = tenants.call("m2", "POST", path, json=body_of("m1", job_id="r1"))
        assert (named.status_code, named.json["code"]) == (403, "out_of_reach")
        by_id = tenants.call("m2", "POST", path, json=body_of("m2", job_id=job_id))
        assert (by_id.status_code, by_id.json["code"]) == (404, "unknown_job")
    own = tenants.call("m2", "POST", "/api/feed/generate", json=body_of("m2", job_id="r1"))
    assert own.status_code == 202
    assert own.json["job_id"] != job_id, "a reference is its merchant's"


def test_a_claim_is_not_left_behind_by_who_may_not_start(tenants: Tenants) -> None:
    refused = tenants.call("m2", "POST", "/api/feed/generate", json=body_of("m1", job_id="mine"))
    assert refused.status_code == 403
    tenants.started("m1", job_id="mine")


@pytest.mark.parametrize(
    "name", ["feed.csv", "FEED.csv", "feed.csv.manifest.json", "feed.csv.rejects.jsonl.gz"]
)
def test_what_another_merchant_has_had_made_is_no_source(tenants: Tenants, name: str) -> None:
    tenants.started("m1")
    body = body_of("m2") | {"source_s3_path": f"s3://bucket/m1/{name}"}
    for path in ("/api/feed/generate", "/api/feed/validate"):
        refused = tenants.call("m2", "POST", path, json=body)
        assert (refused.status_code, refused.json["code"]) == (403, "out_of_reach")
        assert list(refused.json["errors"]) == ["source_s3_path"]
    assert tenants.call("all", "POST", "/api/feed/validate", json=body).status_code == 202


def test_a_key_for_one_partner_starts_and_sees_that_ones_jobs_alone(tenants: Tenants) -> None:
    tenants.make("meta", Reach(partners=frozenset({"meta"})))
    google, meta = tenants.started("m1", partner_id="google", job_id="r"), None
    for partner in ("google", None):
        refused = tenants.call("meta", "POST", "/api/feed/generate", json=body_of("m3", partner_id=partner))
        assert (refused.status_code, refused.json["code"]) == (403, "out_of_reach"), partner
    meta = tenants.call("meta", "POST", "/api/feed/generate", json=body_of("m3", partner_id="meta")).json[
        "job_id"
    ]
    taken_over = body_of("m1", job_id="r", partner_id="meta")
    assert tenants.call("meta", "POST", "/api/feed/generate", json=taken_over).status_code == 404
    assert tenants.call("meta", "GET", f"/api/feed/status/{google}").status_code == 404
    listed = tenants.call("meta", "GET", "/api/feed/jobs").json["jobs"]
    assert [job["id"] for job in listed] == [meta]


def test_listings_go_on_over_what_is_left_out(tenants: Tenants) -> None:
    jobs = {"m1": [], "m2": []}
    for n in range(6):
        merchant = f"m{n % 2 + 1}"
        body = body_of(merchant) | {"destination_s3_path": f"s3://bucket/{merchant}/{n}.csv"}
        jobs[merchant].append(tenants.call("all", "POST", "/api/feed/generate", json=body).json["job_id"])
    for merchant, own in jobs.items():
        seen, cursor = [], ""
        while cursor is not None:
            page = tenants.call(merchant, "GET", f"/api/feed/jobs?limit=1{cursor}").json
            seen += [job["id"] for job in page["jobs"]]
            cursor = page["cursor"] and f"&cursor={page['cursor']}"
        assert seen == own[::-1]
        subjects, cursor = set(), ""
        while cursor is not None:
            page = tenants.call(merchant, "GET", f"/api/activities?limit=1{cursor}").json
            subjects |= {entry["subject"] for entry in page["activities"]}
            cursor = page["cursor"] and f"&cursor={page['cursor']}"
        assert subjects == set(own)


def test_what_could_not_be_told_is_its_merchants(tenants: Tenants, tmp_path: Path) -> None:
    job_id = tenants.started("m1")
    give_up(tmp_path, job_id)
    assert tenants.call("m2", "GET", "/api/webhooks").json["notifications"] == []
    for action in ("replay", "discard"):
        path = f"/api/webhooks/{action}/{job_id}/1/generated"
        refused = tenants.call("m2", "POST", path)
        assert (refused.status_code, refused.json["code"]) == (404, "unknown_notification")
    (shown,) = tenants.call("m1", "GET", "/api/webhooks").json["notifications"]
    assert shown["job_id"] == job_id
    assert tenants.call("m1", "POST", f"/api/webhooks/discard/{job_id}/1/generated").status_code == 200


def test_a_jobs_story_does_not_tell_who_else_has_tried(tenants: Tenants) -> None:
    job_id = tenants.started("m1")
    for method, path in (("GET", "status"), ("POST", "cancel"), ("POST", "retry")):
        assert tenants.call("m2", method, f"/api/feed/{path}/{job_id}").status_code == 404
    tenants.call("m2", "POST", "/api/callback/feed", json=callback_of(job_id))
    tenants.call("", "POST", f"/api/feed/cancel/{job_id}")
    tenants.call("m1", "GET", f"/api/feed/status/{job_id}")
    story = tenants.call("m1", "GET", f"/api/feed/jobs/{job_id}/activities").json["activities"]
    assert {entry["data"]["actor"].partition("/")[0] for entry in story} == {"key:all", "key:m1"}
    everything = tenants.call("all", "GET", "/api/activities").json["activities"]
    tried = [entry for entry in everything if entry["data"]["actor"].startswith("key:m2/")]
    assert len(tried) == 4, "and yet it is on the trail"


def test_an_expired_and_a_revoked_key_open_nothing_and_are_named(tenants: Tenants) -> None:
    old = tenants.make("old", expires_at=NOON)
    gone = tenants.make("gone")
    tenants.keys.revoke(key_id((5).to_bytes(8, "big")), NOON)
    for text, state in ((old, "expired"), (gone, "revoked")):
        refused = tenants.api.client.get("/api/feed/jobs", headers={"Authorization": f"Bearer {text}"})
        assert refused.status_code == 401
        assert state in refused.json["detail"]
    slip = tenants.api.client.get("/api/feed/jobs", headers={"X-API-Key": old[:-1] + "x"})
    assert "expired" not in slip.json["detail"], "only whoever has the key is told of its state"


def test_the_trail_names_the_key_and_never_tells_it(tenants: Tenants) -> None:
    job_id = tenants.started("m1")
    tenants.call("m1", "POST", f"/api/feed/cancel/{job_id}")
    told = tenants.call("m1", "GET", f"/api/feed/jobs/{job_id}/activities")
    actors = [entry["data"]["actor"] for entry in told.json["activities"]]
    assert [actor.partition("/")[0] for actor in actors] == ["key:all", "key:m1"]
    whole = tenants.call("all", "GET", "/api/activities").text
    assert not any(text[15:] in whole for text in tenants.texts.values())


def test_a_key_that_is_made_closes_a_running_service(tmp_path: Path) -> None:
    keys = MemoryKeys()
    api = make_api(tmp_path, keys=keys, clock=FrozenClock())
    assert api.client.get("/api/feed/jobs").status_code == 200
    made = Tenants(api, keys, {})
    made.make("first")
    assert api.client.get("/api/feed/jobs").status_code == 401
    assert made.call("first", "GET", "/api/feed/jobs").status_code == 200
    keys.revoke(key_id((1).to_bytes(8, "big")), NOON)
    assert api.client.get("/api/feed/jobs").status_code == 401, "and it stays closed"


def test_the_document_tells_how_a_caller_proves_itself(guarded: Api, tmp_path: Path) -> None:
    document = guarded.client.get("/api/openapi.json").json
    schemes = document["components"]["securitySchemes"]
    by_header = {each["name"] for each in schemes.values() if each["type"] == "apiKey"}
    assert by_header == {"X-API-Key", "X-Feedscript-Token"}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if method not in ("get", "post"):
                continue
            needs = operation["security"]
            assert all(name in schemes for need in needs for name in need)
            rule = path.replace("{job_id}", UNKNOWN).replace("{notification_id}", f"{UNKNOWN}/1/generated")
            answer = guarded.client.open(rule, method=method.upper())
            assert (answer.status_code == 401) == bool(needs), (method, path)
    keyless = make_api(tmp_path / "keyless").client.get("/api/openapi.json").json
    for methods in keyless["paths"].values():
        for operation in (each for method, each in methods.items() if method in ("get", "post")):
            assert operation["security"] in ([], [{}, {"attemptToken": []}])
