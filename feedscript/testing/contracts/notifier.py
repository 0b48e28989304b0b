"""What a `Notifier` must do, over HTTP."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from feedscript.ports import Notification, Notifier
from feedscript.testing.contracts.contract import Contract, needs
from feedscript.testing.contracts.faults import Fault, as_its_port_says, each_fault
from feedscript.testing.contracts.racing import at_once, returned
from feedscript.testing.promises import promise
from feedscript.testing.receiver import Receiver
from feedscript.testing.waiting import until

Open = Callable[[], Notifier]


class NotifierContract(Contract):
    """Give `open_notifier`; one that delivers in another way than by HTTP gives `told` as well."""

    delivers_over_http = True
    """Whether it posts to the notification's `url`, with the id as `webhook-id`."""

    faults: tuple[str, ...] = ()
    """What `open_failing` can have go wrong, by name."""

    def open_notifier(self, folder: Path) -> Notifier:
        """The hook: a notifier over the folder that tries again at once, at least twice; it is not started."""
        raise NotImplementedError

    def open_failing(self, folder: Path, fault: Fault) -> Notifier:
        """The hook of `faults`: as `open_notifier`, over a disk or database whose every call asks `fault.meets()`."""
        raise NotImplementedError

    def told(self, notifier: Notifier, receiver: Receiver) -> list[str | None]:  # noqa: ARG002 - for those that need it
        """The ids of all that was delivered, in order."""
        return [each for each, _ in receiver.received]

    @pytest.fixture
    def receiver(self) -> Iterator[Receiver]:
        receiver = Receiver()
        yield receiver
        receiver.close()

    @pytest.fixture
    def open_one(self, tmp_path: Path, receiver: Receiver) -> Iterator[Open]:
        opened: list[Notifier] = []

        def open_and_start() -> Notifier:
            notifier = self.open_notifier(tmp_path / "notifier")
            notifier.start()
            opened.append(notifier)
            return notifier

        yield open_and_start
        receiver.release()
        for notifier in opened:
            notifier.stop()

    @promise(Notifier.notify, "It is delivered once")
    def test_a_notification_is_delivered_once(self, open_one: Open, receiver: Receiver) -> None:
        notifier = open_one()
        for name in ("first", "second"):
            notifier.notify(notification(name, receiver.url))
            until(lambda name=name: f"{name}/1" in self.told(notifier, receiver))  # type: ignore[misc]  # as it is now
        notifier.notify(notification("third", receiver.url))
        until(lambda: "third/1" in self.told(notifier, receiver))
        assert self.told(notifier, receiver) == ["first/1", "second/1", "third/1"]

    @promise(Notifier.notify, "It is delivered once")
    @needs("delivers_over_http")
    def test_it_arrives_as_it_was_given(self, open_one: Open, receiver: Receiver) -> None:
        open_one().notify(notification("first", receiver.url))
        until(lambda: receiver.received)
        assert receiver.received[0] == ("first/1", {"status": "success", "of": "first"})

    @promise(Notifier.notify, "tried again where that fails")
    @needs("delivers_over_http")
    def test_what_is_refused_is_tried_again_with_the_same_id(
        self, open_one: Open, receiver: Receiver
    ) -> None:
        receiver.statuses = [500, 503]
        notifier = open_one()
        notifier.notify(notification("first", receiver.url))
        until(lambda: len(receiver.received) == 3)
        notifier.notify(notification("second", receiver.url))
        until(lambda: "second/1" in self.told(notifier, receiver))
        assert [each for each, _ in receiver.received] == ["first/1"] * 3 + ["second/1"]

    @promise(Notifier.notify, "not lost by a restart")
    @needs("delivers_over_http")
    def test_a_restart_loses_none(self, open_one: Open, tmp_path: Path, receiver: Receiver) -> None:
        self.open_notifier(tmp_path / "notifier").notify(notification("first", receiver.url))
        notifier = open_one()
        until(lambda: self.told(notifier, receiver) == ["first/1"])

    @promise(Notifier.notify, "The same id again changes nothing, until its job is forgotten")
    def test_the_same_id_is_taken_once_until_its_job_is_forgotten(
        self, open_one: Open, receiver: Receiver
    ) -> None:
        notifier = open_one()
        first = notification("first", receiver.url)
        for _ in range(3):
            notifier.notify(first)
        until(lambda: self.told(notifier, receiver) == ["first/1"])
        notifier.notify(first)
        notifier.forget("second")
        notifier.notify(first)
        notifier.notify(notification("second", receiver.url))
        until(lambda: "second/1" in self.told(notifier, receiver))
        assert self.told(notifier, receiver) == ["first/1", "second/1"]
        notifier.forget("first")
        notifier.notify(first)
        notifier.notify(notification("second", receiver.url))
        notifier.notify(notification("third", receiver.url))
        until(lambda: {*(told := self.told(notifier, receiver))[2:]} >= {"first/1", "third/1"} and told)
        # Those of different jobs come in any order.
        assert sorted(map(str, self.told(notifier, receiver))) == [
            "first/1",
            "first/1",
            "second/1",
            "third/1",
        ]

    @promise(Notifier.notify, "The same id again changes nothing")
    @needs("delivers_over_http")
    def test_a_restart_does_not_deliver_again(self, open_one: Open, receiver: Receiver) -> None:
        first = open_one()
        first.notify(notification("first", receiver.url))
        until(lambda: receiver.received)
        first.stop()
        second = open_one()
        second.notify(notification("first", receiver.url))
        second.notify(notification("second", receiver.url))
        until(lambda: "second/1" in self.told(second, receiver))
        assert self.told(second, receiver) == ["first/1", "second/1"]

    @promise(Notifier.notify, "returns at once, delivery follows in the background")
    @needs("delivers_over_http")
    def test_nobody_waits_for_a_receiver(self, open_one: Open, receiver: Receiver) -> None:
        receiver.hold()
        notifier, begun = open_one(), time.monotonic()
        for n in range(5):
            notifier.notify(notification(f"n{n}", receiver.url))
        assert time.monotonic() - begun < 5
        receiver.release()
        until(lambda: len(receiver.received) == 5)

    @promise(Notifier.stop, "what is left waits for the next start")
    @needs("delivers_over_http")
    def test_what_comes_after_the_stop_waits_for_the_next_start(
        self, open_one: Open, receiver: Receiver
    ) -> None:
        first = open_one()
        first.stop()
        first.notify(notification("first", receiver.url))
        notifier = open_one()
        until(lambda: self.told(notifier, receiver) == ["first/1"])

    @promise(Notifier.notify, "Take charge of the notification")
    def test_threads_that_notify_lose_nothing(self, open_one: Open, receiver: Receiver) -> None:
        notifier = open_one()
        named = [f"n{n}" for n in range(8)]

        def notify(name: str) -> Callable[[], None]:
            return lambda: notifier.notify(notification(name, receiver.url))

        returned(at_once(*[notify(name) for name in named]))
        until(lambda: len(self.told(notifier, receiver)) >= len(named))
        assert sorted(map(str, self.told(notifier, receiver))) == sorted(f"{name}/1" for name in named)

    @promise(Notifier.notify, "It is delivered once")
    @needs("delivers_over_http")
    def test_of_several_processes_one_delivers(self, open_one: Open, receiver: Receiver) -> None:
        notifiers = [open_one(), open_one()]
        named = [f"n{n}" for n in range(6)]
        for n, name in enumerate(named):
            notifiers[n % 2].notify(notification(name, receiver.url))
        until(lambda: len({*self.told(notifiers[0], receiver)}) == len(named))
        # Whoever delivers a second time does so before something later.
        notifiers[0].notify(notification("last", receiver.url))
        until(lambda: "last/1" in self.told(notifiers[0], receiver))
        assert sorted(map(str, self.told(notifiers[0], receiver))) == sorted(
            f"{name}/1" for name in [*named, "last"]
        )

    @promise(Notifier.notify, "It is delivered once, tried again where that fails, and not lost by a restart")
    @needs("faults")
    def test_no_fault_loses_or_doubles_what_was_taken_charge_of(
        self, open_one: Open, tmp_path: Path, receiver: Receiver
    ) -> None:
        def run(fault: Fault) -> None:
            made.append(name := f"n{len(made)}")
            with as_its_port_says(fault):
                self.open_failing(tmp_path / "notifier", fault).notify(notification(name, receiver.url))
                taken.add(f"{name}/1")

        made: list[str] = []
        taken = set[str | None]()
        each_fault(self.faults, run)
        notifier = open_one()
        for name in made:
            notifier.notify(notification(name, receiver.url))
        notifier.notify(notification("last", receiver.url))
        until(lambda: len({*self.told(notifier, receiver)}) == len(made) + 1)
        told = Counter(self.told(notifier, receiver))
        # What was not acknowledged may be there all the same, and its receiver knows it by its id.
        assert {name: told[name] for name in taken} == dict.fromkeys(taken, 1)


def notification(job_id: str, url: str) -> Notification:
    """The outcome of a job's first attempt."""
    return Notification(id=f"{job_id}/1", job_id=job_id, url=url, body={"status": "success", "of": job_id})
