"""Following a job until nothing more happens to it by itself, however long its service is away meanwhile."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar

import click

from feedscript.entrypoints.cli.jobs.desk import Desk, Document, Exit, NotDone, has_failed, is_settled
from feedscript.entrypoints.cli.jobs.tables import note

FIRST_PAUSE, LONGEST_PAUSE, GROWTH = 0.1, 2.0, 1.4
#: How long a service may be away (it is restarted, a proxy is) before it is given up.
AWAY_FOR = 60.0
T = TypeVar("T")


class Watch:
    """Asks again and again, with growing pauses, for `timeout` seconds at most."""

    def __init__(self, timeout: float | None = None, *, away_for: float = AWAY_FOR) -> None:
        self._give_up = None if timeout is None else time.monotonic() + timeout
        self._timeout = timeout
        self._away_for = away_for
        self._pause = FIRST_PAUSE

    def ask(self, question: Callable[[], T]) -> T:
        """The answer, as soon as there is one; raises `NotDone` for a refusal, or a service that stays away."""
        given_up_at = time.monotonic() + self._away_for
        told = False
        while True:
            try:
                return question()
            except NotDone as error:
                if error.code is not Exit.NO_ANSWER or time.monotonic() >= given_up_at:
                    raise
                if not told:
                    click.echo(f"feedscript: {error}; asking again for {self._away_for:g} s", err=True)
                    told = True
                self.rest()

    def rest(self) -> None:
        """Let some time pass; raises `NotDone` once the time is over."""
        pause = self._pause
        if self._give_up is not None:
            pause = min(pause, self._give_up - time.monotonic())
            if pause <= 0:
                raise NotDone(f"not over after {self._timeout:g} s; the job goes on", Exit.TIMED_OUT)
        time.sleep(pause)
        self._pause = min(LONGEST_PAUSE, self._pause * GROWTH)

    def again(self) -> None:
        """Something has changed: look more often for a while."""
        self._pause = FIRST_PAUSE


def settled(desk: Desk, job_id: str, *, timeout: float | None) -> Document:
    """The job once it is settled; every change on the way is told on stderr."""
    watch, before = Watch(timeout), ""
    while True:
        job = watch.ask(lambda: desk.job(job_id))
        now = f"{job['status']} {job.get('stage') or ''}".strip()
        if now != before:
            said = note(job) if has_failed(job) else ""
            clock = datetime.now(UTC).strftime("%H:%M:%S")
            click.echo(f"{clock} {' '.join(filter(None, (job_id, now, said)))}", err=True)
            watch.again()
        before = now
        if is_settled(job):
            return job
        watch.rest()
