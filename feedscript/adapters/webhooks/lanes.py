"""Who is served when: many receivers at a time, and the slow ones beside the others, not before them.

A lane is one merchant's way to one host. A lane is prompt when its last exchange was over within `PROMPT` seconds,
however it ended. Every other lane (unknown, silent, slow) has one exchange at a time, and all of them together leave
half of the places free, all of one merchant leave most of that: whoever is slow holds up nobody who is prompt.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from weakref import WeakValueDictionary

AT_ONCE, SLOW_AT_ONCE, SLOW_OF_ONE_MERCHANT = 256, 128, 48
AT_ONE_HOST = 8
PROMPT = 2.0
REMEMBERED = 4096
"""Prompt lanes that are known as such while they are empty."""

Key = tuple[str, str]
Deliver = Callable[[str], Awaitable[float]]


@dataclass(eq=False, slots=True)
class _Lane:
    key: Key
    share: asyncio.Semaphore
    prompt: bool
    waiting: deque[str] = field(default_factory=deque)
    workers: int = 0


class Lanes:
    """Letters on their way; `deliver` tries the one of that name and answers how many seconds the exchange took."""

    def __init__(self, deliver: Deliver) -> None:
        self._deliver = deliver
        self._places = asyncio.Semaphore(AT_ONCE)
        self._slow = asyncio.Semaphore(SLOW_AT_ONCE)
        self._shares: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()
        self._lanes: dict[Key, _Lane] = {}
        self._prompt: OrderedDict[Key, None] = OrderedDict()
        self._workers: set[asyncio.Task[None]] = set()
        self.under_way = 0

    def add(self, key: Key, name: str) -> None:
        """Deliver the letter as soon as there is a place for it."""
        lane = self._lanes.get(key)
        if lane is None:
            share = self._shares.setdefault(key[0], asyncio.Semaphore(SLOW_OF_ONE_MERCHANT))
            lane = self._lanes[key] = _Lane(key, share, key in self._prompt)
        lane.waiting.append(name)
        self._man(lane)

    def close(self) -> None:
        """Cut off everything that is under way."""
        for worker in self._workers:
            worker.cancel()

    def _man(self, lane: _Lane) -> None:
        free = (AT_ONE_HOST if lane.prompt else 1) - lane.workers
        for _ in range(min(free, len(lane.waiting))):
            lane.workers += 1
            worker = asyncio.create_task(self._work(lane))
            self._workers.add(worker)
            worker.add_done_callback(self._workers.discard)

    async def _work(self, lane: _Lane) -> None:
        try:
            while lane.waiting and (lane.prompt or lane.workers == 1):
                async with self._place_for(lane):
                    if lane.waiting:
                        lane.prompt = await self._deliver(lane.waiting.popleft()) <= PROMPT
                self._man(lane)
        finally:
            lane.workers -= 1
            if not lane.workers:
                self._leave(lane)

    def _leave(self, lane: _Lane) -> None:
        del self._lanes[lane.key]
        self._prompt.pop(lane.key, None)
        if lane.prompt:
            self._prompt[lane.key] = None
            if len(self._prompt) > REMEMBERED:
                self._prompt.popitem(last=False)

    @asynccontextmanager
    async def _place_for(self, lane: _Lane) -> AsyncIterator[None]:
        async with AsyncExitStack() as held:
            if not lane.prompt:
                await held.enter_async_context(lane.share)
                await held.enter_async_context(self._slow)
            await held.enter_async_context(self._places)
            self.under_way += 1
            try:
                yield
            finally:
                self.under_way -= 1
