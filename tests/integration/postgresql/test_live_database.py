"""The service as a user starts it, with everything that is kept in a database."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import requests
from click.testing import CliRunner, Result

from feedscript.entrypoints.cli import main
from feedscript.testing.receiver import Receiver
from tests.integration.live_server import SERVE, LiveServer, free_port, poll, request_body, script
from tests.integration.working_host import WORKER, shared
from tests.postgresql_server import empty, server

PASSWORD = "database-password-that-nobody-may-see"
COUNTED = 'outcome="failed",partner="google",phase="feed_generation",reason="invalid_feed"} 1.0'
EXPORT = b"id,title,description,link,image_link,price,availability,brand\n" + b"".join(
    b"%d,A shirt %d,Of cotton,https://shop.example/p/%d,https://shop.example/i/%d.jpg,%d.50 EUR,in_stock,Acme\n"
    % (n, n, n, n, n)
    for n in range(1, 6)
)


@pytest.fixture
def url() -> Iterator[str]:
    empty(server().url())
    yield server().url()
    empty(server().url())


def feedscript(*arguments: str, **settings: str) -> Result:
    return CliRunner(env=settings).invoke(main, arguments)


def test_a_feed_is_made_and_checked_and_a_restart_knows_all(url: str, tmp_path: Path) -> None:
    # The server asks for none, and takes any.
    named = url.replace("tests@", f"tests:{PASSWORD}@")
    settings = {"STORAGE": "postgresql", "DATABASE_URL": named, "PYTHONPATH": ":".join(sys.path)}
    receiver = Receiver()
    with LiveServer(tmp_path, SERVE, WORKERS="1", **settings) as live:
        assert live.get("/ready").json()["database"] == "ok"
        live.put_object("bucket/export.csv", EXPORT)
        body = request_body(job_id="order 7", callback_url=receiver.url)
        made = live.post("/api/feed/generate", body)
        assert made.status_code == 202, made.text
        job_id = made.json()["job_id"]
        again = live.post("/api/feed/generate", body)
        assert (again.json()["job_id"], again.json()["deduplicated"]) == (job_id, True)
        live.reaches(job_id, "generated")
        live.stop()
        live.start()
        validate = request_body(
            job_id=job_id,
            source_s3_path="s3://bucket/feed.csv",
            destination_s3_path="s3://bucket/report.json",
        )
        assert live.post("/api/feed/validate", validate).status_code == 202
        live.reaches(job_id, "validated", "validation_failed")
        both = {f"{job_id}/1/generated", f"{job_id}/2/validated"}
        poll(lambda: {name for name, _ in receiver.received} == both)
        (listed,) = live.get("/api/feed/jobs?reference=order+7").json()["jobs"]
        assert listed["id"] == job_id
        trail = [
            entry["type"] for entry in live.get(f"/api/feed/jobs/{job_id}/activities").json()["activities"]
        ]
        assert trail.count("feedscript.job.generation_started") == 1
        elsewhere = tmp_path / "elsewhere"
        elsewhere.mkdir()
        refused = subprocess.run(
            SERVE, cwd=elsewhere, env=settings, capture_output=True, text=True, check=False
        )
        assert refused.returncode == 74
        assert re.search("is used by the service on .*one machine at a time", refused.stderr), refused.stderr
    receiver.close()
    written = [path for path in tmp_path.rglob("*") if path.is_file() and not path.is_symlink()]
    assert [path for path in written if path.name == "server.log"]
    assert not [path for path in written if PASSWORD.encode() in path.read_bytes()]
    verified = feedscript("audit", "verify", **settings)
    assert verified.exit_code == 0, verified.output
    assert "whole: " in verified.stdout
    assert not list(tmp_path.glob("activities/*")), "nothing of the trail is in folders"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("UPDATE activity SET line = replace(line, 'order 7', 'order 8')")
    broken = feedscript("audit", "verify", **settings)
    assert (broken.exit_code, "activity:" in broken.stderr) == (1, True)


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"STORAGE": "postgresql"}, "bad settings: DATABASE_URL='': it must name the database"),
        (
            {"STORAGE": "postgresql", "DATABASE_URL": "my secret"},
            "bad settings: DATABASE_URL=(hidden): not of",
        ),
        ({"STORAGE": "sqlite"}, "bad settings: STORAGE='sqlite'"),
    ],
)
def test_what_cannot_work_is_one_clear_line(settings: dict[str, str], told: str) -> None:
    ended = feedscript("audit", "list", **settings)
    assert ended.exit_code == 2
    assert ended.stderr.startswith(f"feedscript: {told}"), ended.stderr
    assert ended.stderr.count("\n") == 1
    assert "secret" not in ended.stderr


def test_a_database_is_made_ready_once_and_checked(tmp_path: Path) -> None:
    with psycopg.connect(server().url("postgres"), autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS fresh")
        connection.execute("CREATE DATABASE fresh")
    settings = {"DATABASE_URL": server().url("fresh")}
    unready = feedscript("db", "check", **settings)
    assert unready.exit_code == 74
    assert (
        "its schema is at 0, and this version of feedscript needs 6: run `feedscript db upgrade`"
        in unready.stderr
    )
    listed = feedscript("webhooks", "list", STORAGE="postgresql", **settings)
    assert (listed.exit_code, listed.stdout) == (74, "")
    assert listed.stderr.count("run `feedscript db upgrade`") == 1
    checked = feedscript("check", "--offline", STORAGE="postgresql", **settings)
    assert re.search("error *database: .*run `feedscript db upgrade`", checked.stdout), checked.output
    assert feedscript("db", "upgrade", **settings).stdout == (
        "0001: jobs_and_trail\n0002: hosts_and_attempts\n0003: listings_by_time\n"
        "0004: changes_in_one_statement\n0005: claims_from_lines\n0006: a_claim_begins\n"
        "made the tables of Procrastinate\nthe schema is at 6\n"
    )
    assert feedscript("db", "upgrade", **settings).stdout == "the schema is at 6\n"
    assert feedscript("db", "check", **settings).stdout == "the schema is at 6, as it should be\n"
    checked = feedscript("check", "--offline", STORAGE="postgresql", **settings)
    assert re.search("ok *database: nothing is wrong", checked.stdout), checked.output
    hosts = {"STORAGE": "postgresql", "EXECUTOR": "procrastinate", "SERVICE_SECRET": "s" * 32, **settings}
    checked = feedscript("check", "--offline", **hosts)
    assert re.search("warning *database: .*OBJECT_STORE=local", checked.stdout), checked.output
    checked = feedscript("check", "--offline", OBJECT_STORE="s3", **hosts)
    assert re.search("ok *database: nothing is wrong", checked.stdout), checked.output
    with psycopg.connect(settings["DATABASE_URL"], autocommit=True) as connection:
        connection.execute("DROP TABLE procrastinate_jobs CASCADE")
    refused = feedscript("db", "check", **settings)
    assert (refused.exit_code, "no tables of Procrastinate" in refused.stderr) == (74, True), refused.stderr
    ended = subprocess.run(
        WORKER, check=False, env={**os.environ, **hosts}, cwd=tmp_path, capture_output=True, timeout=60
    )
    assert (ended.returncode, b"no tables of Procrastinate" in ended.stderr) == (74, True), ended.stderr
    checked = feedscript("check", "--offline", OBJECT_STORE="s3", **hosts)
    assert re.search("error *database: .*no tables of Procrastinate", checked.stdout), checked.output
    with psycopg.connect(settings["DATABASE_URL"], autocommit=True) as connection:
        connection.execute("INSERT INTO schema_version (version, name) VALUES (9000, 'of tomorrow')")
    for command in ("check", "upgrade"):
        refused = feedscript("db", command, **settings)
        assert (refused.exit_code, "of a later version" in refused.stderr) == (74, True), refused.stderr


def test_a_script_that_ends_while_the_database_is_away_is_not_forgotten(url: str, tmp_path: Path) -> None:
    waits = script(tmp_path, f"while [ ! -e {tmp_path}/go ]; do sleep 0.05; done; exit 65")
    settings = {"STORAGE": "postgresql", "DATABASE_URL": url, "PYTHONPATH": ":".join(sys.path)}
    with LiveServer(tmp_path, SERVE, GENERATE_COMMAND=waits, WORKERS="1", **settings) as live:
        job_id = live.post("/api/feed/generate", request_body()).json()["job_id"]
        poll(lambda: live.job(job_id)["attempts"][0].get("started_at"))
        server().stop()
        try:
            ready = live.get("/ready")
            assert (ready.status_code, ready.json()["database"]) == (503, "unavailable")
            (tmp_path / "go").touch()
            poll(lambda: "is not recorded yet" in (tmp_path / "server.log").read_text())
        finally:
            server().start()
        poll(lambda: live.get("/ready").ok)
        ended = live.reaches(job_id, "generation_failed")
        assert ended["attempts"][0]["reason"] == "invalid_feed"
        assert live.get("/ready").json()["database"] == "ok"


def test_a_server_beside_hosts_tells_that_the_database_is_away(url: str, tmp_path: Path) -> None:
    with LiveServer(tmp_path, SERVE, WORKERS="1", **shared(url, lease=8)) as live:
        assert live.get("/ready").json()["database"] == "ok"
        server().stop()
        try:
            ready = live.get("/ready")
        finally:
            server().start()
        assert (ready.status_code, ready.json()["database"]) == (503, "unavailable")
        assert (ready.json()["ready"], ready.json()["scripts"]["capacity"]) == (False, 0)
        poll(lambda: live.get("/ready").json()["database"] == "ok")


def test_a_worker_tells_the_end_that_it_has_recorded(url: str, tmp_path: Path) -> None:
    port = free_port()
    settings = {**shared(url, lease=8), "GENERATE_COMMAND": script(tmp_path, "exit 65")}
    own = tmp_path / "host"
    own.mkdir()
    worker = subprocess.Popen(
        [*WORKER, "--metrics", str(port)], cwd=own, env={**os.environ, **settings}, stderr=subprocess.DEVNULL
    )
    try:
        with LiveServer(tmp_path, SERVE, WORKERS="1", **settings) as live:
            job_id = live.post("/api/feed/generate", request_body(partner_id="google")).json()["job_id"]
            live.reaches(job_id, "generation_failed")
            poll(lambda: COUNTED in requests.get(f"http://127.0.0.1:{port}/metrics", timeout=5).text)
            assert COUNTED not in live.get("/metrics").text
    finally:
        worker.terminate()
        assert worker.wait(30) == 0


@pytest.mark.parametrize("address", ["", "metrics", "here:", "9108x", "0", "65536", "-1"])
def test_what_is_no_address_is_told(address: str) -> None:
    told = feedscript("worker", "--metrics", address)
    assert told.exit_code == 2
    assert "is no port, and no host and port, such as 9108" in told.output
