"""Procrastinate: it wakes the hosts when something waits; a call of its queue is one host that takes things in."""

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Coroutine, Iterable
from contextlib import suppress
from functools import cache
from typing import Any

import procrastinate
import psycopg
from procrastinate import exceptions
from procrastinate.connector import Notify
from procrastinate.jobs import DeleteJobCondition, Status
from procrastinate.worker import Worker

from feedscript.adapters.postgresql.database import Database
from feedscript.adapters.postgresql.failures import Connection

logger = logging.getLogger(__name__)

QUEUE = "feedscript"
TASK = "feedscript.run_next"
BEGIN_AGAIN_AFTER = 1.0
LOOK_EVERY = 0.1
#: How long an answer of the engine may take beside what it listens for.
POLL_EVERY = 5.0
HEARTBEAT, SILENT = 10.0, 30.0
CALLED = "SELECT EXISTS (SELECT FROM procrastinate_jobs WHERE queueing_lock = %s AND status = 'todo')"


def is_called(database: Database) -> bool:
    """Whether a call waits for a host with room."""
    ((answer,),) = database.query(CALLED, TASK)
    return bool(answer)


def call(database: Database) -> None:
    """Have one host wake up that has room, unless such a call waits already.

    Whoever lets something wait does so before: then the host that takes a call which was seen here sees it, too.
    """
    with suppress(exceptions.AlreadyEnqueued):
        database.transaction(_defer, durable=False)


def _defer(connection: Connection) -> None:
    _waker().configure_task(TASK, queue=QUEUE, queueing_lock=TASK, connection=connection).defer()


class Engine:
    """Takes calls and works them off, one at a time, by `answer`: who is at one hears no other."""

    def __init__(self, url: str, *, name: str, answer: Callable[[], Coroutine[Any, Any, None]]) -> None:
        self._url = url
        self._name = name
        self._answer = answer
        self._stopping = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._worker: Worker | None = None

    def start(self, *, when: Callable[[], bool]) -> None:
        """Work until stopped, once it is time, however often the database is away meanwhile."""
        threading.Thread(target=self._work, args=(when,), name="feedscript-engine", daemon=True).start()

    def stop(self) -> None:
        """Take no more calls; what is being worked off has to end by itself."""
        self._stopping.set()
        if self._loop is not None and self._worker is not None:
            self._loop.call_soon_threadsafe(self._worker.stop)

    def _work(self, when: Callable[[], bool]) -> None:
        while not when():
            if self._stopping.wait(LOOK_EVERY):
                return
        while not self._stopping.is_set():
            begun = time.monotonic()
            try:
                asyncio.run(self._serve())
            except (psycopg.Error, exceptions.ProcrastinateException) as error:
                # Procrastinate's own text is the same for whatever went wrong.
                logger.warning("the engine rests: %s", " ".join(str(error.__cause__ or error).split()))
            except Exception:
                logger.exception("the engine rests")
            # It may also end without a word where the database goes away.
            self._stopping.wait(max(0.0, BEGIN_AGAIN_AFTER - (time.monotonic() - begun)))

    async def _serve(self) -> None:
        # Its pool would look for a server that is away after pauses that double.
        await (await psycopg.AsyncConnection.connect(self._url)).close()
        app = procrastinate.App(
            connector=_Connector(conninfo=self._url, min_size=1, max_size=4, configure=_not_awaited)
        )

        @app.task(name=TASK, queue=QUEUE)
        async def run_next() -> None:
            await self._answer()

        async with app.open_async():
            self._worker = _Worker(
                app,
                queues=[QUEUE],
                name=self._name,
                concurrency=1,
                fetch_job_polling_interval=POLL_EVERY,
                delete_jobs=DeleteJobCondition.ALWAYS,
                install_signal_handlers=False,
                update_heartbeat_interval=HEARTBEAT,
                stalled_worker_timeout=SILENT,
            )
            self._loop = asyncio.get_running_loop()
            if self._stopping.is_set():
                return
            tidying = asyncio.create_task(self._tidy(app))
            try:
                await self._worker.run()  # type: ignore[no-untyped-call]  # theirs
            finally:
                tidying.cancel()
                self._worker = None

    async def _tidy(self, app: procrastinate.App) -> None:
        """Remove the calls that workers were at when they died: the attempts are seen to without them."""
        while True:
            await asyncio.sleep(SILENT)
            try:
                for job in await app.job_manager.get_stalled_jobs(
                    queue=QUEUE, seconds_since_heartbeat=SILENT
                ):
                    await app.job_manager.finish_job(job, status=Status.FAILED, delete_job=True)
            except exceptions.ConnectorException as error:
                logger.warning("what dead workers left in the queue stays there for now: %s", error)


class _Connector(procrastinate.PsycopgConnector):
    """One that hears no calls any more where the database is away, and does not make a stack trace of it."""

    async def listen_notify(self, on_notification: Notify, channels: Iterable[str]) -> None:
        with suppress(exceptions.ConnectorException):
            await super().listen_notify(on_notification, channels)


class _Worker(Worker):
    """One that ends when it hears no calls any more; theirs looks after its side tasks until the first one is done."""

    async def _monitor_side_tasks(self, side_tasks: list[asyncio.Task[Any]]) -> None:
        # The deferrer of periodic calls ends at once, as there are none.
        lasting = [task for task in side_tasks if task.get_name() != "deferrer"]
        await asyncio.wait(lasting, return_when=asyncio.FIRST_COMPLETED)
        self.stop()  # type: ignore[no-untyped-call]  # theirs


async def _not_awaited(connection: psycopg.AsyncConnection[Any]) -> None:
    # A call that a crash takes back, or brings again, is made up for.
    await connection.execute("SET synchronous_commit = off")
    await connection.commit()


@cache
def _waker() -> procrastinate.App:
    # It is never opened: what is deferred goes over the caller's connection.
    return procrastinate.App(connector=procrastinate.SyncPsycopgConnector())
