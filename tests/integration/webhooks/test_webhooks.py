"""Outcomes are delivered to a real HTTP server, however often it fails first. Ids name the kind: part.number."""

import json
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from feedscript.adapters.egress import EgressRules
from feedscript.adapters.files import Disk
from feedscript.adapters.webhooks import FolderLetterBox, Signing, WebhookNotifier
from feedscript.adapters.webhooks.lanes import SLOW_OF_ONE_MERCHANT
from feedscript.domain import Activity
from feedscript.ports import Notification
from feedscript.testing.fakes import NOON, FrozenClock, SequentialIds
from tests.integration.live_server import poll
from tests.integration.webhooks import answers
from tests.integration.webhooks.answers import serving


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
        return [(a.data["delivered"], a.data["given_up"]) for a in self.entered]


def notifier(
    outbox: Path, trail: Trail, pauses: Sequence[float] = (0.0, 0.0), **more: Any
) -> WebhookNotifier:
    clock = more.pop("clock", FrozenClock())
    defaults = {"signing": Signing(), "rules": EgressRules(loopback=True), "jitter": lambda: 0.5}
    return WebhookNotifier(
        FolderLetterBox(outbox, Disk()),
        ids=SequentialIds(clock),
        clock=clock,
        record=trail.record,
        pauses=pauses,
        **(defaults | more),
    )


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
    assert trail.tries() == [(True, False)]


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
    assert trail.tries() == [(False, False), (False, False), (True, False)]


def test_what_cannot_be_delivered_is_kept(tmp_path: Path, receiver: Receiver) -> None:
    receiver.statuses = [500] * 3
    told = notifier(tmp_path / "outbox", Trail())
    told.start()
    told.notify(notification(receiver.url))
    assert _dead(tmp_path)["body"] == {"status": "success"}
    told.stop()


def test_an_outcome_outlives_a_restart(tmp_path: Path, receiver: Receiver) -> None:
    notifier(tmp_path / "outbox", Trail()).notify(notification(receiver.url))
    later = notifier(tmp_path / "outbox", Trail())
    later.start()
    poll(lambda: receiver.received)
    later.stop()


def _dead(folder: Path) -> dict[str, Any]:
    (kept,) = poll(lambda: list((folder / "outbox" / "dead").glob("*.json")))
    letter: dict[str, Any] = json.loads(kept.read_text())
    return letter


SLOW = [answers.silent, answers.dripping_head, answers.endless_continue]


def _told(name: str, url: str, merchant: str = "m1") -> Notification:
    return replace(notification(url), id=f"{name}/1/generated", job_id=name, affiliate_merchant_id=merchant)


@pytest.mark.parametrize("hosts", [pytest.param(8, id="5.1-eight"), pytest.param(40, id="5.1-forty")])
def test_slow_receivers_hold_up_nobody_else(tmp_path: Path, receiver: Receiver, hosts: int) -> None:
    with serving(*(SLOW * hosts)[:hosts]) as servers:
        told = notifier(tmp_path / "outbox", Trail(), deadline=300.0)
        for number, server in enumerate(servers):
            told.notify(_told(f"a{number}", server.url))
            told.notify(_told(f"b{number}", server.url))
        told.start()
        # All of them hang, and would for minutes.
        poll(lambda: all(server.connections for server in servers))
        told.notify(notification(receiver.url))
        poll(lambda: receiver.received)
        assert all(server.connections == 1 for server in servers), "each gets one message at a time"
        told.stop()
        # Whoever delivers next need not wait for them either.
        later = notifier(tmp_path / "outbox", Trail(), deadline=300.0)
        later.start()
        told.notify(_told("z", receiver.url))
        poll(lambda: len(receiver.received) == 2)
        later.stop()


def test_case_5_1_a_merchants_slow_hosts_hold_up_neither_its_prompt_ones_nor_other_merchants(
    tmp_path: Path, receiver: Receiver
) -> None:
    with serving(*[answers.silent] * (SLOW_OF_ONE_MERCHANT + 8)) as servers:
        told = notifier(tmp_path / "outbox", Trail(), deadline=300.0)
        told.start()
        told.notify(_told("a", receiver.url))
        poll(lambda: len(receiver.received) == 1)
        for number, server in enumerate(servers):
            told.notify(_told(f"b{number}", server.url))
        poll(lambda: sum(server.connections for server in servers) == SLOW_OF_ONE_MERCHANT)
        told.notify(_told("c", receiver.url))
        told.notify(_told("d", receiver.url, merchant="m2"))
        poll(lambda: len(receiver.received) == 3)
        assert sum(server.connections for server in servers) == SLOW_OF_ONE_MERCHANT
        told.stop()


