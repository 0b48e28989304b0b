"""The service as its users run it: real processes, real files, real sockets."""

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.integration.live_merchant import Merchant
from tests.integration.live_server import (
    FLASK_RUN,
    PATIENCE,
    PYTHON_APP,
    ROOT,
    SERVE,
    LiveServer,
    poll,
    request_body,
    script,
)

SAMPLES = ROOT / "samples"
COUNTING = 'echo "$FEEDSCRIPT_JOB_ID $FEEDSCRIPT_ATTEMPT" >> "$HOME/runs.txt"'


def runs_of(folder: Path) -> list[str]:
    path = folder / "runs.txt"
    return path.read_text().splitlines() if path.exists() else []


@pytest.mark.parametrize("command", [PYTHON_APP, FLASK_RUN, SERVE], ids=["app.py", "flask run", "serve"])
def test_an_export_becomes_a_feed_and_is_validated(tmp_path: Path, command: tuple[str, ...]) -> None:
    with LiveServer(tmp_path, command) as server:
        server.put_object("bucket/export.csv", (SAMPLES / "merchant-export.csv").read_bytes())
        own = f"http://localhost:{server.port}/api/callback/feed"
        body = request_body(job_id=7, partner_id=3, callback_url=own)

        accepted = server.post("/api/feed/generate", body)
        assert accepted.status_code == 202
        assert accepted.json()["message"] == "Generation job accepted"
        job_id = accepted.json()["job_id"]
        job = server.reaches(job_id, "generated", "generation_failed")
        assert job["status"] == "generated"
        assert job["id"] == job_id
        assert job["partner_id"] == "3"
        assert (tmp_path / "objects/bucket/feed.csv").read_text().startswith("id,")

        del body["source_s3_path"]
        wanted = body | {"destination_s3_path": "s3://bucket/report.json"}
        assert server.post("/api/feed/validate", wanted).json()["job_id"] == job_id
        assert server.reaches(job_id, "validated", "validation_failed")["status"] == "validated"
        assert server.get(f"/api/feed/jobs/{job_id}/report").json()["summary"]["items_total"] > 200
        page = server.get(f"/api/feed/jobs/{job_id}/report?format=html")
        assert page.headers["Content-Type"].startswith("text/html")
        assert "<title>" in page.text

        entered = [a["type"] for a in server.get(f"/api/feed/jobs/{job_id}/activities").json()["activities"]]
        for kind in ("job.generation_started", "job.script_started", "job.generation_succeeded", "api.call"):
            assert f"feedscript.{kind}" in entered
        assert entered.count("feedscript.callback.received") == 2


def test_a_broken_feed_fails_with_its_report_and_is_retried_by_the_same_call(merchant: Merchant) -> None:
    merchant.put("export.csv", (SAMPLES / "broken-feed.csv").read_bytes())
    wanted = {"job_id": "broken", "destination_s3_path": merchant.at("report.json")}
    job = merchant.validated(**wanted)
    assert job["status"] == "validation_failed"
    assert job["reason"] == "invalid_feed"
    assert "items have errors" in job["error"]
    assert merchant.report(job["id"])["status"] == "failed"
    assert job["retry_count"] == 0

    again = merchant.validate(**wanted)
    assert again.status_code == 202
    assert again.json()["job_id"] == job["id"]
    assert merchant.server.job(job["id"])["retry_count"] == 1
    job = merchant.server.reaches(job["id"], "validation_failed")
    assert [a["retry"] for a in job["attempts"]] == [False, True]


def test_a_report_never_replaces_the_feed_that_it_is_about(merchant: Merchant) -> None:
    feed = (SAMPLES / "broken-feed.csv").read_bytes()
    merchant.put("feed.csv", feed)
    job = merchant.validated(source_s3_path=merchant.at("feed.csv"))
    assert job["status"] == "validation_failed"
    assert (merchant.folder / "feed.csv").read_bytes() == feed
    assert job["job_data"]["result"]["report_s3_path"] == merchant.at("feed.csv.report.json")


MERCHANTS_WISHES = """
mapping:
  attributes:
    brand: {constant: Fernhollow}
validation:
  findings: true
  severities: {google.title.all_caps: info}
"""


def test_a_merchants_wishes_are_kept(merchant: Merchant) -> None:
    merchant.configure(MERCHANTS_WISHES)
    merchant.put("export.csv", (SAMPLES / "merchant-export.csv").read_bytes())
    job = merchant.generated(job_id=1)
    assert job["status"] == "generated"
    feed = (merchant.folder / "feed.csv").read_text()
    assert "Fernhollow" in feed.splitlines()[1]
    wanted = {
        "source_s3_path": merchant.at("feed.csv"),
        "destination_s3_path": merchant.at("report.json"),
    }
    assert merchant.validated(job_id=1, **wanted)["status"] == "validated"
    report = merchant.report(job["id"])
    assert {i["rule_id"]: i["severity"] for i in report["issues"]}["google.title.all_caps"] == "info"
    assert (merchant.folder / "report.findings.jsonl.gz").exists()
    assert report["artifacts"]["issues_jsonl"] == merchant.at("report.findings.jsonl.gz")

    merchant.configure("validation: {fail_on: never}")
    job = merchant.validated(job_id=2, **wanted)
    assert job["reason"] == "bad_config"
    assert job["error"].startswith(f"config/merchants/{merchant.name}.yaml:1: validation.fail_on")


