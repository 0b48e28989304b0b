"""Signing in by a key: what the cookie is good for, how long, and that no page of another site makes use of it."""

import re
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from feedscript.adapters.memory import MemoryKeys
from feedscript.domain import Reach, Scope, key_id
from feedscript.entrypoints.http.sessions import COOKIE, LASTS
from feedscript.ports import Clock
from feedscript.testing.fakes import NOON
from tests.integration.http.conftest import Api, make_api
from tests.integration.http.test_access import Tenants

FORM_TOKEN = re.compile(r'name="csrf" value="([^"]+)"')


@dataclass
class Wound(Clock):
    """A clock that a test winds on."""

    at: object = field(default=NOON)

    def now(self) -> object:  # type: ignore[override]  # a datetime
        return self.at


@dataclass
class Office:
    """An application with keys, and a browser before it."""

    tenants: Tenants
    clock: Wound

    @property
    def browser(self) -> FlaskClient:
        return self.tenants.api.client

    def sign_in(self, name: str, **form: str) -> TestResponse:
        return self.browser.post("/console/sign-in", data={"key": self.tenants.texts[name], **form})

    def form_token(self, path: str = "/console") -> str:
        found = FORM_TOKEN.search(self.browser.get(path).text)
        assert found
        return found[1]


def make_office(folder: Path, **settings: object) -> Office:
    keys, clock = MemoryKeys(), Wound()
    api = make_api(folder, keys=keys, clock=clock, **settings)
    office = Office(Tenants(api, keys, {}), clock)
    office.tenants.make("all")
    for merchant in ("m1", "m2"):
        office.tenants.make(merchant, Reach(merchants=frozenset({merchant})))
    return office


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return make_office(tmp_path)


def test_a_stranger_gets_the_page_to_sign_in_and_goes_on_from_there(office: Office) -> None:
    asked = office.browser.get("/console/jobs?status=generated")
    assert asked.status_code == 401
    assert 'value="/console/jobs?status=generated"' in asked.text
    into = office.sign_in("all", next="/console/jobs?status=generated")
    assert (into.status_code, into.headers["Location"]) == (303, "/console/jobs?status=generated")
    assert office.browser.get("/console/jobs").status_code == 200


@pytest.mark.parametrize(
    "address",
    ["https://evil.example/", "//evil.example/console", "/\\evil.example", "/api/feed/jobs", "javascript:0"],
)
def test_nobody_is_led_elsewhere_after_signing_in(office: Office, address: str) -> None:
    assert office.sign_in("all", next=address).headers["Location"] == "/console"


def test_the_cookie_is_the_browsers_alone_and_never_holds_the_key(office: Office, tmp_path: Path) -> None:
    cookie = office.sign_in("all").headers["Set-Cookie"]
    assert {"HttpOnly", "SameSite=Lax", "Path=/console", f"Max-Age={int(LASTS.total_seconds())}"} <= set(
        cookie.split("; ")
    )
    assert "Secure" not in cookie, "or http://127.0.0.1 would have no session"
    assert office.tenants.texts["all"][15:] not in cookie
    outside = make_office(tmp_path / "https", public_url="https://feeds.example.com")
    assert "Secure" in outside.sign_in("all").headers["Set-Cookie"]


def test_a_wrong_key_opens_nothing_and_is_counted(tmp_path: Path) -> None:
    office = make_office(tmp_path, rate_per_address=5)
    for wrong in ("", "a", "fsk_nonsense", "é\x00" * 9000):
        refused = office.browser.post("/console/sign-in", data={"key": wrong})
        assert refused.status_code == 401
        assert "Set-Cookie" not in refused.headers
        assert "No key has this text" in refused.text
    answers = [office.browser.post("/console/sign-in", data={"key": "b"}).status_code for _ in range(3)]
    assert answers[-1] == 429


def test_a_session_ends_by_itself(office: Office) -> None:
    office.sign_in("all")
    office.clock.at = NOON + LASTS - timedelta(seconds=1)
    assert office.browser.get("/console").status_code == 200
    office.clock.at = NOON + LASTS
    assert office.browser.get("/console").status_code == 401


def test_a_session_dies_with_its_key(office: Office) -> None:
    office.sign_in("m1")
    assert office.browser.get("/console").status_code == 200
    office.tenants.keys.revoke(key_id((2).to_bytes(8, "big")), NOON)
    assert office.browser.get("/console").status_code == 401


def test_a_session_is_of_the_key_and_not_of_its_name(tmp_path: Path) -> None:
    before = make_api(tmp_path, api_keys={"alice": "a-key"})
    answer = before.client.post("/console/sign-in", data={"key": "a-key"})
    cookie = answer.headers["Set-Cookie"].partition(";")[0].partition("=")[2]
    for keys, status in (({"alice": "a-key"}, 200), ({"alice": "another"}, 401), ({"bob": "a-key"}, 401)):
        after = make_api(tmp_path, api_keys=keys)
        after.client.set_cookie(COOKIE, cookie, path="/console")
        assert after.client.get("/console").status_code == status, keys


