"""Rounds of work that threads share."""

import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from types import FrameType
from typing import Any

import pytest

from feedscript.adapters._group import Group
from feedscript.domain import FeedscriptError
from feedscript.ports.errors import StorageBroken, StorageFull
from tests.integration.live_server import poll

DEADLINE = 20.0


class Rounds:
    """Work that stands still in each round until it is let on; it fails for `answers`, and whole for `troubles`."""

    def __init__(self) -> None:
        self.seen: list[list[int]] = []
        self.begun = threading.Semaphore(0)
        self.let_on = threading.Semaphore(0)
        self.answers: dict[int, FeedscriptError] = {}
        self.troubles: dict[int, BaseException] = {}

    def __call__(self, items: Sequence[int]) -> list[FeedscriptError | None]:
        self.seen.append(list(items))
        self.begun.release()
        assert self.let_on.acquire(timeout=DEADLINE)
        for item in items:
            if item in self.troubles:
                raise self.troubles[item]
        return [self.answers.get(item) for item in items]


class Crowd:
    """Threads that each want one item worked on; `ended` holds what came of it."""

    def __init__(self, work: Rounds, group: Group[int] | None = None) -> None:
        self._group: Group[int] = group or Group(work)
        self._threads: dict[int, threading.Thread] = {}
        self.ended: dict[int, BaseException | None] = {}

    def begin(self, work: Rounds, item: int) -> None:
        """Begin a round with the item."""
        self.start(item)
        assert work.begun.acquire(timeout=DEADLINE)

    def wait(self, *items: int) -> None:
        """Let the items wait, one behind the other, for the round under way to end."""
        for item in items:
            before = self._group.waiting
            self.start(item)
            poll(lambda before=before: self._group.waiting > before)

    def join(self, *items: int) -> None:
        for item in items:
            self._threads[item].join(DEADLINE)
            assert item in self.ended, f"{item} is still waiting"

    def start(self, item: int) -> None:
        self._threads[item] = threading.Thread(target=self._run, args=(item,), daemon=True)
        self._threads[item].start()

    def _run(self, item: int) -> None:
        try:
            self._group.run(item)
        except BaseException as error:  # noqa: BLE001 - whatever it is, it is what is looked at
            self.ended[item] = error
        else:
            self.ended[item] = None


@pytest.fixture
def work() -> Rounds:
    return Rounds()


@pytest.fixture
def crowd(work: Rounds) -> Crowd:
    """1 is being worked on, 2 and 3 wait."""
    crowd = Crowd(work)
    crowd.begin(work, 1)
    crowd.wait(2, 3)
    return crowd


def test_who_comes_during_a_round_is_part_of_the_next(work: Rounds, crowd: Crowd) -> None:
    work.let_on.release(2)
    crowd.join(1, 2, 3)
    assert work.seen == [[1], [2, 3]]


def test_who_is_done_does_not_wait_for_the_next_round(work: Rounds, crowd: Crowd) -> None:
    work.let_on.release()
    assert work.begun.acquire(timeout=DEADLINE)
    crowd.wait(4)
    work.let_on.release()
    assert work.begun.acquire(timeout=DEADLINE)
    # The third round stands still; 2 and 3 were seen to in the second.
    crowd.join(1, 2, 3)
    assert 4 not in crowd.ended
    work.let_on.release()
    crowd.join(4)


@pytest.fixture
def interrupted() -> Iterator[threading.Event]:
    """Set by the first SIGUSR1, which interrupts as Ctrl-C does; further ones do nothing."""
    seen = threading.Event()

    def interrupt(*_: object) -> None:
        if not seen.is_set():
            seen.set()
            raise KeyboardInterrupt

    before = signal.signal(signal.SIGUSR1, interrupt)
    yield seen
    signal.signal(signal.SIGUSR1, before)


def test_who_is_interrupted_while_waiting_holds_nobody_up(work: Rounds, interrupted: threading.Event) -> None:
    group: Group[int] = Group(work)
    crowd = Crowd(work, group)
    crowd.begin(work, 1)

    def interrupt() -> None:
        poll(lambda: group.waiting == 1)
        # A signal that comes just before the thread lies down to wait does not wake it; the next one does.
        while not interrupted.wait(0.05):
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGUSR1)

    thread = threading.Thread(target=interrupt, daemon=True)
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        group.run(2)
    thread.join(DEADLINE)
    crowd.wait(3)
    work.let_on.release(2)
    crowd.join(1, 3)
    assert work.seen == [[1], [3]]


def lines_of_run() -> list[int]:
    """The lines of `Group.run` behind its first, at each of which a thread may be interrupted."""
    first = Group.run.__code__.co_firstlineno
    return sorted({line for _, _, line in Group.run.__code__.co_lines() if line and line > first + 1})


@pytest.mark.parametrize("line", lines_of_run())
def test_who_is_interrupted_at_any_line_holds_nobody_up(line: int) -> None:
    seen: list[list[int]] = []

    def work(items: Sequence[int]) -> list[FeedscriptError | None]:
        seen.append([*items])
        return [None] * len(items)

    group: Group[int] = Group(work)

    def trace(frame: FrameType, event: str, _: object) -> Any:
        if event == "line" and frame.f_code is Group.run.__code__ and frame.f_lineno == line:
            raise KeyboardInterrupt
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        group.run(1)
    except KeyboardInterrupt:
        pass
    finally:
        sys.settrace(before)
    crowd = Crowd(Rounds(), group)
    crowd.start(2)
    crowd.join(2)
    assert crowd.ended == {2: None}
    assert seen[-1] == [2]


@pytest.mark.parametrize("line", lines_of_run())
def test_who_is_called_at_any_line_is_seen_to_once(line: int, work: Rounds) -> None:
    """A thread may be made the leader of the next round before it has come to wait for that."""
    crowd = Crowd(work)
    crowd.begin(work, 1)
    handed_over = threading.Event()

    def trace(frame: FrameType, event: str, _: object) -> Any:
        if event == "line" and frame.f_code is Group.run.__code__ and frame.f_lineno == line:
            # Where it holds the lock nobody can hand over meanwhile.
            handed_over.wait(0.2)
        return trace

    before = threading.gettrace()
    threading.settrace(trace)
    try:
        crowd.start(2)
    finally:
        threading.settrace(before)
    work.let_on.release(2)
    crowd.join(1)
    handed_over.set()
    crowd.join(2)
    assert crowd.ended == {1: None, 2: None}
    assert sorted(item for items in work.seen for item in items) == [1, 2]


def test_everybody_is_told_what_went_wrong_with_their_own(work: Rounds, crowd: Crowd) -> None:
    work.answers[2] = full = StorageFull("/a", 0, 1)
    work.let_on.release(2)
    crowd.join(1, 2, 3)
    assert crowd.ended == {1: None, 2: full, 3: None}


@pytest.mark.parametrize(
    "trouble", [StorageBroken("/a", "gone"), OSError(5, "an error of the disk", "/a"), KeyboardInterrupt()]
)
def test_a_round_that_fails_fails_for_all_in_it_and_the_next_goes_on(
    work: Rounds, crowd: Crowd, trouble: BaseException
) -> None:
    work.troubles[2] = trouble
    work.let_on.release(3)
    crowd.join(1, 2, 3)
    assert crowd.ended[1] is None
    assert isinstance(crowd.ended[2], StorageBroken | KeyboardInterrupt)
    assert isinstance(crowd.ended[3], StorageBroken)
    crowd.begin(work, 4)
    crowd.join(4)
    assert crowd.ended[4] is None
