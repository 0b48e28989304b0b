"""The SubprocessExecutor: scripts on the same machine, for all server processes that share the folders.

One of those processes leads: it holds `RUNS_DIR/.leader`, and its daemon threads drive the runners. It is told of new
runs through a named pipe. When it dies, the kernel frees the lock, the next process leads, and reads from the backlog
and the attempts' folders what runs, what has ended, and what has died.
"""

import json
import logging
import os
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from feedscript.adapters._flock import open_lock, try_lock
from feedscript.adapters.subprocess.attempt_folder import PASSED, Stage
from feedscript.adapters.subprocess.doorbell import Doorbell
from feedscript.adapters.subprocess.fair_queue import FairQueue, Ticket, ticket_of
from feedscript.adapters.subprocess.leader import leaders_lock
from feedscript.adapters.subprocess.leftovers import end_leftovers
from feedscript.adapters.subprocess.place import Place
from feedscript.adapters.subprocess.queue_order import QueueOrder
from feedscript.adapters.subprocess.run_folders import RunFolders
from feedscript.adapters.subprocess.script_contract import ScriptSettings
from feedscript.adapters.subprocess.script_log import read_log_file
from feedscript.adapters.subprocess.words import read_words
from feedscript.domain import FeedscriptError
from feedscript.ports import AttemptListener, Executor, ExecutorHealth, LogChunk, Observation, Run

logger = logging.getLogger(__name__)

LEAD_EVERY = 0.25
LOOK_EVERY, LOOK_AT_ALL_EVERY = 1.0, 5.0
REST_WHILE_BUSY = 0.02
TELLERS = 16
LEFT = "job %s, attempt %s is left to the next look around"
REST_PER_READ, REST_PER_READ_OF_ALL = 10, 30
LONGEST_PROGRESS = 4096
TELL_EVERY = 0.1
MERCHANTS_TOLD = 100
QUEUE_TOLD = 1000