def test_a_missing_source_says_so(merchant: Merchant) -> None:
    job = merchant.generated()
    assert job["reason"] == "source_unavailable"
    assert merchant.at("export.csv") in job["error"]


def test_a_repeated_post_starts_no_second_script(scripted: LiveServer) -> None:
    merchant = Merchant(scripted)
    merchant.script(
        f'{COUNTING}\nwhile [ ! -e "$HOME/go" ]; do sleep 0.05; done\necho {{}} > "$FEEDSCRIPT_RESULT_FILE"'
    )
    job_id = merchant.generate(job_id=1).json()["job_id"]
    poll(lambda: runs_of(scripted.folder) or None)
    again = merchant.generate(job_id=1)
    assert (again.status_code, again.json()["deduplicated"]) == (200, True)
    other = merchant.generate(job_id=1, source_s3_path=merchant.at("other.csv"))
    assert (other.status_code, other.json()["code"]) == (409, "in_flight")
    (scripted.folder / "go").touch()
    scripted.reaches(job_id, "generated")
    assert runs_of(scripted.folder) == [f"{job_id} 1"]


def test_a_callback_by_hand_moves_a_job_whose_script_left_the_outcome_to_the_caller(
    scripted: LiveServer,
) -> None:
    job_id = Merchant(scripted).generate(job_id=1).json()["job_id"]
    poll(lambda: scripted.job(job_id)["attempts"][0].get("exited_at"))
    assert scripted.job(job_id)["status"] == "generating"
    callback = {
        "job_id": job_id,
        "type": "feed_generation",
        "status": "success",
        "result": {"destination_s3_path": "s3://bucket/elsewhere.csv"},
        "err": "",
    }
    first, second = (scripted.post("/api/callback/feed", callback) for _ in range(2))
    assert (first.status_code, first.json()) == (200, {"received": True, "applied": True, "reason": None})
    assert (second.status_code, second.json()) == (
        200,
        {"received": True, "applied": False, "reason": "duplicate"},
    )
    job = scripted.job(job_id)
    assert job["status"] == "generated"
    assert job["job_data"]["result"] == {"destination_s3_path": "s3://bucket/elsewhere.csv"}


def test_a_silent_script_fails_when_the_grace_is_over(tmp_path: Path) -> None:
    with LiveServer(tmp_path, GENERATE_COMMAND="true", CALLBACK_GRACE="0.5") as server:
        job_id = server.post("/api/feed/generate", request_body()).json()["job_id"]
        assert server.reaches(job_id, "generation_failed")["reason"] == "no_callback"


def test_twenty_racing_callers_make_one_job_and_one_script(tmp_path: Path) -> None:
    command = script(tmp_path, f'{COUNTING}\necho {{}} > "$FEEDSCRIPT_RESULT_FILE"')
    start = threading.Barrier(20)
    with LiveServer(tmp_path, SERVE, GENERATE_COMMAND=command, HOME=str(tmp_path), WORKERS="4") as server:

        def post_once(_: int) -> tuple[int, str]:
            start.wait(PATIENCE)
            answer = server.post("/api/feed/generate", request_body(job_id="race"))
            return answer.status_code, answer.json()["job_id"]

        with ThreadPoolExecutor(start.parties) as racers:
            seen = [*racers.map(post_once, range(start.parties))]
        assert sorted(status for status, _ in seen) == [200] * 19 + [202]
        (job_id,) = {job for _, job in seen}
        server.reaches(job_id, "generated")
        assert runs_of(tmp_path) == [f"{job_id} 1"]
        assert len(server.get("/api/feed/jobs").json()["jobs"]) == 1


def test_a_restart_in_the_middle_loses_nothing(tmp_path: Path) -> None:
    text = (
        f'{COUNTING}\nwhile [ ! -e "$HOME/go" ]; do sleep 0.05; done\necho {{}} > "$FEEDSCRIPT_RESULT_FILE"'
    )
    settings = {
        "GENERATE_COMMAND": script(tmp_path, text),
        "HOME": str(tmp_path),
        "MAX_CONCURRENT_SCRIPTS": "1",
        "DRAIN_GRACE": "0",
    }
    with LiveServer(tmp_path, SERVE, **settings) as server:
        ids = [
            server.post(
                "/api/feed/generate", request_body(job_id=n, destination_s3_path=f"s3://bucket/{n}.csv")
            ).json()["job_id"]
            for n in range(3)
        ]
        poll(lambda: runs_of(tmp_path) or None)
        server.stop()
        server.start()
        assert {server.job(job_id)["status"] for job_id in ids} == {"generating"}
        (tmp_path / "go").touch()
        for job_id in ids:
            assert server.reaches(job_id, "generated", "generation_failed")["status"] == "generated"
        assert sorted(runs_of(tmp_path)) == sorted(f"{job_id} 1" for job_id in ids)


