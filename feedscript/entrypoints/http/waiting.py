"""Answers that wait until a job has changed: bounded in time and in number, so that they hold up nobody else."""

import threading
import time

from flask import Flask, current_app

from feedscript.domain import Job
from feedscript.entrypoints.http.draining import draining
from feedscript.service import JobService

LOOK_EVERY = 0.1


class Waiting:
    """Those who wait in this process, at most so many; each has a thread, and others need threads too."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self.count = 0

    def until_changed(self, service: JobService, job: Job, *, seconds: int, stopping: threading.Event) -> Job:
        """The job once its state, stage or attempts have changed, else as it is after so many seconds.

        At once where it is settled, as nothing comes by itself then; where too many wait; and where the service stops.
        """
        if not seconds or job.settled or not self._come():
            return job
        try:
            until, before = time.monotonic() + seconds, _seen(job)
            while _seen(job) == before and (left := until - time.monotonic()) > 0:
                if stopping.wait(min(LOOK_EVERY, left)):
                    break
                job = service.job(job.id)
            return job
        finally:
            self._go()

    def _come(self) -> bool:
        with self._lock:
            if self.count >= self._most:
                return False
            self.count += 1
            return True

    def _go(self) -> None:
        with self._lock:
            self.count -= 1


def register_waiting(app: Flask, *, threads: int) -> None:
    """Let callers wait in up to half of a process's threads."""
    app.extensions["feedscript.waiting"] = Waiting(max(1, threads // 2))


def until_changed(service: JobService, job: Job, seconds: int) -> Job:
    """As `Waiting.until_changed`, of the application at hand."""
    waiting: Waiting = current_app.extensions["feedscript.waiting"]
    return waiting.until_changed(service, job, seconds=seconds, stopping=draining())


def _seen(job: Job) -> tuple[object, ...]:
    return job.state, job.stage, len(job.attempts)
