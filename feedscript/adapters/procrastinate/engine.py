"""Procrastinate: it wakes the hosts when something waits, and shows each script that runs as a job of its own."""

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any

import procrastinate
import psycopg
from procrastinate import exceptions
from procrastinate.jobs import DeleteJobCondition, Status
from procrastinate.worker import Worker

from feedscript.adapters.postgresql.failures import Connection

logger = logging.getLogger(__name__)

QUEUE = "feedscript"
TASK = "feedscript.run_next"
BEGIN_AGAIN_AFTER = 1.0
LOOK_EVERY = 0.1
#: How long an answer of the engine may take beside what it listens for.
POLL_EVERY = 5.0
HEARTBEAT, SILENT = 10.0, 30.0

RunNext = Callable[[], Coroutine[Any, Any, None]]


def defer(connection: Connection) -> None:
    """Have one host wake up, in the caller's transaction."""
    _waker().configure_task(TASK, queue=QUEUE, connection=connection).defer()


def defer_once(connection: Connection) -> None:
    """As `defer`, unless such a call waits already; the caller's transaction is of no use then."""
    _waker().configure_task(TASK, queue=QUEUE, queueing_lock=TASK, connection=connection).defer()


AlreadyEnqueued = exceptions.AlreadyEnqueued


class Engine:
    """Takes calls and works them off, at most `concurrency` at a time, by `run_next`."""

    def __init__(self, url: str, *, name: str, concurrency: int, run_next: RunNext) -> None:
        self._url = url
        self._name = name
        self._concurrency = concurrency
        self._run_next = run_next
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
                logger.warning("the engine rests: %s", error)
            except Exception:
                logger.exception("the engine rests")
            # It may also end without a word where the database goes away.
            self._stopping.wait(max(0.0, BEGIN_AGAIN_AFTER - (time.monotonic() - begun)))

    async def _serve(self) -> None:
        app = procrastinate.App(
            connector=procrastinate.PsycopgConnector(conninfo=self._url, min_size=1, max_size=4)
        )

        @app.task(name=TASK, queue=QUEUE)
        async def run_next() -> None:
            await self._run_next()

        async with app.open_async():
            self._worker = Worker(
                app,
                queues=[QUEUE],
                name=self._name,
                concurrency=self._concurrency,
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


class Awaited:
    """Who waits for an attempt to be over: a task of the engine, in its loop."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._over: dict[tuple[str, int], Future[None]] = {}

    def expect(self, job_id: str, attempt: int) -> Future[None]:
        """What is done when `tell` is called for the attempt."""
        with self._lock:
            return self._over.setdefault((job_id, attempt), Future())

    def tell(self, job_id: str, attempt: int) -> None:
        """The attempt is over."""
        with self._lock:
            future = self._over.pop((job_id, attempt), None)
        if future is not None:
            _done(future)

    def tell_all(self) -> None:
        """Nobody is to wait any longer."""
        with self._lock:
            futures, self._over = list(self._over.values()), {}
        for future in futures:
            _done(future)


def _done(future: Future[None]) -> None:
    if future.set_running_or_notify_cancel():
        future.set_result(None)


def _waker() -> procrastinate.App:
    # It is never opened: what is deferred goes over the caller's connection.
    return procrastinate.App(connector=procrastinate.SyncPsycopgConnector())
