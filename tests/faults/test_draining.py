"""SIGTERM: new jobs are refused, everything else is answered while scripts end, and nothing is lost."""

import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
import requests

from tests.faults import processes
from tests.integration.live_server import PYTHON_APP, SERVE, LiveServer, poll, request_body, script

pytestmark = pytest.mark.alone
CALLER = Path(__file__).with_name("user_script.py")
BODY = request_body(source_s3_path="s3://bucket/callback")


def make_server(folder: Path, command: Sequence[str], **settings: str) -> LiveServer:
    text = f"while [ ! -e {folder}/go ]; do sleep 0.02; done; exec {sys.executable} -I -S {CALLER}"
    return LiveServer(
        folder,
        command,
        GENERATE_COMMAND=script(folder, text),
        SCRIPT_ENVIRONMENT="MARKS",
        MARKS=str(folder / "marks"),
        MAX_CONCURRENT_SCRIPTS="1",
        **settings,
    )


def terminate(server: LiveServer) -> None:
    assert server._process is not None
    server._process.terminate()


def ended(server: LiveServer) -> bool:
    assert server._process is not None
    return server._process.poll() is not None


def start_job(server: LiveServer, reference: str) -> str:
    own = {"job_id": reference, "destination_s3_path": f"s3://bucket/{reference}.csv"}
    answer = server.post("/api/feed/generate", {**BODY, **own})
    assert answer.status_code == 202, answer.text
    job_id: str = answer.json()["job_id"]
    return job_id


def runs(folder: Path) -> list[str]:
    return (folder / "marks").read_text().splitlines()


@pytest.mark.parametrize("command", [SERVE, PYTHON_APP], ids=["serve", "app.py"])
def test_what_runs_may_end_and_report_while_new_jobs_are_refused(
    tmp_path: Path, command: Sequence[str]
) -> None:
    with make_server(tmp_path, command, DRAIN_GRACE="20") as server:
        running, queued = start_job(server, "running"), start_job(server, "queued")
        poll(lambda: server.job(running)["attempts"][0].get("started_at"))
        terminate(server)
        accepted = []

        def refusal() -> list[requests.Response]:
            answer = server.post("/api/feed/generate", {**BODY, "job_id": f"late-{len(accepted)}"})
            if answer.status_code == 202:
                accepted.append(answer.json()["job_id"])
            return [answer] if answer.status_code == 503 else []

        (refused,) = poll(refusal)
        assert refused.headers["Content-Type"] == "application/problem+json"
        assert refused.json()["code"] == "draining"
        assert int(refused.headers["Retry-After"]) > 0
        assert server.job(running)["status"] == "generating"
        ready = server.get("/ready")
        assert (ready.status_code, ready.json()["draining"]) == (503, True)
        (tmp_path / "go").touch()
        poll(lambda: ended(server))
        assert len(runs(tmp_path)) == 1
        server.stop()
        server.start()
        job = server.reaches(running, "generated")
        assert len(job["attempts"]) == 1
        assert job["attempts"][0]["exit_code"] == 0
        for job_id in (queued, *accepted):
            server.reaches(job_id, "generated")
        assert len(runs(tmp_path)) == 2 + len(accepted)


@pytest.mark.parametrize("command", [SERVE, PYTHON_APP], ids=["serve", "app.py"])
def test_what_outlives_the_grace_goes_on_and_is_adopted(tmp_path: Path, command: Sequence[str]) -> None:
    with make_server(tmp_path, command, DRAIN_GRACE="0.5") as server:
        job_id = start_job(server, "long")
        poll(lambda: server.job(job_id)["attempts"][0].get("started_at"))
        terminate(server)
        poll(lambda: ended(server))
        assert processes.scripts(tmp_path), "the script goes on"
        server.stop()
        server.start()
        assert server.job(job_id)["status"] == "generating"
        (tmp_path / "go").touch()
        job = server.reaches(job_id, "generated")
        assert len(job["attempts"]) == 1
        assert runs(tmp_path) == [f"{job_id} 1"]
    poll(lambda: not processes.everything(tmp_path))
