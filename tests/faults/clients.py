"""Clients that remember what was acknowledged to them: their history is the oracle."""

import random
import threading
import time
from dataclasses import dataclass, field
from typing import Any

import requests

from tests.faults.oracle import FINAL

PAUSE = 0.05


@dataclass
class History:
    """What the service has acknowledged, as the clients saw it."""

    jobs: dict[str, str] = field(default_factory=dict)
    """Reference -> job id."""
    starts: dict[str, set[str]] = field(default_factory=dict)
    """Job id -> the phases that were accepted."""
    cancelled: set[str] = field(default_factory=set)
    wrongs: list[str] = field(default_factory=list)
    answers: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def acknowledge(self, reference: str, phase: str, job_id: str) -> None:
        with self.lock:
            known = self.jobs.setdefault(reference, job_id)
            if known != job_id:
                self.wrongs.append(f"{reference} is {known} and {job_id}")
            self.starts.setdefault(job_id, set()).add(phase)

    def accepted(self) -> dict[str, set[str]]:
        """Job id -> the phases that were accepted so far."""
        with self.lock:
            return {job_id: set(phases) for job_id, phases in self.starts.items()}

    def acknowledged(self) -> set[str]:
        with self.lock:
            return set(self.jobs.values())


class Client(threading.Thread):
    """Starts jobs one after the other and follows each to its end, whatever happens to the service meanwhile."""

    def __init__(self, number: int, base: str, history: History, stopping: threading.Event) -> None:
        super().__init__(name=f"client-{number}", daemon=True)
        self._number = number
        self._base = base
        self._history = history
        self._stopping = stopping
        self._random = random.Random(number)

    def run(self) -> None:
        n = 0
        try:
            while not self._stopping.is_set():
                n += 1
                self._one_job(f"c{self._number}-{n}")
        except Exception as error:  # noqa: BLE001 - told by the test, which ends with it
            self._history.wrongs.append(f"{self.name}: {type(error).__name__}: {error}")

    def _one_job(self, reference: str) -> None:
        behaviour = self._random.choice(["result", "callback", "callback", "fail", "transient", "slow"])
        body = {
            "job_id": reference,
            "affiliate_merchant_id": f"m{self._number % 3}",
            "source_s3_path": f"s3://bucket/{behaviour}",
            "destination_s3_path": f"s3://bucket/{reference}",
        }
        job_id = self._start("generate", body)
        if job_id is None:
            return
        if behaviour == "slow":
            self._cancel(job_id)
        if self._follow(job_id) == "generated" and self._random.random() < 0.5:
            self._start("validate", body | {"destination_s3_path": f"s3://bucket/{reference}.json"})
            self._follow(job_id)

    def _start(self, phase: str, body: dict[str, Any]) -> str | None:
        """Repeat the call until it is answered, however often."""
        while not self._stopping.is_set():
            answer = self._call("POST", f"/api/feed/{phase}", json=body)
            if answer is not None and answer.status_code in (200, 202):
                job_id: str = answer.json()["job_id"]
                self._history.acknowledge(body["job_id"], phase, job_id)
                return job_id
        return None

    def _cancel(self, job_id: str) -> None:
        answer = self._call("POST", f"/api/feed/cancel/{job_id}")
        if answer is not None and answer.status_code == 200:
            self._history.cancelled.add(job_id)

    def _follow(self, job_id: str) -> str | None:
        while not self._stopping.is_set():
            answer = self._call("GET", f"/api/feed/status/{job_id}")
            if answer is not None and answer.status_code != 503:
                if answer.status_code != 200:
                    raise AssertionError(f"{job_id}: {answer.status_code} {answer.text}")
                job = answer.json()
                if job["status"] in FINAL and job["next_retry_at"] is None:
                    return str(job["status"])
            time.sleep(PAUSE)
        return None

    def _call(self, method: str, path: str, **arguments: Any) -> requests.Response | None:
        try:
            answer = requests.request(method, f"{self._base}{path}", timeout=10, **arguments)
        except requests.RequestException:
            time.sleep(PAUSE)
            return None
        self._history.answers += 1
        if answer.status_code >= 500 and answer.status_code not in (503, 507):
            self._history.wrongs.append(f"{method} {path}: {answer.status_code} {answer.text[:200]}")
        return answer
