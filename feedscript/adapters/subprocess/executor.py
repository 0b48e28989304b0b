"""The SubprocessExecutor: scripts on the same machine, for all server processes that share the folders.

One of those processes leads: it holds `RUNS_DIR/.leader`, and its daemon threads drive the runners. The others tell
it of new runs through a named pipe. When it dies, the kernel frees the lock, the next process leads, and reads from
the backlog and the attempts' folders what runs, what has ended, and what has died.
"""

import json
import logging
import os
import threading
import time
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from feedscript.adapters._flock import open_lock, try_lock
from feedscript.adapters.subprocess.attempt_folder import AttemptFolder, Stage
from feedscript.adapters.subprocess.doorbell import Doorbell
from feedscript.adapters.subprocess.fair_queue import FairQueue
from feedscript.adapters.subprocess.leftovers import end_leftovers
from feedscript.adapters.subprocess.runner_process import RunnerProcess
from feedscript.adapters.subprocess.script_contract import ScriptSettings, assignment_for, cookie_of
from feedscript.adapters.subprocess.script_log import read_log
from feedscript.domain import FeedscriptError, Reason
from feedscript.ports import AttemptListener, Executor, ExecutorHealth, LogChunk, Run, ScriptEnd

logger = logging.getLogger(__name__)

LEAD_EVERY = 0.25
LOOK_EVERY = 1.0
REST_PER_LOOK = 10
RECORD_AGAIN_AFTER = 1.0
LONGEST_PROGRESS = 4096


