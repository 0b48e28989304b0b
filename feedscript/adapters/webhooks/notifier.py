"""Delivers what is in the outbox, to many hosts at a time, in one thread."""

import asyncio
import logging
import os
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from feedscript.adapters._flock import open_lock, try_lock
from feedscript.adapters.http_exchange import DeadlinePassed, NoAnswer, post
from feedscript.adapters.webhooks.outbox import Letter, Outbox
from feedscript.domain import Activity, pause_is_over
from feedscript.ports import Clock, IdFactory, Notification, Notifier

logger = logging.getLogger(__name__)

PAUSES = (5.0, 30.0, 300.0, 1800.0, 7200.0)
DEADLINE = 15.0
"""Seconds for a whole exchange."""
LOOK_EVERY = 0.5
HOSTS_AT_ONCE, SILENT_HOSTS_AT_ONCE = 64, 32


class WebhookNotifier(Notifier):
    """Delivers from `outbox/`; of the processes that share it one delivers, to several hosts at a time.

    Each host gets one message at a time, and one that let the deadline pass has to share half of the places with its
    like until it answers: however many are silent, there is room for those that are not. `pauses` are the seconds
    before each further try; `record` enters every try on the audit trail.
    """

    def __init__(
        self,
        outbox: Path,
        *,
        ids: IdFactory,
        clock: Clock,
        record: Callable[[Sequence[Activity]], None],
        pauses: Sequence[float] = PAUSES,
        deadline: float = DEADLINE,
    ) -> None:
        self._outbox = Outbox(outbox)
        self._ids = ids
        self._clock = clock
        self._record = record
        self._pauses = [timedelta(seconds=pause) for pause in pauses]
        self._deadline = deadline
        self._stopping = threading.Event()
        self._wake = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self._silent: set[str] = set()

    def notify(self, notification: Notification) -> None:
        """Put the notification into the outbox, unless its job has put it there before."""
        if self._outbox.take_in(notification):
            self._look_now()

    def forget(self, job_id: str) -> None:
        """Drop the job's names."""
        self._outbox.forget(job_id)

    def start(self) -> None:
        """Begin to deliver in the background."""
        self._outbox.make()
        work = threading.Thread(
            target=lambda: asyncio.run(self._deliver_all()), name="feedscript-webhooks", daemon=True
        )
        work.start()

    def stop(self) -> None:
        """Deliver nothing more, and cut off what is under way; what is left waits in the outbox."""
        self._stopping.set()
        self._look_now()

    def _look_now(self) -> None:
        if self._loop is not None:
            with suppress(RuntimeError):  # it has ended
                self._loop.call_soon_threadsafe(self._wake.set)

    async def _deliver_all(self) -> None:
        self._loop = asyncio.get_running_loop()
        # Names are looked up in threads, where one that nobody answers for stays for its time.
        self._loop.set_default_executor(ThreadPoolExecutor(HOSTS_AT_ONCE, "feedscript-webhook-names"))
        lock = open_lock(self._outbox.lock)
        try:
            while not self._stopping.is_set():
                try:
                    if try_lock(lock):
                        self._begin_what_is_due()
                except Exception:
                    logger.exception("the outbox is left to the next look")
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), LOOK_EVERY)
                self._wake.clear()
        finally:
            for task in self._under_way.values():
                task.cancel()
            os.close(lock)

    def _begin_what_is_due(self) -> None:
        letters = self._outbox.by_host()
        self._silent.intersection_update(letters)
        # Those that answer come first.
        for host in sorted(letters, key=self._silent.__contains__):
            due = [(path, letter) for path, letter in letters[host] if self._is_due(letter)]
            if due and host not in self._under_way and self._has_room_for(host):
                self._under_way[host] = asyncio.create_task(self._deliver_to(host, due))

    def _has_room_for(self, host: str) -> bool:
        if host in self._silent and len(self._silent.intersection(self._under_way)) >= SILENT_HOSTS_AT_ONCE:
            return False
        return len(self._under_way) < HOSTS_AT_ONCE

    def _is_due(self, letter: Letter) -> bool:
        if letter.not_before is None or not self._pauses:
            return True
        longest = self._pauses[min(letter.tries, len(self._pauses)) - 1]
        return pause_is_over(letter.not_before, now=self._clock.now(), longest=longest)

    async def _deliver_to(self, host: str, due: Iterable[tuple[Path, Letter]]) -> None:
        try:
            for path, letter in due:
                await self._deliver(path, letter)
            self._silent.discard(host)
        except DeadlinePassed:
            self._silent.add(host)
        except Exception:
            logger.exception("notifications to %s are left for later", host)
        finally:
            del self._under_way[host]

    async def _deliver(self, path: Path, letter: Letter) -> None:
        """Try it once; raises `DeadlinePassed` when all is written down."""
        told = letter.notification
        try:
            answer = await post(told.url, told.body, headers={"webhook-id": told.id}, within=self._deadline)
        except NoAnswer as error:
            self._write_down(path, letter, str(error))
            if isinstance(error, DeadlinePassed):
                raise
        else:
            self._write_down(path, letter, None if answer.ok else f"HTTP {answer.status}")

    def _write_down(self, path: Path, letter: Letter, error: str | None) -> None:
        self._enter(letter, error)
        if error is None:
            self._outbox.delivered(path)
        elif letter.tries >= len(self._pauses):
            self._outbox.give_up(path)
        else:
            self._outbox.put_off(path, letter, self._clock.now() + self._pauses[letter.tries])

    def _enter(self, letter: Letter, error: str | None) -> None:
        told = letter.notification
        data = {"notification": told.id, "try": letter.tries + 1, "delivered": error is None, "error": error}
        self._record(
            [
                Activity(
                    id=self._ids.new_id(),
                    at=self._clock.now(),
                    type="feedscript.notification.sent",
                    job_id=told.job_id,
                    data=data,
                )
            ]
        )