def test_cancelling_ends_the_script_and_the_job_can_be_retried(scripted: LiveServer) -> None:
    merchant = Merchant(scripted)
    merchant.script("sleep 60")
    job_id = merchant.generate(job_id=1).json()["job_id"]
    poll(lambda: scripted.job(job_id)["attempts"][0].get("started_at"))
    cancelled = scripted.post(f"/api/feed/cancel/{job_id}", {})
    assert (cancelled.status_code, cancelled.json()["reason"]) == (200, "cancelled")
    poll(lambda: scripted.job(job_id)["attempts"][0].get("exited_at"))
    assert scripted.post(f"/api/feed/cancel/{job_id}", {}).json()["code"] == "not_in_flight"
    assert merchant.generate(job_id=1).status_code == 202
    assert scripted.post(f"/api/feed/cancel/{job_id}", {}).status_code == 200
    poll(lambda: not list((scripted.folder / "runs").glob(f"{job_id}.*")))


def test_a_caller_is_told_of_the_outcome(live: LiveServer, scripted: LiveServer) -> None:
    merchant = Merchant(scripted)
    merchant.script('echo {} > "$FEEDSCRIPT_RESULT_FILE"')
    # Another service's callback endpoint stands in for the caller's own.
    job_id = merchant.generated(callback_url=f"{live.base}/api/callback/feed")["id"]
    sent = poll(
        lambda: next(
            (
                a["data"]
                for a in scripted.get(f"/api/feed/jobs/{job_id}/activities").json()["activities"]
                if a["type"] == "feedscript.notification.sent"
            ),
            None,
        )
    )
    # The stand-in does not know the job, so it was reached and said 404: the next try is scheduled.
    # What it said is not for those who name addresses.
    assert (sent["delivered"], sent["given_up"]) == (False, False)
    assert "404" not in str(sent)


def test_the_script_of_the_documentation_keeps_the_contract(tmp_path: Path) -> None:
    manual = (ROOT / "docs/scripts.md").read_text()
    command = tmp_path / "copy-feed.sh"
    command.write_text(manual.split("```sh\n")[1].split("```")[0])
    command.chmod(0o755)
    assert len(command.read_text().splitlines()) <= 10
    with LiveServer(
        tmp_path, GENERATE_COMMAND=str(command), SCRIPT_ENVIRONMENT="STORE", STORE=str(tmp_path / "objects")
    ) as server:
        server.put_object("bucket/export.csv", b"id\n1\n")
        job_id = server.post("/api/feed/generate", request_body()).json()["job_id"]
        job = server.reaches(job_id, "generated", "generation_failed")
        assert job["status"] == "generated", job
        log = server.get(f"/api/feed/jobs/{job_id}/logs").json()
        assert "s3://bucket/export.csv" in log["text"]


def test_a_command_may_call_a_built_in_script(tmp_path: Path) -> None:
    command = script(tmp_path, f"exec {sys.executable} -m feedscript.entrypoints.scripts.validate")
    with LiveServer(
        tmp_path,
        VALIDATE_COMMAND=command,
        SCRIPT_ENVIRONMENT="OBJECT_STORE_ROOT",
        OBJECT_STORE_ROOT=str(tmp_path / "objects"),
    ) as server:
        server.put_object("bucket/export.csv", b"id\n1\n")
        job_id = server.post("/api/feed/validate", request_body()).json()["job_id"]
        job = server.reaches(job_id, "validated", "validation_failed")
        assert (job["status"], job["reason"]) == ("validation_failed", "invalid_feed"), job


@pytest.mark.parametrize("command", [PYTHON_APP, SERVE, FLASK_RUN], ids=["app.py", "serve", "flask run"])
def test_a_bad_setting_is_one_clear_line(tmp_path: Path, command: tuple[str, ...]) -> None:
    """However the server is started; of the other settings `test_settings_refusals` tells."""
    ended = subprocess.run(
        command,
        cwd=tmp_path,
        env={"PORT": "many", "FLASK_APP": str(ROOT / "app.py")},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert ended.returncode == 2, ended.stderr
    assert len(ended.stderr.splitlines()) == 1
    assert "PORT" in ended.stderr


def test_importing_the_domain_pulls_in_the_standard_library_alone() -> None:
    code = (
        "import sys; before = set(sys.modules); import feedscript.domain; "
        "print({m.partition('.')[0] for m in set(sys.modules) - before} - set(sys.stdlib_module_names))"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert ended.stdout.strip() == "{'feedscript'}"
