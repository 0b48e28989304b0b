"""`GET /metrics`: for whom, in which form, and over all processes; the log beside it."""

import json
import re
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests
import yaml
from prometheus_client.parser import text_string_to_metric_families

from feedscript.domain import ApiKey, Reach, Scope, key_digest, key_text
from feedscript.testing.fakes import NOON
from tests.integration.http.conftest import Api, make_api
from tests.integration.live_server import ROOT, SERVE, LiveServer, poll, request_body, script

ALERTS, DASHBOARD = ROOT / "deploy/prometheus/alerts.yaml", ROOT / "deploy/grafana/feedscript.json"
PAGE = ROOT / "docs/how-to/watch.md"


def families(text: str) -> dict[str, float]:
    """Sums of each metric's samples, by name."""
    sums: dict[str, float] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            sums[sample.name] = sums.get(sample.name, 0.0) + sample.value
    return sums


def test_the_service_is_told_in_figures(api: Api) -> None:
    api.generated(job_id=1)
    answer = api.client.get("/metrics")
    assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    told = families(answer.text)
    assert (told["feedscript_attempts_accepted_total"], told["feedscript_attempts_ended_total"]) == (1, 1)
    assert told["feedscript_scripts_capacity"] == 4
    assert told["feedscript_disk_ok"] == 1
    assert told["feedscript_http_request_duration_seconds_count"] >= 1


@pytest.mark.parametrize(
    ("scopes", "reach", "status"),
    [
        ({Scope.READ}, Reach(), 200),
        ({Scope.SUBMIT, Scope.AUDIT}, Reach(), 403),
        ({Scope.READ}, Reach(merchants=frozenset({"m1"})), 403),
        ({Scope.READ}, Reach(partners=frozenset({"google"})), 403),
    ],
)
def test_figures_are_for_keys_that_reach_all(
    tmp_path: Path, scopes: set[Scope], reach: Reach, status: int
) -> None:
    api = make_api(tmp_path)
    text = key_text("0123456789", bytes(32))
    key = ApiKey(
        id="0123456789",
        name="k",
        digest=key_digest(text),
        created_at=NOON,
        scopes=frozenset(scopes),
        reach=reach,
    )
    api.container.keys().add(key)
    assert api.client.get("/metrics").status_code == 401
    assert api.client.get("/metrics", headers={"X-API-Key": text}).status_code == status


def exported(api: Api) -> set[str]:
    """The names of all metrics, as they are written in queries."""
    names: set[str] = set()
    for family in text_string_to_metric_families(api.client.get("/metrics").text):
        kind = {"counter": ["_total"], "histogram": ["_bucket", "_count", "_sum"]}.get(family.type, [""])
        names |= {f"{family.name}{ending}" for ending in kind}
    return names


def test_rules_and_dashboard_ask_for_what_there_is(api: Api) -> None:
    rules = [rule for group in yaml.safe_load(ALERTS.read_text())["groups"] for rule in group["rules"]]
    panels = json.loads(DASHBOARD.read_text())["panels"]
    asked = [rule["expr"] for rule in rules] + [each["expr"] for panel in panels for each in panel["targets"]]
    names = {name for expression in asked for name in re.findall(r"feedscript_\w+", expression)}
    assert names <= exported(api)
    assert all(rule["annotations"].keys() == {"summary", "action"} for rule in rules)


def test_every_metric_is_described(api: Api) -> None:
    described = set(re.findall(r"`(feedscript_\w+)`", PAGE.read_text()))
    families = {re.sub("_(bucket|count|sum)$", "", name) for name in exported(api)}
    assert described == families


@pytest.mark.skipif(shutil.which("promtool") is None, reason="there is no promtool (Debian: prometheus)")
def test_prometheus_takes_the_rules_and_the_figures(api: Api) -> None:
    checked = subprocess.run(
        ["promtool", "check", "rules", ALERTS], capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr
    api.generated(job_id=1)
    linted = subprocess.run(
        ["promtool", "check", "metrics"],
        input=api.client.get("/metrics").text,
        capture_output=True,
        text=True,
        check=False,
    )
    assert linted.returncode == 0, linted.stdout + linted.stderr


def test_all_processes_count_together_and_log_alike(tmp_path: Path) -> None:
    command = script(tmp_path, "exit 65")
    settings = {"WORKERS": "3", "LOG_FORMAT": "json", "ACCESS_LOG": "true", "GENERATE_COMMAND": command}
    with LiveServer(tmp_path, SERVE, **settings) as server:
        for number in range(12):
            # Over connections of their own, so that every process gets some.
            body = request_body(job_id=number, destination_s3_path=f"s3://bucket/{number}.csv")
            answer = requests.post(f"{server.base}/api/feed/generate", json=body, timeout=30)
            assert answer.status_code == 202

        def ended() -> bool:
            told = families(requests.get(f"{server.base}/metrics", timeout=30).text)
            return (
                told.get("feedscript_attempts_ended_total")
                == told["feedscript_attempts_accepted_total"]
                == 12
            )

        poll(ended)
        with ThreadPoolExecutor(24) as callers:
            list(callers.map(lambda _: requests.get(f"{server.base}/api/feed/jobs", timeout=30), range(96)))
    lines = (tmp_path / "server.log").read_text().splitlines()
    records = [json.loads(line) for line in lines if line.startswith("{")]
    assert [line for line in lines if not line.startswith("{")] == [lines[0]], (
        "who may call, before the log begins"
    )
    failures = [
        each for each in records if each["logger"] == "feedscript.jobs" and each["level"] == "WARNING"
    ]
    assert [each["reason"] for each in failures] == ["invalid_feed"] * 12
    calls = [
        each
        for each in records
        if each["logger"] == "feedscript.access" and each["path"].endswith("generate")
    ]
    answering = {each["process"] for each in records if each["logger"] == "feedscript.access"}
    assert len(answering) > 1
    accepted = {
        each["request_id"] for each in records if each.get("event") == "feedscript.job.generation_started"
    }
    assert accepted == {each["request_id"] for each in calls}
    assert any(each["logger"] == "gunicorn.error" for each in records)
