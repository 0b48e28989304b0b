"""Outcomes are delivered to a real HTTP server, however often it fails first."""

import json
import socket
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from feedscript.adapters.webhooks import TIMEOUT, WebhookNotifier
from feedscript.domain import Activity
from feedscript.ports import Notification
from feedscript.testing.fakes import FrozenClock, SequentialIds
from tests.integration.live_server import poll


class Receiver:
    """A caller's own endpoint: answers the statuses it was told, then 200, and keeps what it got."""

    def __init__(self) -> None:
        self.statuses: list[int] = []
        self.received: list[tuple[str, Any]] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                receiver.received.append((self.headers["webhook-id"], body))
                self.send_response(receiver.statuses.pop(0) if receiver.statuses else 200)
                self.send_header("Location", "/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args: Any) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/hook"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.server.shutdown()
    receiver.server.server_close()


class Trail:
    """What the notifier enters."""

    def __init__(self) -> None:
        self.entered: list[Activity] = []

    def record(self, activities: Sequence[Activity]) -> None:
        self.entered += activities

    def tries(self) -> list[tuple[object, object]]:
        return [(a.data["delivered"], a.data["error"]) for a in self.entered]


def notifier(outbox: Path, trail: Trail, pauses: Sequence[float] = (0.0, 0.0)) -> WebhookNotifier:
    return WebhookNotifier(outbox, ids=SequentialIds(FrozenClock()), record=trail.record, pauses=pauses)


def notification(url: str) -> Notification:
    return Notification(id="j1/1/generated", job_id="j1", url=url, body={"status": "success"})


def test_an_outcome_is_delivered_once(tmp_path: Path, receiver: Receiver) -> None:
    trail = Trail()
    told = notifier(tmp_path / "outbox", trail)
    told.start()
    told.notify(notification(receiver.url))
    poll(lambda: receiver.received)
    poll(lambda: not list((tmp_path / "outbox").glob("*.json")))
    told.stop()
    assert receiver.received == [("j1/1/generated", {"status": "success"})]
    assert trail.tries() == [(True, None)]


def test_a_failing_receiver_is_tried_again_with_the_same_id(tmp_path: Path, receiver: Receiver) -> None:
    receiver.statuses = [500, 302]
    trail = Trail()
    told = notifier(tmp_path / "outbox", trail)
    told.start()
    told.notify(notification(receiver.url))
    poll(lambda: len(receiver.received) == 3)
    poll(lambda: not list((tmp_path / "outbox").glob("*.json")))
    told.stop()
    assert {message_id for message_id, _ in receiver.received} == {"j1/1/generated"}
    assert trail.tries() == [(False, "HTTP 500"), (False, "HTTP 302"), (True, None)]


def test_what_cannot_be_delivered_is_kept(tmp_path: Path, receiver: Receiver) -> None:
    receiver.statuses = [500] * 3
    told = notifier(tmp_path / "outbox", Trail())
    told.start()
    told.notify(notification(receiver.url))
    (kept,) = poll(lambda: list((tmp_path / "outbox" / "dead").glob("*.json")))
    told.stop()
    assert json.loads(kept.read_text())["body"] == {"status": "success"}


def test_an_outcome_outlives_a_restart(tmp_path: Path, receiver: Receiver) -> None:
    notifier(tmp_path / "outbox", Trail()).notify(notification(receiver.url))
    later = notifier(tmp_path / "outbox", Trail())
    later.start()
    poll(lambda: receiver.received)
    later.stop()


def test_a_slow_receiver_holds_up_nobody_else(tmp_path: Path, receiver: Receiver) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        slow = f"http://127.0.0.1:{silent.getsockname()[1]}/hook"
        told = notifier(tmp_path / "outbox", Trail())
        told.notify(replace(notification(slow), id="a/1/generated"))
        told.notify(replace(notification(slow), id="b/1/generated"))
        told.notify(notification(receiver.url))
        told.start()
        poll(lambda: receiver.received, patience=TIMEOUT[1])
        told.stop()


def test_nobody_listening_is_an_error_like_another(tmp_path: Path) -> None:
    trail = Trail()
    told = notifier(tmp_path / "outbox", trail, pauses=())
    told.start()
    told.notify(notification("http://127.0.0.1:9/hook"))
    poll(lambda: trail.entered)
    told.stop()
    ((delivered, error),) = trail.tries()
    assert delivered is False
    assert error == "ConnectionError"


def test_an_address_that_is_none_is_given_up_like_another(tmp_path: Path) -> None:
    told = notifier(tmp_path / "outbox", Trail())
    told.start()
    told.notify(notification("http://a..b/hook"))
    assert poll(lambda: list((tmp_path / "outbox" / "dead").glob("*.json")))
    told.stop()


def test_a_broken_file_is_put_aside_and_holds_up_nobody(tmp_path: Path, receiver: Receiver) -> None:
    told = notifier(tmp_path / "outbox", Trail())
    told.notify(notification(receiver.url))
    (tmp_path / "outbox" / "a.json").write_text("{}")
    told.start()
    poll(lambda: receiver.received)
    assert (tmp_path / "outbox" / "dead" / "a.json").exists()
    told.stop()


def test_the_same_outcome_is_told_once_until_its_job_is_forgotten(tmp_path: Path, receiver: Receiver) -> None:
    told = notifier(tmp_path / "outbox", Trail())
    told.start()
    told.notify(notification(receiver.url))
    poll(lambda: receiver.received)
    told.notify(notification(receiver.url))
    assert not list((tmp_path / "outbox").glob("*.json"))
    told.forget("j1")
    told.notify(notification(receiver.url))
    poll(lambda: len(receiver.received) == 2)
    told.stop()
