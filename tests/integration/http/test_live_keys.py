"""Keys, counts and turns over the processes of a running service."""

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import requests

from tests.integration.cli.shell import feedscript
from tests.integration.live_server import SERVE, LiveServer, poll, request_body, script

MADE_UP = 40


def made(folder: Path, name: str, *options: str) -> dict[str, str]:
    return {"X-API-Key": feedscript(folder, "keys", "create", name, *options).stdout.strip()}


def test_a_running_service_takes_up_keys_and_their_ends_in_every_process(tmp_path: Path) -> None:
    with LiveServer(tmp_path, SERVE, WORKERS="3") as server:
        jobs = f"{server.base}/api/feed/jobs"
        assert statuses(jobs, {}) == {200}
        assert "this machine alone" in (tmp_path / "server.log").read_text()
        ci = made(tmp_path, "ci", "--scope", "read")
        assert statuses(jobs, {}) == {401}
        assert statuses(jobs, ci) == {200}
        rotated = {
            "X-API-Key": feedscript(tmp_path, "keys", "rotate", "ci", "--keep-for", "1h").stdout.strip()
        }
        assert statuses(jobs, ci) == statuses(jobs, rotated) == {200}
        for _ in range(2):
            assert feedscript(tmp_path, "keys", "revoke", "ci").returncode in (0, 1)
        assert statuses(jobs, rotated) == {401}
        (used,) = {
            key["last_used_at"] is not None
            for key in map(json.loads, feedscript(tmp_path, "keys", "list", "--all").stdout.splitlines())
        }
        assert used


def statuses(url: str, headers: dict[str, str]) -> set[int]:
    """What is answered over connections of their own, so that every process gets some."""
    return {requests.get(url, headers=headers, timeout=30).status_code for _ in range(12)}


def test_calls_are_counted_over_all_processes(tmp_path: Path) -> None:
    key = made(tmp_path, "busy")
    with LiveServer(tmp_path, SERVE, WORKERS="3", RATE_PER_KEY="60") as server:

        def call(_: int) -> int:
            return requests.get(f"{server.base}/api/feed/jobs", headers=key, timeout=30).status_code

        with ThreadPoolExecutor(6) as callers:
            answers = Counter(callers.map(call, range(200)))
        assert set(answers) == {200, 429}
        assert 60 <= answers[200] <= 120, (
            "twice, where a minute ends meanwhile; each for itself would let 180 through"
        )
        refused = requests.get(f"{server.base}/api/feed/jobs", headers=key, timeout=30)
        assert int(refused.headers["Retry-After"]) >= 1


def test_made_up_merchants_hold_up_no_other_key(tmp_path: Path) -> None:
    (greedy, other), name = (
        (made(tmp_path, name) for name in ("greedy", "other")),
        script(tmp_path, "sleep 0.1"),
    )
    with LiveServer(tmp_path, SERVE, GENERATE_COMMAND=name, MAX_CONCURRENT_SCRIPTS="1") as server:

        def start(n: int, whose: str, key: dict[str, str]) -> str:
            body = request_body(
                affiliate_merchant_id=f"{whose}{n}",
                destination_s3_path=f"s3://bucket/{whose}/{n}.csv",
                job_id=str(n),
            )
            answer = server.post("/api/feed/generate", body, **key)
            assert answer.status_code == 202, answer.text
            job_id: str = answer.json()["job_id"]
            return job_id

        theirs = [start(n, "made-up-", greedy) for n in range(MADE_UP)]
        job_id = start(0, "honest-", other)

        def begun(each: str, key: dict[str, str]) -> bool:
            url = f"{server.base}/api/feed/status/{each}"
            return "started_at" in requests.get(url, headers=key, timeout=30).json()["attempts"][0]

        before = sum(begun(each, greedy) for each in theirs)
        poll(lambda: begun(job_id, other))
        ahead = sum(begun(each, greedy) for each in theirs)
        assert ahead < MADE_UP / 2, f"{before} had begun when it was asked for, {ahead} when it began"
