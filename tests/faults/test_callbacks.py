"""Callbacks doubled, late, reordered and all at once, over HTTP to several processes: one outcome per attempt."""

import random
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from tests.faults.extent import extent
from tests.faults.oracle import check_chain, check_story, jobs_on_disk, trail
from tests.integration.live_server import SERVE, LiveServer, poll, request_body, script

CALLBACKS = extent("CALLBACKS", short=500, long=10_000)
PER_JOB = 25
AT_ONCE = 8


@dataclass(frozen=True)
class Sent:
    """A callback and what was answered."""

    job_id: str
    attempt: int | None
    status: str
    applied: bool
    reason: str | None


class Scene:
    """A server whose scripts leave the outcome to the caller, and write their tokens down for the test."""

    def __init__(self, server: LiveServer, tokens: Path) -> None:
        self.server = server
        self.tokens = tokens
        self.random = random.Random(10)
        self.sent: list[Sent] = []

    def start(self, references: Iterable[int]) -> list[str]:
        def start_one(reference: int) -> str:
            own = request_body(job_id=reference, destination_s3_path=f"s3://bucket/{reference}.csv")
            answer = self.server.post("/api/feed/generate", own)
            assert answer.status_code == 202, answer.text
            job_id: str = answer.json()["job_id"]
            return job_id

        with ThreadPoolExecutor(AT_ONCE) as pool:
            return list(pool.map(start_one, references))

    def token(self, job_id: str, attempt: int) -> str:
        path = self.tokens / f"{job_id}.{attempt}"
        return poll(lambda: path.exists() and path.read_text().strip())

    def send(self, deck: list[tuple[str, int | None, str]]) -> None:
        """Send all of it, shuffled, several at a time; an attempt of None means a callback without a token."""
        self.random.shuffle(deck)
        tokens = {(job, n): self.token(job, n) for job, n, _ in deck if n is not None}
        session = requests.Session()

        def send_one(card: tuple[str, int | None, str]) -> Sent:
            job_id, attempt, status = card
            body = {"job_id": job_id, "type": "feed_generation", "status": status, "err": "so it is"}
            headers = {} if attempt is None else {"X-Feedscript-Token": tokens[job_id, attempt]}
            url = f"{self.server.base}/api/callback/feed"
            answer = session.post(url, json=body, headers=headers, timeout=60)
            assert answer.status_code == 200, answer.text
            said = answer.json()
            assert said["received"] is True
            return Sent(job_id, attempt, status, said["applied"], said["reason"])

        with ThreadPoolExecutor(AT_ONCE) as pool:
            self.sent += pool.map(send_one, deck)

    def cards(self, job_ids: Iterable[str], attempts: list[int | None]) -> list[tuple[str, int | None, str]]:
        return [
            (job_id, self.random.choice(attempts), self.random.choice(["success", "failed"]))
            for job_id in job_ids
            for _ in range(PER_JOB // 2)
        ]


def test_each_attempt_has_one_outcome(tmp_path: Path) -> None:
    tokens = tmp_path / "tokens"
    tokens.mkdir()
    name = "$FEEDSCRIPT_JOB_ID.$FEEDSCRIPT_ATTEMPT"
    text = f'cd {tokens}; echo "$FEEDSCRIPT_TOKEN" > .{name}; mv .{name} {name}'
    with LiveServer(
        tmp_path, SERVE, WORKERS="4", GENERATE_COMMAND=script(tmp_path, text), CALLBACK_GRACE="600"
    ) as server:
        scene = Scene(server, tokens)
        job_ids = scene.start(range(-(-CALLBACKS // (PER_JOB // 2 * 2))))
        scene.send(scene.cards(job_ids, [1, 1, None]))
        failed = [job_id for job_id in job_ids if server.job(job_id)["status"] == "generation_failed"]
        references = [n for n, job_id in enumerate(job_ids) if job_id in failed]
        assert scene.start(references) == failed
        assert failed
        # Late ones for the first attempt among those for the second.
        scene.send(scene.cards(failed, [1, 2, 2]))
        settled = [job_id for job_id in job_ids if job_id not in failed]
        scene.send(scene.cards(settled, [1, None]))
    jobs = jobs_on_disk(tmp_path)
    check_outcomes(scene.sent, jobs)
    check_trail(tmp_path, scene.sent)
    sys.stdout.write(f"{len(scene.sent)} callbacks for {len(job_ids)} jobs, {len(failed)} of them retried\n")


def check_outcomes(sent: list[Sent], jobs: Mapping[str, dict[str, Any]]) -> None:
    applied: dict[tuple[str, int], list[str]] = defaultdict(list)
    for callback in sent:
        if callback.applied:
            # Without a token the newest attempt is meant: the first, in the first round.
            applied[callback.job_id, callback.attempt or 1].append(callback.status)
        else:
            assert callback.reason in ("duplicate", "contradicted", "superseded", "late")
    for job_id, job in jobs.items():
        for attempt in job["attempts"]:
            outcomes = applied.pop((job_id, attempt["number"]))
            assert outcomes == [attempt["outcome"]], f"{job_id}, {attempt['number']}: {outcomes}"
    assert not applied, "applied to attempts that are not there"


def check_trail(folder: Path, sent: list[Sent]) -> None:
    """Every callback is on the trail, and one end per attempt."""
    check_story(folder)
    documents = check_chain(trail(folder))
    received = [d["data"] for d in documents if d["type"] == "feedscript.callback.received"]
    assert len(received) == len(sent)
    assert sum(data["applied"] for data in received) == sum(callback.applied for callback in sent)
    ends = [
        (d["subject"], d["data"]["event"]["attempt"])
        for d in documents
        if d["type"] in ("feedscript.job.generation_succeeded", "feedscript.job.generation_failed")
    ]
    assert len(ends) == len(set(ends))
