"""What runs the scripts."""

from collections.abc import Collection, Container, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from feedscript.domain import FeedRequest, Job, Phase, Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One attempt to be run: what its script is told, and the token that proves its callback.

    `wanted` is False for a cancelled attempt: its script, if any, is only to be ended.
    `started` says that the script is known to have been started: it is never started a second time. `caller` is whoever
    asked for it.
    """

    job_id: str
    attempt: int
    phase: Phase
    request: FeedRequest
    token: str
    wanted: bool = True
    started: bool = False
    caller: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptEnd:
    """How a script ended. `reason` is set where the executor knows the cause itself; else the exit code tells."""

    job_id: str
    attempt: int
    exit_code: int | None = None
    reason: Reason | None = None
    error: str = ""
    result: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class LogChunk:
    """A piece of a script's output: `text` from byte `offset`; the next piece starts at `next_offset`.

    `complete` says that the script has ended and nothing follows; `truncated` that the cap cut the log.
    """

    text: str
    offset: int
    next_offset: int
    complete: bool
    truncated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """What can be seen of an attempt from outside; None is what is not known.

    `progress` is what its script last said of it (rows, bytes, percent, message), `heard_at` when the script last wrote
    anything (aware UTC), `position` how many attempts are begun before one that waits, itself included: 1 is the next.
    """

    progress: Mapping[str, Any] | None = None
    heard_at: datetime | None = None
    position: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutorHealth:
    """What the executor is doing: scripts at work and waiting; `leads` tells whether this process runs them.

    `waiting` counts those that wait by merchant, at least for the merchants that have most.
    """

    leads: bool
    running: int
    queued: int
    capacity: int
    oldest_wait_seconds: float | None = None
    waiting: Mapping[str, int] = field(default_factory=dict)


class AttemptListener(Protocol):
    """Whom the executor tells, and asks, about attempts."""

    def backlog(self, *, waiting: Container[str] = (), of: Collection[str] | None = None) -> Iterable[Run]:
        """Every attempt whose script is still to be started, or to end, oldest first; with `of`, of those jobs alone.

        Jobs in `waiting` may be left out: those with a run that the executor holds and has not begun. It asks for all
        from time to time, since such a run may be wanted no more.
        """

    def wanted(self, job_id: str, attempt: int, *, known: Job | None = None) -> Run | None:
        """The run as it is to be made now; None where the attempt does not need its script, or not yet.

        `known` is the job for whoever has just read it.
        """

    def script_started(self, job_id: str, attempt: int, log: str) -> None:
        """The script runs; its output goes to the file `log`."""

    def script_ended(self, end: ScriptEnd) -> None:
        """The script is gone."""

    def script_ran(self, started_at: datetime, log: str, end: ScriptEnd) -> None:  # noqa: ARG002 - for who can tell it late
        """The script ran, from a time (aware UTC) on that was not told of, and is gone; its output went to `log`."""
        self.script_started(end.job_id, end.attempt, log)
        self.script_ended(end)

    def tick(self, *, waiting: Container[str] = ()) -> None:
        """Some time has passed: see to graces and retries that are due; `waiting` as for the backlog."""


class Executor(Protocol):
    """Runs scripts in the background, a bounded number at a time; a restart loses none.

    An attempt's script is started once, however often it is submitted; its start and its end are told, the end once.
    Callers are served in turn, the merchants of one in turn, and one merchant's attempts of one caller in the order in
    which they came. A script gets what its contract says (docs/scripts.md) and nothing of the service's own: no
    variable, no open file. When it has ended, nothing of it is left: no process, no descriptor.
    """

    def start(self, listener: AttemptListener) -> None:
        """Begin: first with what the listener's backlog holds."""

    def submit(self, run: Run) -> None:
        """Run the attempt when there is room; returns at once."""

    def cancel(self, job_id: str, attempt: int) -> None:
        """End the attempt's script, if it runs; returns at once. One that waits never starts."""

    def log(self, job_id: str, attempt: int, *, offset: int, limit: int) -> LogChunk | None:
        """The attempt's output from a byte offset, at most `limit` bytes; None before there is any.

        A negative offset counts from the end; the piece tells where it begins.
        """

    def observe(self, job_id: str, attempt: int) -> Observation:
        """What can be seen of the attempt; it may be a second old, and of a long line only its beginning is known."""

    def health(self) -> ExecutorHealth:
        """What is running and waiting."""

    def stop(self, grace: float) -> None:
        """Start nothing more; wait up to `grace` seconds for what runs. What still runs then goes on by itself."""
