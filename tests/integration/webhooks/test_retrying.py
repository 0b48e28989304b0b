"""When a failed delivery is tried again, when not, and what becomes of it then."""

from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from feedscript.adapters.egress import EgressRules
from feedscript.adapters.files import Disk
from feedscript.adapters.webhooks import FolderLetterBox, OutboxDeadLetters
from feedscript.adapters.webhooks.notifier import PAUSES, SPREAD
from feedscript.ports import DeliveryState
from feedscript.ports.errors import UnknownNotification
from feedscript.testing.fakes import NOON, FrozenClock, SequentialIds
from tests.integration.live_server import poll
from tests.integration.webhooks.answers import Answering, serving
from tests.integration.webhooks.test_webhooks import Receiver, Trail, notification, notifier, receiver

__all__ = ["receiver"]  # the fixture


def dead_letters(folder: Path, trail: Trail) -> OutboxDeadLetters:
    clock = FrozenClock()
    return OutboxDeadLetters(
        FolderLetterBox(folder / "outbox", Disk()), ids=SequentialIds(clock), clock=clock, record=trail.record
    )


def saying(status: str, *headers: str) -> Answering:
    head = "\r\n".join([f"HTTP/1.1 {status}", *headers, "content-length: 0", "", ""])
    return lambda connection, _: connection.sendall(head.encode())


def test_the_tries_take_a_day() -> None:
    assert timedelta(hours=24) < timedelta(seconds=sum(PAUSES)) < timedelta(hours=26)
    assert 0 < SPREAD < 1
    assert sorted(PAUSES) == list(PAUSES)


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        ("retry-after: 120", 120.0),
        ("Retry-After: 0", 8.0),
        ("retry-after: 99999999999", 86400.0),
        (f"retry-after: {format_datetime(NOON + timedelta(seconds=90), usegmt=True)}", 90.0),
        (f"retry-after: {format_datetime(NOON - timedelta(days=9), usegmt=True)}", 8.0),
        ("retry-after: soon", 8.0),
        ("x: y", 8.0),
    ],
)
@pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Service Unavailable"])
def test_the_next_try_waits_as_long_as_is_asked_for(
    tmp_path: Path, status: str, header: str, wait: float
) -> None:
    with serving(saying(status, header)) as (server,):
        trail = Trail()
        told = notifier(tmp_path / "outbox", trail, pauses=(10.0,), jitter=lambda: 0.0)
        told.notify(notification(server.url))
        told.start()
        letters = dead_letters(tmp_path, trail)
        (waiting,) = poll(lambda: [u for u in letters.page(DeliveryState.WAITING).undelivered if u.tries])
        told.stop()
    assert waiting.next_try_at == NOON + timedelta(seconds=wait)
    assert waiting.error == f"HTTP {status[:3]}"
    assert trail.tries() == [(False, False)]


@pytest.mark.parametrize(("jitter", "wait"), [(0.0, 80.0), (0.5, 100.0), (1.0, 120.0)])
def test_pauses_are_spread(tmp_path: Path, jitter: float, wait: float) -> None:
    with serving(saying("500 Oops")) as (server,):
        told = notifier(tmp_path / "outbox", Trail(), pauses=(100.0,), jitter=lambda: jitter)
        told.notify(notification(server.url))
        told.start()
        letters = dead_letters(tmp_path, Trail())
        (waiting,) = poll(lambda: [u for u in letters.page(DeliveryState.WAITING).undelivered if u.tries])
        told.stop()
    assert waiting.next_try_at == NOON + timedelta(seconds=wait)


def test_410_ends_the_tries(tmp_path: Path, receiver: Receiver) -> None:
    receiver.statuses = [410]
    trail = Trail()
    told = notifier(tmp_path / "outbox", trail)
    told.start()
    told.notify(notification(receiver.url))
    letters = dead_letters(tmp_path, trail)
    (dead,) = poll(lambda: letters.page().undelivered)
    told.stop()
    assert (dead.error, dead.tries, len(receiver.received)) == ("HTTP 410", 1, 1)
    assert trail.tries() == [(False, True)]


def test_an_address_that_is_forbidden_as_it_stands_is_given_up_at_once(
    tmp_path: Path, receiver: Receiver
) -> None:
    told = notifier(tmp_path / "outbox", Trail(), rules=EgressRules())
    assert told.refusal(receiver.url) == "the address is loopback"
    told.start()
    told.notify(notification(receiver.url))
    letters = dead_letters(tmp_path, Trail())
    (dead,) = poll(lambda: letters.page().undelivered)
    told.stop()
    assert (dead.error, receiver.received) == ("the address is loopback", [])


def test_what_was_given_up_is_replayed_under_its_id_or_discarded(tmp_path: Path, receiver: Receiver) -> None:
    receiver.statuses = [410, 410]
    trail = Trail()
    told = notifier(tmp_path / "outbox", trail)
    told.start()
    told.notify(notification(receiver.url))
    letters = dead_letters(tmp_path, trail)
    for tries in (1, 2, 3):
        poll(lambda tries=tries: len(receiver.received) == tries)  # type: ignore[misc]  # bound for the loop
        if tries < 3:
            poll(lambda: letters.page().undelivered)
            letters.replay("j1/1/generated", actor="operator")
    poll(lambda: not list((tmp_path / "outbox").glob("*.json")))
    told.stop()
    assert {message_id for message_id, _ in receiver.received} == {"j1/1/generated"}
    assert [a.type for a in trail.entered if a.actor == "operator"] == [
        "feedscript.notification.replayed"
    ] * 2
    with pytest.raises(UnknownNotification):
        letters.replay("j1/1/generated", actor="operator")


def test_the_list_goes_on_page_by_page_and_a_broken_file_is_listed_and_discarded(tmp_path: Path) -> None:
    trail = Trail()
    told = notifier(tmp_path / "outbox", trail, rules=EgressRules(), pauses=())
    told.start()
    told.notify(notification("http://10.0.0.1/"))
    letters = dead_letters(tmp_path, trail)
    poll(lambda: letters.page().undelivered)
    told.stop()
    (tmp_path / "outbox" / "dead" / "z%2F1.json").write_text("{")
    first = letters.page(limit=1)
    second = letters.page(limit=1, cursor=first.cursor)
    assert [u.notification.id for page in (first, second) for u in page.undelivered] == [
        "j1/1/generated",
        "z/1",
    ]
    assert second.cursor is None
    assert [u.notification.id for u in letters.page(job_id="j1").undelivered] == ["j1/1/generated"]
    assert letters.page(affiliate_merchant_id="other").undelivered == []
    letters.discard("z/1", actor="operator")
    with pytest.raises(UnknownNotification):
        letters.discard("z/1", actor="operator")
    for odd in ("", "..", "../x", "a" * 5000, "\0"):
        with pytest.raises(UnknownNotification):
            letters.discard(odd, actor="operator")
        with pytest.raises(UnknownNotification):
            letters.replay(odd, actor="operator")
