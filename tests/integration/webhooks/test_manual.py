"""The receiver of docs/webhooks.md does what the page says."""

import base64
import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import requests

from feedscript.adapters.webhooks import Signing
from feedscript.testing.fakes import FrozenClock
from tests.integration.live_server import ROOT, free_port, poll
from tests.integration.webhooks.test_webhooks import Trail, notification, notifier

SECRET = "whsec_" + base64.b64encode(b"a" * 32).decode()


def test_the_receiver_of_the_documentation_takes_what_is_signed_once(tmp_path: Path) -> None:
    manual = (ROOT / "docs/webhooks.md").read_text()
    script = tmp_path / "receiver.py"
    script.write_text(manual.split("```python\n")[1].split("```")[0])
    port = free_port()
    with (tmp_path / "out").open("w") as out:
        environment = os.environ | {"PORT": str(port), "WEBHOOK_SECRET": SECRET}
        process = subprocess.Popen([sys.executable, str(script)], env=environment, stdout=out, stderr=out)
    try:
        url = f"http://127.0.0.1:{port}/outcome"
        headers = {"webhook-id": "x", "webhook-timestamp": "0", "webhook-signature": "v1,AAAA"}
        (status,) = poll(lambda: _statuses(url, headers))
        assert status == 401
        trail = Trail()
        told = notifier(
            tmp_path / "outbox", trail, signing=Signing.parse([SECRET]), clock=FrozenClock(datetime.now(UTC))
        )
        told.start()
        for name in ("one", "two"):
            body = {"reference": name, "state": "validated"}
            told.notify(replace(notification(url), id=f"{name}/1/validated", job_id=name, body=body))
        poll(lambda: len(trail.tries()) == 2)
        told.stop()
    finally:
        process.kill()
        process.wait()
    assert trail.tries() == [(True, False)] * 2
    lines = (tmp_path / "out").read_text().splitlines()
    assert sorted(line for line in lines if "HTTP/" not in line) == ["one validated", "two validated"]


def _statuses(url: str, headers: dict[str, str]) -> list[int]:
    """The answer's status; empty while nobody listens."""
    try:
        return [requests.post(url, data=b"{}", headers=headers, timeout=5).status_code]
    except requests.ConnectionError:
        return []
