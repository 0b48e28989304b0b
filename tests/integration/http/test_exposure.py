"""Without a key this machine alone may call, and no page from elsewhere through a browser on it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedscript.entrypoints.http.feed import REPORT_POLICY
from feedscript.entrypoints.settings import Settings, is_loopback
from tests.integration.cli.shell import feedscript
from tests.integration.http.conftest import Api, make_api
from tests.integration.live_server import FLASK_RUN, PYTHON_APP, ROOT, SERVE, free_port, request_body

OURS = (
    "localhost",
    "localhost:3000",
    "127.0.0.1",
    "127.0.0.1:80",
    "[::1]",
    "[::1]:3000",
    "127.0.0.2",
    "a.localhost",
)
NOT_OURS = (
    *("rebound.example", "rebound.example:3000", "localhost.example", "127.0.0.1.example", "xlocalhost"),
    *("192.168.1.1", "[fe80::1]", "0.0.0.0", "", ":3000", "a b", "[", "localhost@example.com", "127.0.0.1:x"),
)


def posted(api: Api, **headers: str) -> int:
    return api.client.post("/api/feed/generate", json=request_body(), headers=headers).status_code


@pytest.mark.parametrize("host", OURS)
def test_this_machine_is_called_by_its_names(api: Api, host: str) -> None:
    assert posted(api, Host=host) in (200, 202)


@pytest.mark.parametrize("host", NOT_OURS)
def test_a_name_that_was_let_point_here_is_none_of_ours(api: Api, host: str) -> None:
    refused = api.client.post("/api/feed/generate", json=request_body(), headers={"Host": host})
    assert refused.status_code in (400, 421)
    assert api.client.get("/api/feed/jobs", headers={"Host": host}).status_code in (400, 421), (
        "nor does it read"
    )
    assert not api.executor.queued


def test_what_watches_the_service_need_not_know_its_name(api: Api) -> None:
    for path in ("/", "/ready"):
        assert api.client.get(path, headers={"Host": "feeds.internal"}).status_code == 200


def test_a_name_that_the_operator_has_given_is_ours(tmp_path: Path) -> None:
    api = make_api(tmp_path, public_url="https://feeds.example.com/x")
    assert posted(api, Host="feeds.example.com") == 202
    assert posted(api, Host="other.example.com") == 421


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "anything"},
        {"Origin": "null"},
        {"Origin": "http://evil.example"},
        {"Origin": "http://localhost:3001"},
        {"Origin": "http://localhost.evil.example"},
        {"Origin": ""},
        {"Origin": "http://["},
        {"Origin": "http://localhost", "Sec-Fetch-Site": "cross-site"},
    ],
)
def test_a_page_of_another_site_starts_nothing(api: Api, headers: dict[str, str]) -> None:
    for path in ("/api/feed/generate", "/api/feed/retry/x", "/api/feed/cancel/x", "/api/callback/feed"):
        refused = api.client.post(path, json=request_body(), headers=headers)
        assert (refused.status_code, refused.json["code"]) == (403, "cross_site")
    assert not api.executor.queued


def test_a_page_of_this_service_may(api: Api) -> None:
    assert posted(api, Origin="http://localhost", **{"Sec-Fetch-Site": "same-origin"}) == 202


def test_a_key_is_no_cookie_so_where_it_is_sent_from_does_not_matter(guarded: Api) -> None:
    headers = {"X-API-Key": "a-key", "Host": "feeds.example.com", "Origin": "https://shop.example.com"}
    assert posted(guarded, **headers) == 202


@pytest.fixture(scope="module")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Api:
    return make_api(tmp_path_factory.mktemp("exposure"))


@given(st.text(max_size=30), st.text(max_size=30))
def test_whatever_host_and_origin_are_there_is_an_answer(made_once: Api, host: str, origin: str) -> None:
    sent = {
        name: value.encode(errors="replace").decode("latin-1")
        for name, value in (("Host", host), ("Origin", origin))
    }
    headers = {name: value.replace("\r", "").replace("\n", "") for name, value in sent.items()}
    answer = made_once.client.post("/api/feed/cancel/x", headers=headers)
    assert answer.status_code in (400, 403, 404, 421)


@pytest.mark.parametrize("address", ["10.0.0.1", "192.168.1.7", "::ffff:10.0.0.1", "2001:db8::1", "nonsense"])
def test_another_machine_is_refused_however_the_server_was_started(api: Api, address: str) -> None:
    refused = api.client.get("/api/feed/jobs", environ_overrides={"REMOTE_ADDR": address})
    assert refused.status_code == 401
    assert "feedscript keys create" in refused.json["detail"]
    assert api.client.get("/ready", environ_overrides={"REMOTE_ADDR": address}).status_code == 200


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1", ""])
def test_this_machine_is_not(api: Api, address: str) -> None:
    assert api.client.get("/api/feed/jobs", environ_overrides={"REMOTE_ADDR": address}).status_code == 200


def test_everybody_may_where_the_operator_insists(tmp_path: Path) -> None:
    api = make_api(tmp_path, allow_anonymous=True, host="0.0.0.0")
    told = api.client.get(
        "/api/feed/jobs", headers={"Host": "feeds"}, environ_overrides={"REMOTE_ADDR": "10.0.0.1"}
    )
    assert told.status_code == 200
    assert posted(api, Origin="http://evil.example") == 403, "but no page of another site"


def test_a_report_is_a_page_that_can_do_nothing() -> None:
    rules = {
        name: rest for name, _, rest in (rule.strip().partition(" ") for rule in REPORT_POLICY.split(";"))
    }
    assert rules["sandbox"] == "allow-scripts", "of no origin, without forms, pop-ups and navigation"
    assert rules["default-src"] == rules["form-action"] == rules["base-uri"] == "'none'"
    assert "connect-src" not in rules


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.1", "feeds.example.com"])
@pytest.mark.parametrize("how", [SERVE, PYTHON_APP, FLASK_RUN], ids=["serve", "app.py", "flask run"])
def test_without_a_key_another_address_is_one_clear_line(
    tmp_path: Path, how: tuple[str, ...], host: str
) -> None:
    ended = started(tmp_path, how, host)
    assert ended.returncode == 2, ended.stderr
    (line,) = [line for line in ended.stderr.splitlines() if "HOST" in line]
    assert "feedscript keys create" in line
    assert "ALLOW_ANONYMOUS" in line
    assert "Traceback" not in ended.stderr


def started(
    folder: Path, how: tuple[str, ...], host: str, **settings: str
) -> "subprocess.CompletedProcess[str]":
    environment = {"PATH": os.environ["PATH"], "PORT": str(free_port()), **settings}
    command = list(how)
    if how == FLASK_RUN:
        environment["FLASK_APP"] = str(ROOT / "app.py")
        command += [f"--host={host}"]
    else:
        environment["HOST"] = host
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False
    )


def test_a_key_opens_another_address_and_its_end_does_not_close_it(tmp_path: Path) -> None:
    program = "from feedscript.entrypoints.http import create_app; create_app(); print('up', flush=True)"
    look, other = (sys.executable, "-c", program), tmp_path / "other"
    other.mkdir()
    assert started(tmp_path, look, "0.0.0.0").returncode == 2
    assert feedscript(tmp_path, "keys", "create", "ci").returncode == 0
    assert started(tmp_path, look, "0.0.0.0").stdout == "up\n"
    assert feedscript(tmp_path, "keys", "revoke", "ci").returncode == 0
    assert started(tmp_path, look, "0.0.0.0").stdout == "up\n", "guarded: nobody gets in without a key"
    assert started(other, look, "0.0.0.0", API_KEYS="a=b").stdout == "up\n"
    assert started(other, look, "0.0.0.0", ALLOW_ANONYMOUS="true").stdout == "up\n"


@given(st.ip_addresses().map(str) | st.text(max_size=12))
def test_what_is_loopback_is_reached_by_this_machine_alone(host: str) -> None:
    if is_loopback(host):
        assert host.startswith(("127.", "::1", "::ffff:127.", "::ffff:7f")) or host.endswith("localhost")
    assert not Settings(host=host).egress.loopback or is_loopback(host)


@pytest.mark.parametrize(
    ("public", "only"),
    [
        ("", True),
        ("http://localhost:3000", True),
        ("http://127.0.0.2", True),
        ("https://feeds.example.com", False),
        ("http://10.0.0.1:3000/x", False),
    ],
)
def test_who_calls_through_a_proxy_has_no_address_of_this_machine_called(public: str, only: bool) -> None:
    assert Settings(public_url=public).egress.loopback is only