class SubprocessExecutor(Executor):
    """Runs at most `capacity` scripts at a time, whatever the number of server processes."""

    def __init__(self, *, runs: Path, logs: Path, capacity: int, scripts: ScriptSettings) -> None:
        self._runs = runs
        self._logs = logs
        self._capacity = capacity
        self._scripts = scripts
        self._doorbell = Doorbell(runs / ".doorbell")
        self._queue = FairQueue()
        self._stopping = threading.Event()
        self._leading = threading.Event()
        self._running = 0
        self._counting = threading.Lock()
        self._threads: list[threading.Thread] = []

    # The port

    def start(self, listener: AttemptListener) -> None:
        """Stand for election in the background; the one that leads begins with the backlog."""
        self._runs.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._logs.mkdir(parents=True, exist_ok=True)
        self._listener = listener
        self._spawn_thread(self._stand_for_election, "feedscript-leader")

    def submit(self, run: Run) -> None:
        """Queue the run here, or tell the process that leads."""
        if self._leading.is_set():
            self._queue.put(run)
        else:
            self._doorbell.ring(run)

    def cancel(self, job_id: str, attempt: int) -> None:
        """Leave word in the attempt's folder, which the runner looks at; without a folder nothing has been started."""
        folder = self._folder(job_id, attempt)
        try:
            folder.cancel.touch()
        except FileNotFoundError:
            return

    def log(self, job_id: str, attempt: int, *, offset: int, limit: int) -> LogChunk | None:
        """Read the log file from the offset, without splitting a character at the end."""
        return read_log(
            self._log_path(job_id, attempt),
            offset=offset,
            limit=limit,
            over=not self._folder(job_id, attempt).path.exists(),
            cap=self._scripts.log_bytes,
        )

    def progress(self, job_id: str, attempt: int) -> Mapping[str, Any] | None:
        """Read the progress file, which the script replaces as it goes; one that is no JSON object says nothing."""
        try:
            document = json.loads(self._folder(job_id, attempt).progress.read_bytes()[:LONGEST_PROGRESS])
        except (OSError, ValueError):
            return None
        return document if isinstance(document, dict) else None

    def health(self) -> ExecutorHealth:
        """What the leader counts; the others read what it last wrote down."""
        if self._leading.is_set():
            return self._counts()
        try:
            return ExecutorHealth(**{**json.loads(self._status_path.read_bytes()), "leads": False})
        except (OSError, ValueError):
            return ExecutorHealth(leads=False, running=0, queued=0, capacity=self._capacity)

    def stop(self, grace: float) -> None:
        """Hand out nothing more, and wait for what runs; what is not done by then the next leader adopts."""
        self._stopping.set()
        self._queue.close()
        give_up = time.monotonic() + grace
        for thread in self._threads:
            thread.join(max(0.0, give_up - time.monotonic()))

    # Leading

    def _stand_for_election(self) -> None:
        descriptor = open_lock(self._runs / ".leader")
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
        self._leading.set()
        workers = [self._spawn_thread(self._work, f"feedscript-runner-{n}") for n in range(self._capacity)]
        look_at = 0.0
        while not self._stopping.is_set():
            if time.monotonic() >= look_at:
                look_at = self._look_around()
            for run in self._doorbell.heard(max(0.0, look_at - time.monotonic())):
                self._queue.put(run)
        # Lead until the last script that this process looks after is recorded.
        for worker in workers:
            worker.join()
        self._doorbell.close()

    def _look_around(self) -> float:
        """Take in the backlog and let time pass for the listener; answers when to look again."""
        begun = time.monotonic()
        try:
            for run in self._listener.backlog():
                self._queue.put(run)
            self._listener.tick()
            self._write_status()
        except FeedscriptError as error:
            logger.error("the backlog could not be looked at: %s", error)  # noqa: TRY400 - the text tells it all
        except Exception:
            logger.exception("the backlog could not be looked at")
        now = time.monotonic()
        return now + max(LOOK_EVERY, REST_PER_LOOK * (now - begun))

    # Working: one thread per place

    def _work(self) -> None:
        runner = RunnerProcess(self._scripts.modules, self._logs / "runners.log")
        while (run := self._queue.take()) is not None:
            self._count(+1)
            try:
                self._see_through(run, runner)
            except Exception:
                logger.exception(
                    "job %s, attempt %s is left to the next look around", run.job_id, run.attempt
                )
            finally:
                self._count(-1)
                self._queue.done(run)
        runner.close()

    def _see_through(self, run: Run, runner: RunnerProcess) -> None:
        """From whatever is on disk about the attempt to its recorded end."""
        folder = self._folder(run.job_id, run.attempt)
        if not run.wanted:
            self.cancel(run.job_id, run.attempt)
        if folder.stage() is Stage.FRESH and not run.started:
            folder.make()
            if not self._listener.wanted(run.job_id, run.attempt):
                folder.remove()
                return
            runner.carry_out(
                assignment_for(run, self._scripts, folder, self._log_path(run.job_id, run.attempt)),
                lambda: self._listener.script_started(
                    run.job_id, run.attempt, str(self._log_path(run.job_id, run.attempt))
                ),
            )
        while (stage := folder.stage()) is Stage.ALIVE:
            folder.wait()
        if stage is Stage.FRESH and not run.started:
            return  # the runner died before it began; the next look around finds the attempt again
        self._record(self._end(run, folder, stage))
        folder.remove()

    def _end(self, run: Run, folder: AttemptFolder, stage: Stage) -> ScriptEnd:
        if stage is Stage.ENDED:
            document = folder.read_end()
            reason = document.pop("reason")
            return ScriptEnd(
                job_id=run.job_id, attempt=run.attempt, reason=Reason(reason) if reason else None, **document
            )
        end_leftovers(cookie_of(run))
        return ScriptEnd(
            job_id=run.job_id,
            attempt=run.attempt,
            reason=Reason.LOST,
            error="the script and what looked after it are gone, and left no word",
        )

    def _record(self, end: ScriptEnd) -> None:
        """Tell the listener, however long it takes: an end that is not recorded would be a job that is stuck."""
        while True:
            try:
                self._listener.script_ended(end)
            except FeedscriptError as error:
                logger.warning("the end of job %s is not recorded yet: %s", end.job_id, error)
                if self._stopping.wait(RECORD_AGAIN_AFTER):
                    raise
            else:
                return

    # Where things lie, and what is counted

    def _folder(self, job_id: str, attempt: int) -> AttemptFolder:
        return AttemptFolder((self._runs / job_id / str(attempt)).absolute())

    def _log_path(self, job_id: str, attempt: int) -> Path:
        return (self._logs / job_id / f"{attempt}.log").absolute()

    @property
    def _status_path(self) -> Path:
        return self._runs / ".status.json"

    def _preload(self) -> list[str]:
        scripts = self._scripts
        return sorted(
            {b.partition(":")[0] for phase, b in scripts.builtins.items() if phase not in scripts.commands}
        )

    def _spawn_thread(self, target: object, name: str) -> threading.Thread:
        thread = threading.Thread(target=target, name=name, daemon=True)  # type: ignore[arg-type]  # a bound method
        self._threads.append(thread)
        thread.start()
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
        )

    def _write_status(self) -> None:
        temporary = self._status_path.with_suffix(".tmp")
        temporary.write_text(json.dumps(asdict(self._counts())))
        temporary.rename(self._status_path)
