"""One of the executor's places: it sees one attempt's script through at a time, with a runner of its own.

What there is to tell of the script goes through tellers, so that a place is free again as soon as the script is gone,
and ends are recorded together.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import UTC, datetime
from pathlib import Path

from feedscript.adapters.subprocess.attempt_folder import AttemptFolder, Stage
from feedscript.adapters.subprocess.fair_queue import Ticket
from feedscript.adapters.subprocess.lease import LeaseFile
from feedscript.adapters.subprocess.leftovers import end_leftovers
from feedscript.adapters.subprocess.run_folders import RunFolders
from feedscript.adapters.subprocess.runner_process import RunnerProcess
from feedscript.adapters.subprocess.script_contract import ScriptSettings, assignment_for
from feedscript.domain import FeedscriptError, Reason, UnknownJob
from feedscript.ports import AttemptListener, ScriptEnd
from feedscript.ports.errors import UnreadableJob

logger = logging.getLogger(__name__)

RECORD_AGAIN_AFTER = 1.0
RUNNERS_TO_TRY = 3


class Place:
    """Sees attempts through from whatever is on disk; `stopping` ends its patience with a listener in trouble.

    `tellers` take up what they are given in its order: the end of a script is told after its start.
    """

    def __init__(
        self,
        *,
        listener: AttemptListener,
        folders: RunFolders,
        scripts: ScriptSettings,
        stopping: threading.Event,
        tellers: ThreadPoolExecutor,
    ) -> None:
        self._tellers = tellers
        self._listener = listener
        self._folders = folders
        self._scripts = scripts
        self._stopping = stopping
        self._lease = LeaseFile(scripts.lease) if scripts.lease else None
        self._runner = RunnerProcess(
            scripts.modules, folders.logs / "runners.log", scripts.runner_environment
        )

    def see_through(self, ticket: Ticket) -> Future[None] | None:
        """Start the attempt's script if it is still to be started, and return when it is gone.

        Answers when its end will have been told to the listener; None where there is nothing to tell.
        """
        folder = self._folders.of(ticket.job_id, ticket.attempt)
        starts: list[Future[None]] = []

        def started() -> None:
            starts.append(self._tellers.submit(self._tell_start, ticket))

        stage = self._begin(ticket, folder, started)
        if stage is None:
            return None
        while stage is Stage.ALIVE:
            started()
            folder.wait()
            stage = folder.stage()
        return self._tellers.submit(self._tell, starts, ticket, folder, stage)

    def close(self) -> None:
        """Let the runner go once it has finished what it is doing."""
        self._runner.close()

    def _begin(self, ticket: Ticket, folder: AttemptFolder, started: Callable[[], None]) -> Stage | None:
        """See to it that the script has been started, and tell how far it has come; None where it was not.

        That is where it is not wanted, or could not be started.
        """
        for _ in range(RUNNERS_TO_TRY):
            stage = folder.stage()
            if ticket.started or stage is not Stage.FRESH:
                return stage
            # Made before anybody is asked: from here on a cancel finds it.
            self._folders.make(folder, self._scripts.user)
            # Before it is asked, too: who is silent from here on has another epoch.
            epoch = self._epoch()
            run = self._listener.wanted(ticket.job_id, ticket.attempt)
            if run is None or self._is_earlier_alive(ticket):
                return None if folder.discard() else folder.stage()
            if run.started:
                return folder.stage()
            assignment = assignment_for(run, self._scripts, folder, self._log(ticket), epoch=epoch)
            self._runner.carry_out(assignment, started)
        stage = folder.stage()
        return None if stage is Stage.FRESH else stage

    def _is_earlier_alive(self, ticket: Ticket) -> bool:
        """Whether a script of the job runs whose start is not yet told, and which was cancelled."""
        earlier = (self._folders.of(ticket.job_id, number) for number in range(1, ticket.attempt))
        return any(folder.stage() is Stage.ALIVE for folder in earlier)

    def _epoch(self) -> int:
        lease = self._lease.last() if self._lease else None
        return lease.epoch if lease else 0

    def _tell(
        self, starts: Sequence[Future[None]], ticket: Ticket, folder: AttemptFolder, stage: Stage
    ) -> None:
        wait(starts)
        started_at, end = self._end(ticket, folder, stage)
        if self._tell_end(end, None if starts or ticket.started else started_at):
            self._folders.give_up(folder, stage, self._scripts.user)

    def _end(self, ticket: Ticket, folder: AttemptFolder, stage: Stage) -> tuple[datetime | None, ScriptEnd]:
        """How the script ended, and when it was started, as far as that is known."""
        document = folder.read_end() if stage is Stage.ENDED else None
        if document is not None:
            reason, started_at = document.pop("reason"), document.pop("started_at")
            return started_at and datetime.fromtimestamp(started_at, UTC), ScriptEnd(
                job_id=ticket.job_id,
                attempt=ticket.attempt,
                reason=Reason(reason) if reason else None,
                **document,
            )
        end_leftovers(folder.cookie)
        return folder.started_at(), ScriptEnd(
            job_id=ticket.job_id,
            attempt=ticket.attempt,
            reason=Reason.LOST,
            error="the script and what looked after it are gone, and left no word",
        )

    def _tell_start(self, ticket: Ticket) -> None:
        try:
            self._listener.script_started(ticket.job_id, ticket.attempt, str(self._log(ticket)))
        except FeedscriptError as error:
            # The script runs whether or not it is noted; its end will be.
            logger.warning(
                "the start of job %s, attempt %s is not recorded: %s", ticket.job_id, ticket.attempt, error
            )

    def _tell_end(self, end: ScriptEnd, started_at: datetime | None) -> bool:
        """Tell the listener, however long it takes: an end that is not recorded would be a job that is stuck.

        With it a start is told that was not told before. Answers False for a job that is not there to be told about;
        what is on disk is left as it is.
        """
        log = str(self._folders.log(end.job_id, end.attempt))
        while True:
            try:
                if started_at is None:
                    self._listener.script_ended(end)
                else:
                    self._listener.script_ran(started_at, log, end)
            except (UnknownJob, UnreadableJob) as error:
                logger.error("the end of attempt %s cannot be recorded: %s", end.attempt, error)  # noqa: TRY400 - the text tells it all
                return False
            except FeedscriptError as error:
                logger.warning("the end of job %s is not recorded yet: %s", end.job_id, error)
                if self._stopping.wait(RECORD_AGAIN_AFTER):
                    raise
            else:
                return True

    def _log(self, ticket: Ticket) -> Path:
        return self._folders.log(ticket.job_id, ticket.attempt)
