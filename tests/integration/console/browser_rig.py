"""A server with jobs of every kind, and a real browser before it."""

import gzip
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from feedscript.feeds import Policy, render_html, validate
from tests.integration.live_server import ROOT, LiveServer, poll, request_body, script

KEY = "a-key-of-the-operators"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
HEADERS = {"X-API-Key": KEY}
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
#: Ends by itself only where the test says so; else it tells what a validation of its feed has told.
SCRIPT = """
echo "the first line"
if [ "$FEEDSCRIPT_TYPE" = feed_validation ]; then cat "{folder}/result.json" > "$FEEDSCRIPT_RESULT_FILE"; exit 65; fi
while [ ! -e "{folder}/go-on" ]; do sleep 0.05; done
echo "the last line"
echo '{{"destination_s3_path": "s3://bucket/feed.csv", "items_written": 7}}' > "$FEEDSCRIPT_RESULT_FILE"
"""
MISTAKEN = "mapping:\n  attributes:\n    titel: {column: name}\n"


@dataclass
class Scene:
    """A running server, and the jobs that it has; `beyond` is an item that no sample of the report shows."""

    server: LiveServer
    folder: Path
    checked: str
    running: str
    beyond: str

    def go_on(self) -> None:
        """Let the generations end."""
        (self.folder / "go-on").touch()


@contextmanager
def scene(folder: Path) -> Iterator[Scene]:
    command = script(folder, SCRIPT.format(folder=folder))
    keys = {"API_KEYS": f"ops={KEY}", "CALLBACK_GRACE": "0", "DRAIN_GRACE": "0"}
    with LiveServer(
        folder, WORKERS="1", GENERATE_COMMAND=command, VALIDATE_COMMAND=command, **keys
    ) as server:
        beyond = _put_report(server, folder)
        merchants = folder / "config" / "merchants"
        merchants.mkdir(parents=True)
        (merchants / "mistaken.yaml").write_text(MISTAKEN)
        body = request_body(
            destination_s3_path="s3://bucket/report.json", job_id="checked", partner_id="google"
        )
        checked = server.post("/api/feed/validate", body, **HEADERS).json()["job_id"]
        poll(lambda: _status(server, checked) == "validation_failed")
        body = request_body(job_id="running", affiliate_merchant_id="m2")
        running = server.post("/api/feed/generate", body, **HEADERS).json()["job_id"]
        made = Scene(server, folder, checked, running, beyond)
        yield made
        made.go_on()


def _status(server: LiveServer, job_id: str) -> str:
    status: str = requests.get(f"{server.base}/api/feed/status/{job_id}", headers=HEADERS, timeout=30).json()[
        "status"
    ]
    return status


def _put_report(server: LiveServer, folder: Path) -> str:
    """Put a report where the validation says that it is; answers an item that only the list of all findings has."""
    findings = folder / "findings.jsonl.gz"
    feed = ROOT / "samples" / "broken-feed.csv"
    report = validate(
        feed, uri="s3://bucket/export.csv", findings=findings, policy=Policy(samples_per_rule=1)
    )
    artifacts = {"issues_jsonl": "s3://bucket/report.findings.jsonl.gz"}
    document = report.document() | {"artifacts": artifacts, "warnings": []}
    page = render_html(document)
    server.put_object("bucket/report.json", json.dumps(document).encode())
    server.put_object("bucket/report.html", page.encode())
    server.put_object("bucket/report.findings.jsonl.gz", findings.read_bytes())
    told = {
        "report_s3_path": "s3://bucket/report.json",
        "html_s3_path": "s3://bucket/report.html",
        "findings_s3_path": artifacts["issues_jsonl"],
        "headline": report.headline(),
        "summary": document["summary"],
    }
    (folder / "result.json").write_text(json.dumps(told))
    listed = (json.loads(line)["item_id"] for line in gzip.decompress(findings.read_bytes()).splitlines())
    return next(item_id for item_id in listed if item_id and item_id not in page)


@contextmanager
def chromium() -> Iterator[object]:
    """The machine's own Chromium, driven by Playwright."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("there is no chromium here (apt-get install chromium)")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()