class SubprocessExecutor(Executor):
    """Runs at most `capacity` scripts at a time, whatever the number of server processes.

    `gone` is called by the place of a script that has ended, before its end is told; it raises nothing.
    """

    def __init__(
        self,
        *,
        runs: Path,
        logs: Path,
        capacity: int,
        scripts: ScriptSettings,
        gone: Callable[[str, int], None] = lambda *_: None,
    ) -> None:
        self._gone = gone
        self._folders = RunFolders(runs, logs)
        self._capacity = capacity
        self._scripts = scripts
        self._doorbell = Doorbell(runs / ".doorbell")
        self._queue = FairQueue()
        self._stopping = threading.Event()
        self._leading = threading.Event()
        self._running = 0
        self._reading = 0.0
        self._order = QueueOrder(runs / ".order.json")
        self._told_queued, self._told_at = 0, 0.0
        self._counting = threading.Lock()
        self._threads: list[threading.Thread] = []

    # The port

    def start(self, listener: AttemptListener) -> None:
        """Stand for election in the background; the one that leads begins with the backlog."""
        self._folders.runs.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self._scripts.user is not None:
            self._folders.runs.chmod(PASSED)
        self._folders.logs.mkdir(parents=True, exist_ok=True)
        self._listener = listener
        self._spawn_thread(self._stand_for_election, "feedscript-leader")

    def submit(self, run: Run) -> None:
        """Tell the process that leads, be it this one: through one pipe, what is accepted first is heard first."""
        self._doorbell.ring(ticket_of(run))

    def take_in(self, ticket: Ticket) -> None:
        """As `submit`, where this process leads and hears of all runs itself."""
        self._queue.put(ticket)

    def cancel(self, job_id: str, attempt: int) -> None:
        """Leave word in the attempt's folder, which the runner looks at; without a folder nothing has been started.

        Where that fails, the leader's next look around does it again. What waits makes room at once in the process that
        leads, and with its next look at all where another one was asked.
        """
        self._queue.drop({(job_id, attempt)})
        try:
            self._folders.of(job_id, attempt).cancel.touch()
        except FileNotFoundError:
            return
        except OSError as error:
            logger.warning("job %s, attempt %s is not told of its cancelling yet: %s", job_id, attempt, error)

    def log(self, job_id: str, attempt: int, *, offset: int, limit: int) -> LogChunk | None:
        """Read the log file from the offset, without splitting a character at the end."""
        return read_log_file(
            self._folders.log(job_id, attempt),
            offset=offset,
            limit=limit,
            over=not self._folders.of(job_id, attempt).path.exists(),
            cap=self._scripts.log_bytes,
        )

    def observe(self, job_id: str, attempt: int) -> Observation:
        """Look at what the script writes, and at what the leader has last written down of who is next."""
        folder, log = self._folders.of(job_id, attempt), self._folders.log(job_id, attempt)
        progress = self.progress(job_id, attempt)
        return Observation(
            # The folder may be another run's by now: while it has this name it is not.
            progress=progress if folder.path.exists() else None,
            heard_at=folder.heard_at(log),
            position=self._order.position(job_id, attempt),
        )

    def progress(self, job_id: str, attempt: int) -> Mapping[str, Any] | None:
        """What the script has last told of how far it is."""
        owner = None if self._scripts.user is None else self._scripts.user.uid
        return read_words(self._folders.of(job_id, attempt).progress, most=LONGEST_PROGRESS, owner=owner)

    def health(self) -> ExecutorHealth:
        """What the leader counts; the others read what it last wrote down."""
        if self._leading.is_set():
            return self._counts()
        try:
            return ExecutorHealth(**{**json.loads(self._status_path.read_bytes()), "leads": False})
        except (OSError, ValueError, TypeError):
            return ExecutorHealth(leads=False, running=0, queued=0, capacity=self._capacity)

    def stop(self, grace: float) -> None:
        """Hand out nothing more, and wait for what runs; what is not done by then the next leader adopts."""
        self._stopping.set()
        self._queue.close()
        self._doorbell.wake()
        give_up = time.monotonic() + grace
        for thread in list(self._threads):
            thread.join(max(0.0, give_up - time.monotonic()))

    # Leading

    def _stand_for_election(self) -> None:
        while not self._stopping.is_set():
            try:
                self._lead_if_elected()
            except Exception:
                logger.exception("this process cannot lead")
            self._stopping.wait(LEAD_EVERY)

    def _lead_if_elected(self) -> None:
        descriptor = open_lock(leaders_lock(self._folders.runs))
        try:
            while not try_lock(descriptor):
                if self._stopping.wait(LEAD_EVERY):
                    return
            self._lead()
        finally:
            self._leading.clear()
            os.close(descriptor)

    def _lead(self) -> None:
        self._doorbell.listen()
        self._folders.lead()
        try:
            # What an earlier leader left running takes its places before anything new is started.
            while not self._look_around(take_over=True):
                if self._stopping.wait(LOOK_EVERY):
                    return
            # And what waits is queued in its order before newer runs are heard of.
            self._look_around()
            self._leading.set()
            self._tellers = ThreadPoolExecutor(TELLERS * self._capacity, "feedscript-teller")
            workers = [
                self._spawn_thread(self._work, f"feedscript-runner-{n}") for n in range(self._capacity)
            ]
            self._listen_and_look()
            # Lead until the last script that this process looks after is recorded.
            for worker in workers:
                worker.join()
            self._tellers.shutdown()
        finally:
            self._doorbell.close()

    def _listen_and_look(self) -> None:
        look_at, look_at_all_at = 0.0, time.monotonic() + LOOK_AT_ALL_EVERY
        while not self._stopping.is_set():
            if (now := time.monotonic()) >= look_at:
                # What waits here seldom needs anything but its turn; a long line of it is not read all the time.
                at_all = now >= look_at_all_at
                self._look_around(at_all=at_all)
                self._write_status()
                self._order.write(self._queue.order(QUEUE_TOLD))
                now = time.monotonic()
                if at_all:
                    look_at = now + LOOK_EVERY
                    look_at_all_at = now + max(LOOK_AT_ALL_EVERY, REST_PER_READ_OF_ALL * self._reading)
                else:
                    look_at = now + max(LOOK_EVERY, REST_PER_READ * self._reading)
            self._tell_how_much_waits()
            for ticket in self._doorbell.heard(min(LOOK_EVERY, max(0.0, look_at - time.monotonic()))):
                self._queue.put(ticket)
            if self._running >= self._capacity:
                # None of what is told of now could begin sooner: it is heard together.
                self._stopping.wait(REST_WHILE_BUSY)

    def _look_around(self, *, take_over: bool = False, at_all: bool = True) -> bool:
        """Take in the backlog and let time pass for the listener; answers whether it went well."""
        begun_at = time.monotonic()
        try:
            waiting = frozenset() if at_all else self._queue.waiting()
            known, before = set(), self._queue.tickets() if at_all else frozenset()
            for run in self._listener.backlog(waiting=waiting):
                known.add((run.job_id, run.attempt))
                if not run.wanted:
                    self.cancel(run.job_id, run.attempt)
                if self._queue.knows(run.job_id, run.attempt):
                    continue
                begun = self._folders.of(run.job_id, run.attempt).path.is_dir()
                self._queue.put(ticket_of(run), ahead=begun or run.started)
            # What waited when the backlog was asked for and is not in it was called off.
            self._queue.drop(before - known)
            if take_over:
                self._tidy(known)
            self._listener.tick(waiting=waiting)
            self._reading = time.monotonic() - begun_at
        except FeedscriptError as error:
            logger.error("the backlog could not be looked at: %s", error)  # noqa: TRY400 - the text tells it all
        except Exception:
            logger.exception("the backlog could not be looked at")
        else:
            return True
        return False

    def _tidy(self, known: set[tuple[str, int]]) -> None:
        """Remove what an earlier leader could not: the folders of attempts whose story is told."""
        for job_id, attempt, folder in self._folders.present():
            if (job_id, attempt) in known or folder.stage() is Stage.ALIVE:
                continue
            try:
                if self._listener.wanted(job_id, attempt):
                    continue  # accepted since the backlog was read
            except FeedscriptError:
                continue
            end_leftovers(folder.cookie)
            folder.remove()

    # Working: one thread per place

    def _work(self) -> None:
        place = Place(
            listener=self._listener,
            folders=self._folders,
            scripts=self._scripts,
            stopping=self._stopping,
            tellers=self._tellers,
        )
        while (ticket := self._queue.take()) is not None:
            self._count(+1)
            try:
                told = place.see_through(ticket)
            except Exception:
                # What is under way when the process ends is the next leader's.
                logger.exception(LEFT, ticket.job_id, ticket.attempt, exc_info=not self._stopping.is_set())
                told = None
            finally:
                self._count(-1)
            if told is None:
                self._queue.done(ticket)
            else:
                told.add_done_callback(partial(self._told, ticket))
                self._gone(ticket.job_id, ticket.attempt)
        place.close()

    def _told(self, ticket: Ticket, told: Future[None]) -> None:
        if error := told.exception():
            logger.error(LEFT, ticket.job_id, ticket.attempt, exc_info=error)
        self._queue.done(ticket)

    # What is counted

    @property
    def _status_path(self) -> Path:
        return self._folders.runs / ".status.json"

    def _spawn_thread(self, target: Callable[[], None], name: str) -> threading.Thread:
        thread = threading.Thread(target=target, name=name, daemon=True)
        thread.start()
        self._threads.append(thread)
        return thread

    def _count(self, step: int) -> None:
        with self._counting:
            self._running += step

    def _counts(self) -> ExecutorHealth:
        queued, wait = self._queue.depth()
        return ExecutorHealth(
            leads=self._leading.is_set(),
            running=self._running,
            queued=queued,
            capacity=self._capacity,
            oldest_wait_seconds=wait,
            waiting=self._queue.of_merchants(MERCHANTS_TOLD),
        )

    def _tell_how_much_waits(self) -> None:
        """The other processes go by it when they take something in."""
        if self._queue.depth()[0] != self._told_queued and time.monotonic() >= self._told_at + TELL_EVERY:
            self._write_status()

    def _write_status(self) -> None:
        self._told_queued, self._told_at = self._queue.depth()[0], time.monotonic()
        temporary = self._status_path.with_suffix(".tmp")
        try:
            temporary.write_text(json.dumps(asdict(self._counts())))
            temporary.rename(self._status_path)
        except OSError as error:
            logger.warning("what runs and waits is not told to the other processes: %s", error)
