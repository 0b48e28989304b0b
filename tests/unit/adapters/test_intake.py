"""A host takes in as much as it has places for, and hears the engine again once nothing waits that it has room for."""

import asyncio
import threading
from collections import deque
from collections.abc import Collection

import pytest

from feedscript.adapters.postgresql.database import Database
from feedscript.adapters.procrastinate.attempts import Attempts, Claim
from feedscript.adapters.procrastinate.intake import Intake
from feedscript.ports.errors import StorageUnavailable
from feedscript.testing.waiting import until

CAPACITY, EPOCH = 2, 7


class Line(Attempts):
    """Attempts that wait in memory."""

    def __init__(self, *jobs: str, elsewhere: bool = False) -> None:
        super().__init__(Database("", size=1), "here")
        self.waiting = deque(jobs)
        self.elsewhere = elsewhere
        self.asked: list[tuple[int, list[str]]] = []
        self.broken = False

    def claim(self, most: int = 1, *, gone: Collection[str] = ()) -> list[Claim]:
        """The first ones."""
        self.asked.append((most, sorted(gone)))
        if self.broken:
            raise StorageUnavailable("here", "away")
        return [Claim(self.waiting.popleft(), 1) for _ in range(min(most, len(self.waiting)))]

    def claimed(self) -> list[Claim]:
        """Nothing."""
        return []

    def is_room(self) -> bool:
        """Whether another host has some."""
        return self.elsewhere


class Scene:
    """An intake, what it has taken, and how often another host was woken."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self.taken: list[str] = []
        self.woken = 0
        self.unwanted: set[str] = set()
        self.may = True
        self.intake = Intake(
            line,
            capacity=CAPACITY,
            epoch=lambda: EPOCH if self.may else None,
            take=self._take,
            wake=self._wake,
        )

    def _take(self, claim: Claim, epoch: int) -> None:
        assert epoch == EPOCH
        self.taken.append(claim.job_id)
        if claim.job_id in self.unwanted:
            self.intake.over(claim.job_id, 1)

    def _wake(self) -> None:
        self.woken += 1

    async def calling(self) -> "asyncio.Task[None]":
        """A call of the engine, at work as far as it comes by itself."""
        call = asyncio.create_task(self.intake.answer())
        asked = len(self.line.asked)
        await asyncio.to_thread(until, lambda: call.done() or len(self.line.asked) > asked)
        return call


@pytest.mark.parametrize("waiting", [0, 1])
def test_a_call_that_leaves_room_is_over_at_once(waiting: int) -> None:
    scene = Scene(Line(*"ab"[:waiting]))
    asyncio.run(scene.intake.answer())
    assert (scene.taken, scene.woken) == (["a"][:waiting], 0)


def test_a_full_host_claims_with_each_place_that_is_free_until_nothing_waits() -> None:
    async def story() -> None:
        scene = Scene(Line(*"abcd"))
        call = await scene.calling()
        await asyncio.to_thread(until, lambda: scene.taken == ["a", "b"])
        scene.intake.gone("a", 1)
        assert scene.taken == ["a", "b", "c"], "before its end is written down"
        assert scene.line.asked[-1] == (1, ["a"])
        scene.intake.over("a", 1)
        assert not call.done()
        scene.intake.gone("b", 1)
        scene.intake.gone("c", 1)
        await call
        assert scene.taken == [*"abcd"]
        asked = len(scene.line.asked)
        scene.intake.gone("d", 1)
        assert len(scene.line.asked) == asked, "nothing waits: what comes is called for"

    asyncio.run(story())


def test_who_is_full_has_another_host_woken_that_has_room() -> None:
    async def story() -> None:
        scene = Scene(Line(*"abc", elsewhere=True))
        call = await scene.calling()
        await asyncio.to_thread(until, lambda: scene.woken)
        assert scene.woken == 1
        scene.intake.stop()
        await call

    asyncio.run(story())


def test_what_is_not_wanted_any_more_takes_no_place() -> None:
    async def story() -> None:
        scene = Scene(Line(*"abcde"))
        scene.unwanted = {"a", "c"}
        call = await scene.calling()
        await asyncio.to_thread(until, lambda: scene.taken == [*"abcd"])
        scene.intake.stop()
        await call

    asyncio.run(story())


def test_what_was_adopted_has_its_places() -> None:
    async def story() -> None:
        scene = Scene(Line(*"ab"))
        scene.intake.hold("x", 1)
        call = await scene.calling()
        await asyncio.to_thread(until, lambda: scene.taken == ["a"])
        scene.intake.over("x", 1)
        assert scene.taken == ["a", "b"]
        scene.intake.stop()
        await call

    asyncio.run(story())


def test_a_place_that_cannot_be_filled_ends_the_call_and_not_the_telling_of_the_end() -> None:
    async def story() -> None:
        scene = Scene(Line(*"abc"))
        call = await scene.calling()
        await asyncio.to_thread(until, lambda: scene.taken == ["a", "b"])
        scene.line.broken = True
        scene.intake.gone("a", 1)
        await call

    asyncio.run(story())


def test_a_host_whose_lease_is_over_claims_nothing_and_hears_the_next_call() -> None:
    """The database is back before the lease is renewed: each claim would be ended at once, and be lost."""

    async def story() -> None:
        scene = Scene(Line(*"abcd"))
        call = await scene.calling()
        await asyncio.to_thread(until, lambda: scene.taken == ["a", "b"])
        scene.may = False
        scene.intake.gone("a", 1)
        await call
        await scene.intake.answer()
        assert scene.taken == ["a", "b"]
        scene.may = True
        call = await scene.calling()
        await asyncio.to_thread(until, lambda: scene.taken == ["a", "b", "c"])
        scene.intake.stop()
        await call

    asyncio.run(story())


def test_who_looks_at_what_is_claimed_here_finds_it_taken_in() -> None:
    """Else it could be run to its end by who looks, and once more when it is taken in at last."""

    class Slow(Line):
        def claim(self, most: int = 1, *, gone: Collection[str] = ()) -> list[Claim]:
            claims = super().claim(most, gone=gone)
            if claims:  # they are durable, and the answer is on its way
                looker.start()
                looker.join(0.2)
            return claims

    def look() -> None:
        scene.intake.claimed()
        seen.append([*scene.taken])

    seen: list[list[str]] = []
    looker = threading.Thread(target=look)
    scene = Scene(Slow("a"))
    asyncio.run(scene.intake.answer())
    looker.join()
    assert seen == [["a"]]
