"""Events to receivers of every bad kind: each is delivered at least once, signed, under one id; nobody else waits.

`make test-webhooks` sends 1,000 (WEBHOOK_EVENTS); the suite a sample.
"""

import json
import os
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from standardwebhooks.webhooks import Webhook

from feedscript.adapters.egress import EgressRules
from feedscript.adapters.files import Disk
from feedscript.adapters.system import SystemClock, Uuid7IdFactory
from feedscript.adapters.webhooks import FolderLetterBox, Signing, WebhookNotifier
from feedscript.ports import Notification
from tests.integration.live_server import free_port, poll
from tests.integration.webhooks.soak_receivers import KINDS

EVENTS = int(os.environ.get("WEBHOOK_EVENTS", "90"))
SECRET = "whsec_" + "QUJD" * 8
#: What a healthy receiver may wait, whatever the others do.
TOLD_WITHIN = 2.0
#: How far the memory may grow from the first event to the last.
GROWTH_KB = 48 * 1024


@contextmanager
def receivers(folder: Path, ports: dict[str, int]) -> Iterator[subprocess.Popen[str]]:
    arguments = [f"{kind}={port}" for kind, port in ports.items()]
    command = [sys.executable, "-m", "tests.integration.webhooks.soak_receivers", str(folder), *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "listening\n"
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def resident_kb() -> int:
    status = Path("/proc/self/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1])


def received(folder: Path, kind: str) -> dict[str, list[dict[str, str]]]:
    by_id: dict[str, list[dict[str, str]]] = defaultdict(list)
    log = folder / f"{kind}.jsonl"
    for line in log.read_text().splitlines() if log.exists() else ():
        request = json.loads(line)
        # Those who check are the receivers: by the specification's own library, at once.
        Webhook(SECRET).verify(request["body"], request["headers"])
        by_id[request["headers"]["webhook-id"]].append(request)
    return by_id


def test_every_event_is_delivered_and_the_healthy_are_told_within_two_seconds(tmp_path: Path) -> None:
    ports = {kind: free_port() for kind in KINDS}
    told = WebhookNotifier(
        FolderLetterBox(tmp_path / "outbox", Disk()),
        ids=Uuid7IdFactory(),
        clock=SystemClock(),
        record=lambda _: None,
        signing=Signing.parse([SECRET]),
        rules=EgressRules(loopback=True),
        jitter=lambda: 0.5,
        # More than one that is dead for most of the events, on a machine that is busy, takes.
        pauses=(0.2,) * (60 + EVENTS),
        deadline=1.0,
    )
    sent: dict[str, list[str]] = defaultdict(list)
    lates: list[float] = []

    def send(kind: str, number: int) -> None:
        event = f"{kind.replace(' ', '')}-{number}/1/generated"
        sent[kind].append(event)
        url = f"http://127.0.0.1:{ports[kind]}/"
        told.notify(Notification(id=event, job_id=event.partition("/")[0], url=url, body={"number": number}))

    dying = {"dies": ports["dies"]}
    with receivers(tmp_path, {kind: port for kind, port in ports.items() if kind not in dying}):
        told.start()
        before = 0
        with receivers(tmp_path, dying) as mortal:
            others = [kind for kind in KINDS if kind != "healthy"]
            for number in range(EVENTS):
                if number == EVENTS // 3:
                    mortal.kill()  # it is dead for a while
                    before = resident_kb()
                if number % len(KINDS):
                    send(others[number % len(others)], number)
                else:
                    began = time.monotonic()
                    send("healthy", number)
                    poll(lambda: set(sent["healthy"]) <= set(received(tmp_path, "healthy")))
                    lates.append(time.monotonic() - began)
        with receivers(tmp_path, dying):
            poll(lambda: not list((tmp_path / "outbox").glob("*.json")), patience=60 + EVENTS / 2)
    told.stop()
    for kind, events in sent.items():
        assert set(received(tmp_path, kind)) == set(events), kind
    dead = {json.loads(path.read_text())["id"] for path in (tmp_path / "outbox" / "dead").glob("*.json")}
    assert dead == set(sent["410"]), "410 stops, and nothing else was given up"
    assert all(len(requests) == 1 for requests in received(tmp_path, "410").values())
    assert max(lates) < TOLD_WITHIN
    grown = resident_kb() - before
    assert grown < GROWTH_KB
    print(f"{EVENTS} events; healthy told within {max(lates):.2f} s; memory grew by {grown} KB")  # noqa: T201 - for `make test-webhooks`