def test_a_cookie_that_was_changed_is_none(office: Office) -> None:
    office.sign_in("all")
    cookie = office.browser.get_cookie(COOKIE, path="/console")
    assert cookie is not None
    for text in (
        cookie.value[:-1],
        cookie.value + "x",
        cookie.value[1:],
        "",
        "..",
        "e30.e30",
        cookie.value.swapcase(),
    ):
        office.browser.set_cookie(COOKIE, text, path="/console")
        assert office.browser.get("/console").status_code == 401, text


def test_the_cookie_opens_no_other_address(office: Office) -> None:
    office.sign_in("all")
    value = office.browser.get_cookie(COOKIE, path="/console").value  # type: ignore[union-attr]  # it is there
    sent = office.browser.get("/api/feed/jobs", headers={"Cookie": f"{COOKIE}={value}"})
    assert sent.status_code == 401


def test_a_form_needs_the_sessions_own_token(office: Office) -> None:
    job_id = office.tenants.started("m1")
    office.sign_in("all")
    for form in ({}, {"csrf": ""}, {"csrf": "x"}, {"csrf": "é"}):
        refused = office.browser.post(f"/console/jobs/{job_id}/cancel", data=form)
        assert refused.status_code == 403
        assert "cross_site" in refused.text
    assert office.browser.get(f"/console/jobs/{job_id}/cancel").status_code == 200, "which only asks"
    assert office.tenants.api.container.service().job(job_id).latest.open
    token = office.form_token(f"/console/jobs/{job_id}/cancel")
    done = office.browser.post(f"/console/jobs/{job_id}/cancel", data={"csrf": token})
    assert (done.status_code, done.headers["Location"]) == (303, f"/console/jobs/{job_id}")
    office.sign_in("all")
    stale = office.browser.post(f"/console/jobs/{job_id}/retry", data={"csrf": token})
    assert stale.status_code == 403, "a token is its session's"


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}])
def test_nobody_is_signed_in_by_a_page_of_another_site(office: Office, headers: dict[str, str]) -> None:
    refused = office.browser.post(
        "/console/sign-in", data={"key": office.tenants.texts["all"]}, headers=headers
    )
    assert refused.status_code == 403
    assert "Set-Cookie" not in refused.headers


def test_whoever_signs_out_is_out(office: Office) -> None:
    office.sign_in("all")
    out = office.browser.post("/console/sign-out", data={"csrf": office.form_token()})
    assert out.status_code == 303
    assert office.browser.get("/console").status_code == 401


def test_pages_show_what_the_key_reaches_and_offer_what_it_may(office: Office) -> None:
    mine, others = office.tenants.started("m1"), office.tenants.started("m2")
    office.tenants.make("looker", Reach(merchants=frozenset({"m1"})), scopes=frozenset({Scope.READ}))
    office.sign_in("looker")
    for path in ("/console", "/console/jobs", f"/console/jobs/{mine}"):
        shown = office.browser.get(path)
        assert shown.status_code == 200
        assert mine in shown.text
        assert others not in shown.text
        assert "/console/trail" not in shown.text, "nor what it would be refused"
        assert "Cancel" not in shown.text
    assert office.browser.get("/console/trail").status_code == 403
    token = office.form_token()
    assert office.browser.post(f"/console/jobs/{mine}/cancel", data={"csrf": token}).status_code == 403
    away = office.browser.get(f"/console/jobs/{others}")
    nowhere = office.browser.get("/console/jobs/019b76da-a800-7000-8000-0000000000ff")
    assert away.status_code == nowhere.status_code == 404


def test_the_trail_names_who_signed_in_and_tells_no_key(office: Office) -> None:
    office.sign_in("m1")
    office.browser.post("/console/sign-in", data={"key": "wrong"})
    entries = office.tenants.call("all", "GET", "/api/activities").json["activities"]
    actors = [entry["data"]["actor"].partition("/")[0] for entry in entries if "/console" in str(entry)]
    assert actors == ["anonymous", "key:m1"]
    assert office.tenants.texts["m1"][15:] not in str(entries)


def test_without_keys_this_machine_may_and_no_other_site(api: Api) -> None:
    assert api.client.get("/console").status_code == 200
    assert api.client.get("/console/sign-in").status_code == 303
    job_id = api.generate().json["job_id"]
    for headers in (
        {"Origin": "http://evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Host": "evil.example"},
    ):
        refused = api.client.post(f"/console/jobs/{job_id}/cancel", headers=headers)
        assert refused.status_code in (403, 421), headers
        assert refused.mimetype == "text/html"
    assert api.client.post(f"/console/jobs/{job_id}/cancel").status_code == 303


def test_off_removes_it(tmp_path: Path) -> None:
    api = make_api(tmp_path, console=False)
    for path in ("/console", "/console/jobs", "/console/sign-in", "/console/console.css"):
        assert api.client.get(path).status_code == 404
