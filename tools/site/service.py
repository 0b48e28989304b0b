"""The service in the build's own process: what it serves is what the site shows of it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.serving import make_server

from feedscript.entrypoints.container import Container
from feedscript.entrypoints.http import create_app
from feedscript.entrypoints.settings import Settings
from feedscript.testing.fakes import RecordingNotifier, ScriptedExecutor

_FAILED = "104 of 279 items have errors: google.price.missing_required x61, google.gtin.bad_check_digit x43"


@contextmanager
def service() -> Iterator[tuple[Flask, ScriptedExecutor]]:
    """The application over a folder of its own, and the executor by which its jobs are begun and ended."""
    with TemporaryDirectory() as folder:
        places = {
            f"{name}_dir": Path(folder) / name for name in ("jobs", "activities", "runs", "logs", "config")
        }
        kept = Settings(**places, object_store_root=Path(folder) / "objects", log_level="ERROR")
        container = Container(settings=kept)
        executor = ScriptedExecutor()
        with container.executor.override(executor), container.notifier.override(RecordingNotifier()):
            yield create_app(container), executor


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """The application at an address of this machine."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()


def with_jobs(client: FlaskClient, executor: ScriptedExecutor) -> str:
    """Let a few jobs of two merchants come to different ends; answers the address of one that has both phases."""
    checked = _start(client, "generate", "monday", "kitchen", "google")
    _end(executor, checked, 1, {"items_written": 279, "destination_s3_path": "s3://shop/monday.csv"})
    _start(client, "validate", "monday", "kitchen", "google")
    executor.logs[checked, 2] = "checking s3://shop/monday.csv against google 2026-11\n279 items read\n"
    _end(executor, checked, 2, {"items": 279, "errors": 104}, exit_code=65)
    other = _start(client, "generate", "tuesday", "kitchen", "meta")
    _end(executor, other, 1, {"items_written": 277, "destination_s3_path": "s3://shop/tuesday.csv"})
    running = _start(client, "generate", "1", "outdoor", "awin")
    executor.begin(running, 1)
    executor.told[running, 1] = {"percent": 40, "rows": 120_000}
    _start(client, "generate", "2", "outdoor", "idealo")
    return checked


def _start(client: FlaskClient, call: str, reference: str, merchant: str, partner: str) -> str:
    body = {
        "job_id": reference, "affiliate_merchant_id": merchant, "partner_id": partner,
        "destination_s3_path": f"s3://shop/{reference}.{'csv' if call == 'generate' else 'json'}",
    }  # fmt: skip
    if call == "generate":
        body["source_s3_path"] = "s3://shop/export.csv"
    answer = client.post(f"/api/feed/{call}", json=body)
    assert answer.json is not None and answer.status_code == 202, answer.text  # noqa: PLR2004, PT018
    return str(answer.json["job_id"])


def _end(
    executor: ScriptedExecutor, job_id: str, attempt: int, result: Mapping[str, Any], exit_code: int = 0
) -> None:
    executor.begin(job_id, attempt)
    executor.end(job_id, attempt, exit_code=exit_code, result=result, error=_FAILED if exit_code else "")
