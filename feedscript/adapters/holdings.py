"""All that a storage keeps, and how another one takes it over: whole, in order, and looked through afterwards."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Protocol, TypeVar

from feedscript.adapters.letter_box import LetterBox
from feedscript.adapters.trail.chain import Tampered, Trail
from feedscript.codec import job_to_json
from feedscript.domain import Job
from feedscript.ports import DeliveryState, Keys, Owner
from feedscript.ports.errors import StorageBroken

AT_ONCE = 500
T = TypeVar("T")
OnStep = Callable[[str, int], None]
"""Is told what is being done, and of how many so far: for the first one, and then every so often."""


class KeptLetters(LetterBox, Protocol):
    """A box of letters that tells which names it knows."""

    def known(self) -> Iterable[str]:
        """The names that are not forgotten."""


class KeptPlaces(Protocol):
    """Places by the SHA-256 (hex) of their addresses."""

    def held(self) -> Iterable[tuple[str, Owner, str | None]]:
        """All that have an owner."""

    def hold(self, key: str, owner: Owner, writer: str | None) -> None:
        """Give one to an owner, unless it has one."""


class Holdings(Protocol):
    """What a storage keeps; nobody else uses it meanwhile.

    What is put is durable, and to be seen by others, with `finish`; jobs come and go newest first.
    """

    @property
    def places(self) -> KeptPlaces:
        """Destinations that are taken."""

    @property
    def letters(self) -> KeptLetters:
        """Outcomes that are to be told, or were given up."""

    @property
    def keys(self) -> Keys:
        """The callers' keys."""

    def need_idle(self) -> None:
        """Raise `StorageBroken` where a service is at work over it, or something in it cannot be read."""

    def need_empty(self) -> None:
        """Raise `StorageBroken` where it holds jobs or a trail."""

    def verify(self, *, expect_head: str | None = None) -> Trail:
        """The trail, found whole; raises `Tampered`."""

    def days(self) -> Iterable[tuple[date, Iterable[bytes]]]:
        """The trail's days, oldest first, with their lines as they are chained."""

    def digests(self) -> Iterable[tuple[date, bytes]]:
        """The finished days' digests, oldest first."""

    def jobs(self) -> Iterable[tuple[Job, bool]]:
        """All jobs, and of each whether it is open."""

    def put_day(self, day: date, lines: Iterable[bytes]) -> None:
        """Take over a day of the trail."""

    def put_digest(self, day: date, digest: bytes) -> None:
        """Take over a digest."""

    def put_jobs(self, jobs: Sequence[tuple[Job, bool]]) -> None:
        """Take over some jobs, their references with them."""

    def finish(self) -> None:
        """Make all that was put durable."""

    def close(self) -> None:
        """Let go of it; what was put and not finished is gone, as far as that can be."""


@dataclass(frozen=True, slots=True)
class Moved:
    """What was handed on, and found on the other side."""

    jobs: int
    entries: int
    head: str


def move(source: Holdings, target: Holdings, tell: OnStep) -> Moved:
    """Copy everything, and verify the copy; the source stays as it is.

    Raises `StorageBroken` where one is in use or the target is not empty, and `Tampered` for a trail that is not whole.
    """
    source.need_idle()
    target.need_idle()
    target.need_empty()
    tell("verifying the trail", 0)
    trail = source.verify()
    _move_small(source, target)
    entries = _Passing("copying entries of the trail", tell)
    for day, lines in source.days():
        target.put_day(day, entries.of(lines))
    for day, digest in source.digests():
        target.put_digest(day, digest)
    for some in in_batches(_Passing("copying jobs", tell).of(source.jobs()), AT_ONCE):
        target.put_jobs(some)
    target.finish()
    tell("verifying the copy of the trail", 0)
    copied = target.verify(expect_head=trail.head)
    count, digest_there = _digest(_Passing("comparing jobs", tell).of(source.jobs()))
    if (copied.entries, copied.head) != (trail.entries, trail.head):
        raise Tampered("the copy", 0, f"its head is {copied.head}, where {trail.head} was due")
    if _digest(target.jobs()) != (count, digest_there):
        raise StorageBroken("the copy", "its jobs are not those that were handed on")
    return Moved(count, copied.entries, copied.head)


class _Passing:
    """Counts what goes by, and tells it."""

    def __init__(self, what: str, tell: OnStep) -> None:
        self._what = what
        self._tell = tell
        self._passed = 0

    def of(self, items: Iterable[T]) -> Iterator[T]:
        for item in items:
            if self._passed % AT_ONCE == 0:
                self._tell(self._what, self._passed)
            self._passed += 1
            yield item


def _move_small(source: Holdings, target: Holdings) -> None:
    """Keys, places and letters; what came over in an earlier try is left as it is."""
    _move_letters(source.letters, target.letters)
    for key in source.keys.all():
        if target.keys.find(key.id) is None:
            target.keys.add(key)
            if (used := source.keys.last_used(key.id)) is not None:
                target.keys.used(key.id, used)
    for place, owner, writer in source.places.held():
        target.places.hold(place, owner, writer)


def _move_letters(source: KeptLetters, target: KeptLetters) -> None:
    target.make()
    known, there = set(source.known()), set(target.known())
    lying = set()
    for state in DeliveryState:
        for name, document in source.all_in(state, after=""):
            if document is None:
                raise StorageBroken(f"the letter {name}", "it cannot be read; discard it, or mend it")
            lying.add(name)
            if target.put(name, document) and state is DeliveryState.DEAD:
                target.set_aside(name)
    for name in lying - known:
        target.forget(name)
    for name in known - lying - there:
        target.put(name, b"{}")
        target.remove(name)


def _digest(jobs: Iterable[tuple[Job, bool]]) -> tuple[int, bytes]:
    count, digest = 0, hashlib.sha256()
    for job, is_open in jobs:
        count += 1
        digest.update(b"%d" % is_open + job_to_json(job) + b"\n")
    return count, digest.digest()


def in_batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """The items, some at a time."""
    rest = iter(items)
    while some := list(islice(rest, size)):
        yield some