def test_case_5_1_an_answer_is_waited_for_no_longer_than_the_deadline(tmp_path: Path) -> None:
    with serving(answers.dripping_head) as (server,):
        trail = Trail()
        told = notifier(tmp_path / "outbox", trail, pauses=(), deadline=0.3)
        told.notify(notification(server.url))
        told.start()
        poll(lambda: trail.entered)
        told.stop()
    assert trail.tries() == [(False, True)]
    assert _dead(tmp_path)["error"] == "no answer within 0.3 s"


def test_case_5_1_an_endless_answer_is_taken_by_its_status(tmp_path: Path) -> None:
    with serving(answers.endless_body, answers.huge_body) as servers:
        trail = Trail()
        told = notifier(tmp_path / "outbox", trail)
        for number, server in enumerate(servers):
            told.notify(_told(str(number), server.url))
        told.start()
        poll(lambda: len(trail.entered) == 2)
        told.stop()
    assert trail.tries() == [(True, False)] * 2


@pytest.mark.parametrize(
    ("back", "tries"),
    [
        pytest.param(timedelta(hours=1), 2, id="5.2-an-hour"),
        pytest.param(timedelta(days=365), 2, id="5.2-a-year"),
        pytest.param(timedelta(seconds=1), 1, id="5.2-put-right-in-passing"),
    ],
)
def test_a_clock_set_back_makes_no_further_try_later(
    tmp_path: Path, receiver: Receiver, back: timedelta, tries: int
) -> None:
    receiver.statuses = [500]
    trail, clock = Trail(), FrozenClock()
    told = notifier(tmp_path / "outbox", trail, pauses=(30.0,), clock=clock)
    told.start()
    told.notify(notification(receiver.url))
    poll(lambda: trail.entered)
    clock.tick(-back)
    told.notify(
        _told("z", receiver.url)
    )  # a look at the outbox that is sure to come after the clock's change
    poll(lambda: "z/1/generated" in [message_id for message_id, _ in receiver.received])
    poll(lambda: len(receiver.received) == tries + 1)
    told.stop()


def test_a_letter_of_an_earlier_version_is_delivered(tmp_path: Path, receiver: Receiver) -> None:
    told = notifier(tmp_path / "outbox", Trail())
    (tmp_path / "outbox").mkdir()
    letter = {"id": "j1/1/generated", "job_id": "j1", "url": receiver.url, "body": {"n": 1}, "tries": 1}
    (tmp_path / "outbox" / "a.json").write_text(json.dumps(letter | {"not_before": NOON.timestamp()}))
    told.start()
    poll(lambda: receiver.received)
    told.stop()


@pytest.mark.parametrize("broken", ['{"tries": "x"}', "[]", "nonsense", '{"not_before": 1e300}'])
def test_a_broken_letter_is_put_aside(tmp_path: Path, broken: str) -> None:
    told = notifier(tmp_path / "outbox", Trail())
    (tmp_path / "outbox").mkdir()
    letter = {"id": "j1/1/generated", "job_id": "j1", "url": "http://127.0.0.1:9/", "body": {}, "tries": 1}
    text = json.dumps(letter | json.loads(broken)) if broken.startswith("{") else broken
    (tmp_path / "outbox" / "a.json").write_text(text)
    told.start()
    poll((tmp_path / "outbox" / "dead" / "a.json").exists)
    told.stop()


def test_nobody_listening_is_an_error_like_another(tmp_path: Path) -> None:
    trail = Trail()
    told = notifier(tmp_path / "outbox", trail, pauses=())
    told.start()
    told.notify(notification("http://127.0.0.1:9/hook"))
    poll(lambda: trail.entered)
    told.stop()
    assert trail.tries() == [(False, True)]
    assert _dead(tmp_path)["error"] == "ConnectError"


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
    poll(lambda: receiver.received and not list((tmp_path / "outbox").glob("*.json")))
    told.notify(notification(receiver.url))
    assert not list((tmp_path / "outbox").glob("*.json"))
    told.forget("j1")
    told.notify(notification(receiver.url))
    poll(lambda: len(receiver.received) == 2)
    told.stop()
