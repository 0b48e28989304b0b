"""What one process of all hosts does: declare lost what silent hosts ran, offer what waits, let time pass."""

import logging
import threading
import time
from collections.abc import Callable

from feedscript.adapters.postgresql.host_lease import HostLease
from feedscript.adapters.procrastinate.attempts import Attempts
from feedscript.domain import FeedscriptError, Reason, UnknownJob
from feedscript.ports import AttemptListener, Run, ScriptEnd
from feedscript.ports.errors import OtherHost, UnreadableJob

logger = logging.getLogger(__name__)

LOOK_EVERY = 1.0
LOOK_AT_ALL_EVERY = 5.0
REST_PER_READ = 10
FORGET_EVERY = 600.0
#: Renewed with every look; so long nobody looks where the process in office is gone.
IN_OFFICE_FOR = 5.0


class Caretaker:
    """Stands for the office in the background; who has it holds a lease, which one that hangs does not renew.

    `offer` lets runs wait, `wake` tells the hosts that something does. Two at a time, after a pause, do no harm:
    whatever they do is guarded where it is done.
    """

    def __init__(
        self,
        office: HostLease,
        attempts: Attempts,
        listener: AttemptListener,
        *,
        offer: Callable[[Run], None],
        wake: Callable[[], None],
    ) -> None:
        self._office = office
        self._attempts = attempts
        self._listener = listener
        self._offer = offer
        self._wake = wake
        self._stopping = threading.Event()
        self.in_office = threading.Event()

    def start(self) -> None:
        """Stand for the office until stopped."""
        threading.Thread(target=self._stand, name="feedscript-caretaker", daemon=True).start()

    def stop(self) -> None:
        """Leave the office to others."""
        self._stopping.set()

    def _stand(self) -> None:
        look_at_all_at = forget_at = 0.0
        while not self._stopping.is_set():
            begun = time.monotonic()
            try:
                self._office.take()
                self.in_office.set()
                at_all = begun >= look_at_all_at
                self.look_around(at_all=at_all)
                if at_all:
                    look_at_all_at = begun + max(
                        LOOK_AT_ALL_EVERY, REST_PER_READ * (time.monotonic() - begun)
                    )
                if begun >= forget_at:
                    self._attempts.forget()
                    forget_at = begun + FORGET_EVERY
            except OtherHost:
                self.in_office.clear()
            except FeedscriptError as error:
                logger.warning("nobody is looked after from here just now: %s", error)
            except Exception:
                logger.exception("nobody is looked after from here just now")
            self._stopping.wait(max(LOOK_EVERY, time.monotonic() - begun))
        self.in_office.clear()

    def look_around(self, *, at_all: bool) -> None:
        """One round; `at_all` looks at the jobs that wait or run, too, which seldom need anything."""
        self._declare_lost()
        known = self._attempts.known()
        waiting = frozenset() if at_all else frozenset(job_id for job_id, _ in known)
        for run in self._listener.backlog(waiting=waiting):
            if (run.job_id, run.attempt) not in known and run.wanted:
                self._offer(run)
            elif (run.job_id, run.attempt) not in known and run.started:
                # Cancelled, and nobody runs it: only its end is still to be told.
                self._tell_lost(run.job_id, run.attempt, "what ran it is gone")
        self._listener.tick(waiting=waiting)
        if self._attempts.is_room():
            self._wake()

    def _declare_lost(self) -> None:
        for job_id, attempt, host, name in self._attempts.lost():
            logger.warning("job %s, attempt %s is lost: nothing is heard of %s", job_id, attempt, name)
            if self._tell_lost(
                job_id, attempt, f"nothing was heard any more of {name}, which ran the script"
            ):
                self._attempts.let_go(job_id, attempt, host=host)

    def _tell_lost(self, job_id: str, attempt: int, error: str) -> bool:
        end = ScriptEnd(job_id=job_id, attempt=attempt, reason=Reason.LOST, error=error)
        try:
            self._listener.script_ended(end)
        except (UnknownJob, UnreadableJob) as problem:
            logger.error("the end of attempt %s cannot be recorded: %s", attempt, problem)  # noqa: TRY400 - the text tells it all
        except FeedscriptError as problem:
            logger.warning("the end of job %s is not recorded yet: %s", job_id, problem)
            return False
        return True
