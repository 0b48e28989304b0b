"""Telling the process that leads of a new attempt."""

from pathlib import Path

import pytest

from feedscript.adapters.subprocess.doorbell import Doorbell
from feedscript.adapters.subprocess.fair_queue import Ticket

TICKETS = [Ticket("j1", 1, "m1"), Ticket("j2", 3, 'a "merchant"\n\u00e4', started=True)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "doorbell"


def listening(path: Path) -> Doorbell:
    doorbell = Doorbell(path)
    doorbell.listen()
    return doorbell


def test_what_is_told_is_heard_as_it_was_told(path: Path) -> None:
    leader, other = listening(path), Doorbell(path)
    for ticket in TICKETS:
        other.ring(ticket)
    assert list(leader.heard(0)) == TICKETS
    assert list(leader.heard(0)) == []


def test_nobody_need_listen(path: Path) -> None:
    doorbell = Doorbell(path)
    doorbell.ring(TICKETS[0])
    listening(path).close()
    doorbell.ring(TICKETS[0])
    assert list(listening(path).heard(0)) == []


@pytest.mark.parametrize("anew", [False, True])
def test_the_next_that_leads_hears_what_is_told_then(path: Path, anew: bool) -> None:
    first, other = listening(path), Doorbell(path)
    other.ring(TICKETS[0])
    assert list(first.heard(0)) == TICKETS[:1]
    first.close()
    if anew:
        path.unlink()
    second = listening(path)
    other.ring(TICKETS[1])
    assert list(second.heard(0)) == TICKETS[1:]


def test_a_full_pipe_holds_nobody_up(path: Path) -> None:
    leader, other = listening(path), Doorbell(path)
    long = Ticket("j", 1, "m" * 3000)
    for _ in range(2000):
        other.ring(long)
    assert list(leader.heard(0))
    other.ring(TICKETS[0])
    heard = [ticket for _ in range(1000) for ticket in leader.heard(0)]
    assert heard[-1] == TICKETS[0]
