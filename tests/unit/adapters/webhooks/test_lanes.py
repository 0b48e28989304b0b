"""Who is served when, without a network: an exchange ends when the test says so."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from feedscript.adapters.webhooks.lanes import (
    AT_ONCE,
    AT_ONE_HOST,
    PROMPT,
    SLOW_AT_ONCE,
    SLOW_OF_ONE_MERCHANT,
    Lanes,
)


class Exchanges:
    """Exchanges under way by name; `end` ends one as one that took so long."""

    def __init__(self) -> None:
        self.begun: dict[str, asyncio.Future[float]] = {}

    async def deliver(self, name: str) -> float:
        self.begun[name] = asyncio.get_running_loop().create_future()
        try:
            return await self.begun[name]
        finally:
            del self.begun[name]

    async def end(self, name: str, seconds: float) -> None:
        self.begun[name].set_result(seconds)
        await settled()


async def settled() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


Story = Callable[[Lanes, Exchanges], Coroutine[Any, Any, None]]


def told(story: Story) -> None:
    async def run() -> None:
        exchanges = Exchanges()
        lanes = Lanes(exchanges.deliver)
        try:
            await story(lanes, exchanges)
        finally:
            lanes.close()

    asyncio.run(run())


async def fill(lanes: Lanes, merchant: str, hosts: int, letters: int = 1) -> None:
    for host in range(hosts):
        for letter in range(letters):
            lanes.add((merchant, f"h{host}"), f"{merchant}-h{host}-{letter}")
    await settled()


def test_a_host_that_nobody_knows_has_one_exchange_and_a_prompt_one_several() -> None:
    async def story(lanes: Lanes, exchanges: Exchanges) -> None:
        await fill(lanes, "m1", 1, letters=20)
        assert list(exchanges.begun) == ["m1-h0-0"]
        await exchanges.end("m1-h0-0", PROMPT / 2)
        assert len(exchanges.begun) == AT_ONE_HOST

    told(story)


def test_one_that_turns_slow_has_one_again() -> None:
    async def story(lanes: Lanes, exchanges: Exchanges) -> None:
        await fill(lanes, "m1", 1, letters=40)
        await exchanges.end("m1-h0-0", 0.0)
        for name in list(exchanges.begun):
            await exchanges.end(name, PROMPT * 2)
        assert len(exchanges.begun) == 1

    told(story)


def test_a_prompt_host_is_known_as_such_when_it_comes_again() -> None:
    async def story(lanes: Lanes, exchanges: Exchanges) -> None:
        await fill(lanes, "m1", 1)
        await exchanges.end("m1-h0-0", 0.0)
        await fill(lanes, "m1", 1, letters=3)
        assert len(exchanges.begun) == 3

    told(story)


def test_all_who_are_not_prompt_leave_half_of_the_places() -> None:
    async def story(lanes: Lanes, exchanges: Exchanges) -> None:
        lanes.add(("prompt", "h"), "first")
        await settled()
        await exchanges.end("first", 0.0)
        for merchant in range(10):
            await fill(lanes, f"m{merchant}", SLOW_OF_ONE_MERCHANT + 10)
        assert len(exchanges.begun) == SLOW_AT_ONCE < AT_ONCE
        lanes.add(("prompt", "h"), "second")
        await settled()
        assert "second" in exchanges.begun

    told(story)


def test_the_slow_hosts_of_one_merchant_leave_room_for_those_of_another() -> None:
    async def story(lanes: Lanes, exchanges: Exchanges) -> None:
        await fill(lanes, "m1", SLOW_AT_ONCE * 2)
        assert len(exchanges.begun) == SLOW_OF_ONE_MERCHANT
        await fill(lanes, "m2", 1)
        assert "m2-h0-0" in exchanges.begun

    told(story)


@pytest.mark.parametrize("seconds", [0.0, PROMPT * 2])
def test_everything_is_tried_in_the_end_and_once(seconds: float) -> None:
    async def story(lanes: Lanes, exchanges: Exchanges) -> None:
        for merchant in range(5):
            await fill(lanes, f"m{merchant}", 60, letters=3)
        tried: list[str] = []
        while exchanges.begun:
            for name in list(exchanges.begun):
                tried.append(name)
                exchanges.begun[name].set_result(seconds)
            await settled()
        assert len(tried) == len(set(tried)) == 5 * 60 * 3
        assert lanes.under_way == 0

    told(story)
