"""The ProcrastinateExecutor: scripts on any number of hosts that share a database.

An attempt that is submitted waits in a table, and a call is deferred after it unless one waits. A host that is woken
claims those whose turn it is; what then happens on the host is the `SubprocessExecutor`'s, which sees the
claimed attempts as its backlog. A host holds its claims by a lease. One process of all is the `Caretaker`.
"""

import logging
import secrets
import threading
from dataclasses import replace
from pathlib import Path

from feedscript.adapters.postgresql.database import Database
from feedscript.adapters.postgresql.host_lease import HostLease
from feedscript.adapters.procrastinate.attempts import Attempts, Claim
from feedscript.adapters.procrastinate.caretaker import IN_OFFICE_FOR, Caretaker
from feedscript.adapters.procrastinate.counts import Counts
from feedscript.adapters.procrastinate.engine import Engine, call, is_called
from feedscript.adapters.procrastinate.host_listener import HostListener
from feedscript.adapters.procrastinate.intake import Intake
from feedscript.adapters.procrastinate.output import ScriptOutput
from feedscript.adapters.procrastinate.presence import LASTS, Presence
from feedscript.adapters.procrastinate.schema import need_tables
from feedscript.adapters.subprocess import ScriptSettings, SubprocessExecutor
from feedscript.adapters.subprocess.fair_queue import Ticket
from feedscript.adapters.subprocess.lease import LeaseFile
from feedscript.domain import FeedscriptError
from feedscript.ports import AttemptListener, Executor, ExecutorHealth, LogChunk, Observation, Run

logger = logging.getLogger(__name__)

SHOW_EVERY = 0.5
QUEUE_TOLD = 1000


