"""Every storage call of every operation fails once, in every way: what was acknowledged holds, and a repeat goes on."""

import json
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.faults.extent import LONG, extent
from tests.faults.oracle import check_story, jobs_on_disk
from tests.faults.tracing import counted, injection, needs_strace, traced
from tests.integration.live_server import ROOT, SERVE, LiveServer, poll, request_body

pytestmark = needs_strace
FAULTS = ("error=EIO", "error=ENOSPC", "signal=KILL")
SAMPLE = extent("SYSCALL_FAULTS", short=24, long=100_000)
BEFORE = {"start": [], "callback": ["start"], "end": ["start", "begin"], "cancel": ["start"]}
AFTER = {
    "start": "generating",
    "callback": "generated",
    "end": "generated",
    "cancel": "generation_failed",
}


class Operator:
    """The process that carries operations out, each in a fork of its own."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "tests.faults.operations"]
        self._process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def _ask(self, line: str) -> str:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        answer: str = self._process.stdout.readline()
        assert answer, "the operator has died"
        return answer

    def do(self, what: str, folder: Path, *fault: str, trace: Path | None = None) -> dict[str, Any]:
        pid = int(self._ask(json.dumps({"folder": str(folder), "do": what})))
        if trace is None:
            answer = self._ask("go")
        else:
            with traced(pid, *fault, log=trace):
                answer = self._ask("go")
        document: dict[str, Any] = json.loads(answer)
        return document

    def close(self) -> None:
        self._process.communicate(timeout=30)


@pytest.fixture(scope="module")
def operator() -> Iterator[Operator]:
    operator = Operator()
    yield operator
    operator.close()


def jobs(folder: Path) -> dict[str, dict[str, Any]]:
    return jobs_on_disk(folder, "jobs_dir")


@pytest.mark.parametrize("operation", BEFORE)
def test_every_storage_call_may_fail(operator: Operator, tmp_path: Path, operation: str) -> None:
    template, trace = tmp_path / "template", tmp_path / "trace"
    template.mkdir()
    for earlier in BEFORE[operation]:
        assert operator.do(earlier, template)["acknowledged"]
    whole = tmp_path / "whole"
    shutil.copytree(template, whole, symlinks=True)
    assert operator.do(operation, whole, trace=trace)["acknowledged"]
    calls = counted(trace)
    assert calls["fsync"] >= 4, calls
    faults = [(call, n, fault) for call in calls for n in range(1, calls[call] + 1) for fault in FAULTS]
    chosen = faults if len(faults) <= SAMPLE else random.Random(operation).sample(faults, SAMPLE)
    for call, number, fault in chosen:
        folder = tmp_path / "case"
        shutil.copytree(template, folder, symlinks=True)
        try:
            check_case(operator, folder, operation, injection(call, number, fault), trace)
        except AssertionError as error:
            raise AssertionError(f"{operation}, {call} number {number}, {fault}: {error}") from error
        shutil.rmtree(folder)
    sys.stdout.write(f"{operation}: {len(chosen)} of {len(faults)} faults at {dict(calls)}\n")


def check_case(operator: Operator, folder: Path, operation: str, fault: list[str], trace: Path) -> None:
    known = jobs(folder)
    answer = operator.do(operation, folder, *fault, trace=trace)
    assert answer.get("error") != "no answer" or answer["status"] == 9, answer
    assert "defect" not in answer, answer["defect"]
    now = jobs(folder)
    if answer["acknowledged"]:
        (job,) = now.values()
        assert job["state"] == AFTER[operation], f"acknowledged, and {job['state']}"
    else:
        assert [job["state"] for job in now.values()] in (
            [job["state"] for job in known.values()],
            [AFTER[operation]],
        )
    recovered = operator.do("recover", folder)
    assert recovered["acknowledged"], recovered
    repeated = operator.do(operation, folder)
    assert repeated["acknowledged"], repeated
    (job,) = jobs(folder).values()
    assert job["state"] == AFTER[operation]
    assert len(job["attempts"]) == 1
    check_story(folder, jobs="jobs_dir", activities="activities_dir")


def test_every_storage_call_of_a_replay_may_fail(operator: Operator, tmp_path: Path) -> None:
    template, trace = tmp_path / "template", tmp_path / "trace"
    template.mkdir()
    assert operator.do("start", template)["acknowledged"]
    cut_power(template)
    whole = tmp_path / "whole"
    shutil.copytree(template, whole, symlinks=True)
    assert operator.do("come up", whole, trace=trace)["acknowledged"]
    calls = counted(trace)
    assert calls["syncfs"] == 2, calls
    faults = [(call, n, fault) for call in calls for n in range(1, calls[call] + 1) for fault in FAULTS]
    for call, number, fault in faults if len(faults) <= SAMPLE else random.Random(1).sample(faults, SAMPLE):
        folder = tmp_path / "case"
        shutil.copytree(template, folder, symlinks=True)
        answer = operator.do("come up", folder, *injection(call, number, fault), trace=trace)
        assert "defect" not in answer, (call, number, fault, answer["defect"])
        for again in ("come up", "recover", "start"):
            assert operator.do(again, folder)["acknowledged"], (call, number, fault, again)
        (job,) = jobs(folder).values()
        assert (job["state"], job["version"]) == ("generating", 1), (call, number, fault)
        check_story(folder, jobs="jobs_dir", activities="activities_dir")
        shutil.rmtree(folder)


def cut_power(folder: Path) -> None:
    """Take back what the only process, which is gone, has written and not synced, as at the worst power cut."""
    (job,), (segment,) = folder.glob("jobs_dir/*/*/*/*.json"), folder.glob("activities_dir/*/*/*.jsonl")
    (journal,) = folder.glob("jobs_dir/journal/*.journal")
    for path in (*folder.glob("jobs_dir/open/*"), *folder.glob("jobs_dir/references/*")):
        path.unlink()
    job.chmod(0o600)
    job.write_bytes(b"\0" * job.stat().st_size)
    job.chmod(0o400)
    segment.write_bytes(b"")
    head, _, records = journal.read_bytes().partition(b"\n")
    journal.write_bytes(b" ".join([*head.split(b" ")[:-1], b"an-earlier-one"]) + b"\n" + records)


@pytest.mark.parametrize("server", range(extent("FSYNC_SERVERS", short=1, long=3)))
def test_a_server_whose_fsync_fails_acknowledges_nothing_and_is_replaced(tmp_path: Path, server: int) -> None:
    from tests.faults import processes

    with LiveServer(tmp_path, SERVE, WORKERS="1", GENERATE_COMMAND="true", CALLBACK_GRACE="600") as service:
        assert service._process is not None
        (worker,) = processes.workers(tmp_path, service._process.pid)
        with traced(worker, *injection("fsync", 1, "error=EIO"), log=tmp_path / "trace"):
            answer = service.post("/api/feed/generate", request_body(job_id="r1"))
            assert (answer.status_code, answer.json()["code"]) == (503, "storage_broken")
            poll(lambda: worker not in processes.workers(tmp_path, service._process.pid))  # type: ignore[union-attr]  # it runs
        poll(lambda: processes.workers(tmp_path, service._process.pid))  # type: ignore[union-attr]  # as above
        answer = poll_accepted(service)
        service.reaches(answer["job_id"], "generating")
        assert len(jobs_on_disk(tmp_path)) == 1
    assert "a fsync failed" in (tmp_path / "server.log").read_text()
    if not LONG:
        check_story(tmp_path)


def poll_accepted(service: LiveServer) -> dict[str, Any]:
    """The repeated call, once somebody answers it."""
    import requests

    def accepted() -> dict[str, Any] | None:
        try:
            answer = service.post("/api/feed/generate", request_body(job_id="r1"))
        except requests.ConnectionError:
            return None
        return answer.json() if answer.status_code in (200, 202) else None

    return poll(accepted)