class ProcrastinateExecutor(Executor):
    """Runs at most `capacity` scripts at a time on this host, where it `works`; else others do.

    `host_id` is that of the folders where runs lie, so several processes of a host share one. A host that is silent for
    `lasts` seconds has lost what it ran; three quarters into that it has ended it. Raises `StorageBroken` where the
    engine's tables are missing.
    """

    def __init__(
        self,
        database: Database,
        *,
        host_id: str,
        host_name: str,
        runs: Path,
        logs: Path,
        capacity: int,
        scripts: ScriptSettings,
        works: bool,
        lasts: float = LASTS,
    ) -> None:
        need_tables(database)
        self._database = database
        self._works = works
        self._host_name = host_name
        self._runs = runs
        self._logs = logs
        self._lease = LeaseFile(runs.absolute() / ".lease")
        self._attempts = Attempts(database, host_id)
        self._counts = Counts(self._attempts.health)
        self._output = ScriptOutput(database, cap=scripts.log_bytes)
        self._intake = Intake(
            self._attempts,
            capacity=capacity,
            epoch=self._lease.epoch,
            take=self._take,
            wake=self._wake,
        )
        self._host = SubprocessExecutor(
            runs=runs,
            logs=logs,
            capacity=capacity,
            scripts=replace(scripts, lease=self._lease.path),
            gone=self._intake.gone,
        )
        self._presence = Presence(
            self._attempts, self._lease.path, name=host_name, capacity=capacity, lasts=lasts
        )
        self._engine = Engine(database.url, name=host_name, answer=self._intake.answer)
        self._stopping = threading.Event()

    # The port

    def start(self, listener: AttemptListener) -> None:
        """Stand for caretaker, and on a host that works begin with what it has claimed before."""
        self._listener = listener
        office = HostLease(self._database, secrets.token_hex(8), self._host_name, lasts=IN_OFFICE_FOR)
        self._caretaker = Caretaker(office, self._attempts, listener, offer=self.submit, wake=self._wake)
        self._caretaker.start()
        if self._works:
            self._runs.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._local = HostListener(
                listener,
                self._attempts,
                self._lease,
                claims=self._intake.claimed,
                adopted=self._adopt,
                ending=self._keep_end,
                over=self._over,
            )
            self._presence.start()
            self._host.start(self._local)
            # One process of a host takes things in: the one whose scripts they are, and which hears of their ends.
            self._engine.start(when=lambda: self._host.health().leads)
            self._show_thread = threading.Thread(target=self._show, name="feedscript-output", daemon=True)
            self._show_thread.start()

    def submit(self, run: Run) -> None:
        """Let it wait, then wake a host; where that fails the caretaker does it again."""
        try:
            self._counts.add(run)
            offered, called = self._attempts.offer(run)
            # A call that was seen while this one did not wait yet may be answered by now.
            if not (is_called(self._database) if offered else called):
                self._wake()
        except FeedscriptError as error:
            logger.warning("job %s, attempt %s does not wait yet: %s", run.job_id, run.attempt, error)

    def cancel(self, job_id: str, attempt: int) -> None:
        """One that waits is withdrawn; the host that runs it sees it at its next look around, this one at once."""
        try:
            self._attempts.withdraw(job_id, attempt)
        except FeedscriptError as error:
            logger.warning("job %s, attempt %s is not withdrawn yet: %s", job_id, attempt, error)
        self._host.cancel(job_id, attempt)

    def log(self, job_id: str, attempt: int, *, offset: int, limit: int) -> LogChunk | None:
        """Read what the host has written down; half a second old at most, while the script runs."""
        return self._output.log(job_id, attempt, offset=offset, limit=limit)

    def observe(self, job_id: str, attempt: int) -> Observation:
        """What the host has written down, and who is before it in the line."""
        progress, heard_at = self._output.seen(job_id, attempt)
        if heard_at is not None:
            return Observation(progress=progress, heard_at=heard_at)
        for position, key in enumerate(self._attempts.order(QUEUE_TOLD), 1):
            if key == (job_id, attempt):
                return Observation(position=position)
        return Observation()

    def health(self) -> ExecutorHealth:
        """What runs and waits on all hosts; a host that works leads, as long as it takes something in."""
        leads = self._host.health().leads if self._works else self._caretaker.in_office.is_set()
        return replace(self._counts.health(), leads=leads)

    def stop(self, grace: float) -> None:
        """Claim nothing more, wait for what runs here; what is left then is adopted, or lost with the lease."""
        self._stopping.set()
        self._caretaker.stop()
        if self._works:
            self._intake.stop()
            self._engine.stop()
            self._host.stop(grace)
            self._give_back()
            self._presence.stop()
            self._show_thread.join(1)

    # On a host that works

    def _take(self, claim: Claim, epoch: int) -> None:
        """Run what was claimed just now."""
        self._local.claimed(claim, epoch)
        self._output.begin(claim.job_id, claim.attempt)
        # Whose turn it is was said by the claim.
        self._host.take_in(Ticket(claim.job_id, claim.attempt, merchant=""))

    def _give_back(self) -> None:
        try:
            self._local.give_back()
        except FeedscriptError as error:
            logger.warning("what was claimed here and not begun waits until the lease is over: %s", error)

    def _adopt(self, job_id: str, attempt: int) -> None:
        # Until this process leads none of them can end.
        if not self._host.health().leads:
            self._intake.hold(job_id, attempt)

    def _over(self, job_id: str, attempt: int) -> None:
        self._output.forget(job_id, attempt)
        self._intake.over(job_id, attempt)

    def _wake(self) -> None:
        call(self._database)

    def _show(self) -> None:
        """Write down what the scripts of this host say."""
        while not self._stopping.wait(SHOW_EVERY):
            try:
                for claim in self._attempts.claimed():
                    self._keep_log(claim.job_id, claim.attempt)
                    self._keep_sign(claim.job_id, claim.attempt)
            except (FeedscriptError, OSError) as error:
                logger.warning("what scripts say is not written down yet: %s", error)

    def _keep_end(self, job_id: str, attempt: int) -> None:
        self._keep_log(job_id, attempt)
        # When it was last heard is told by the job from now on.
        if self._host.progress(job_id, attempt) is not None:
            self._keep_sign(job_id, attempt)

    def _keep_log(self, job_id: str, attempt: int) -> None:
        self._output.keep(job_id, attempt, self._logs / job_id / f"{attempt}.log")

    def _keep_sign(self, job_id: str, attempt: int) -> None:
        seen = self._host.observe(job_id, attempt)
        self._output.note(job_id, attempt, replace(seen, position=None))
