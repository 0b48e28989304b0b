"""Ports for tests: each does what a test tells it to, when it is told.

Every fake subclasses its port, so a port that changes breaks its fake in the type checker and not in a test.
"""

from collections.abc import Collection, Mapping
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from feedscript.domain import FeedRequest, Phase, Reason
from feedscript.ports import (
    AttemptListener,
    Clock,
    Executor,
    ExecutorHealth,
    IdFactory,
    LogChunk,
    Notification,
    Notifier,
    ObjectStore,
    Observation,
    Owner,
    Partners,
    Places,
    Run,
    ScriptEnd,
)
from feedscript.ports.errors import ObjectNotFound, ObjectStoreFailed, ObjectTooLarge

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


class FrozenClock(Clock):
    """A `Clock` that ticks by command.

    >>> clock = FrozenClock()
    >>> clock.tick(timedelta(seconds=90)).isoformat()
    '2026-01-01T12:01:30+00:00'
    """

    def __init__(self, now: datetime = NOON) -> None:
        self._now = now

    def now(self) -> datetime:
        """The time it was last set to."""
        return self._now

    def tick(self, by: timedelta = timedelta(seconds=1)) -> datetime:
        """Let time pass; answers the new time."""
        self._now += by
        return self._now


class TrustingPartners(Partners):
    """`Partners` that take every feed; `told` is said of each request."""

    def __init__(self) -> None:
        self.told: tuple[str, ...] = ()

    def warnings(self, phase: Phase, request: FeedRequest) -> tuple[str, ...]:  # noqa: ARG002 - the port's signature
        """What a test has put there."""
        return self.told


class TrustingPlaces(Places):
    """`Places` that everybody may write to."""

    def claim(self, place: str, owner: Owner, *, writer: str | None = None) -> Owner:  # noqa: ARG002 - the port's signature
        """It is whoever's asks for it."""
        return owner

    def release(self, place: str) -> None:
        """Nothing is held."""

    def owner(self, place: str) -> None:
        """Nobody's."""

    def alone(self, places: Collection[str]) -> AbstractContextManager[None]:  # noqa: ARG002 - the port's signature
        """Nobody is kept out."""
        return nullcontext()

    def writer(self, place: str) -> None:
        """Nobody."""

    def hand_over(self, place: str, job_id: str) -> None:
        """It is not kept."""


class SequentialIds(IdFactory):
    """An `IdFactory` whose ids are UUIDv7s of the clock's time, in the order in which they were asked for.

    >>> ids = SequentialIds(FrozenClock())
    >>> ids.new_id(), ids.new_id()
    ('019b796d-d600-7000-8000-000000000001', '019b796d-d600-7000-8000-000000000002')
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last = 0

    def new_id(self) -> str:
        """The next id."""
        self._last += 1
        time = f"{int(self._clock.now().timestamp() * 1000):012x}"
        return f"{time[:8]}-{time[8:]}-7000-8000-{self._last:012x}"


class ScriptedExecutor(Executor):
    """An `Executor` that runs nothing: a test begins and ends the scripts.

    `queued` and `running` hold the runs by (job id, attempt), in the order in which they came; `cancelled` the
    attempts whose end was asked for. As with a real one, an attempt is run once, however often it is submitted.
    """

    def __init__(self, capacity: int = 4) -> None:
        self.queued: dict[tuple[str, int], Run] = {}
        self.running: dict[tuple[str, int], Run] = {}
        self.cancelled: list[tuple[str, int]] = []
        self.logs: dict[tuple[str, int], str] = {}
        self.told: dict[tuple[str, int], Mapping[str, Any]] = {}
        self.heard: dict[tuple[str, int], datetime] = {}
        self.stopped = False
        self._capacity = capacity
        self._begun: set[tuple[str, int]] = set()
        self._listener: AttemptListener | None = None

    def start(self, listener: AttemptListener) -> None:
        """Take over the backlog: what was started before is running, the rest is queued."""
        self._listener = listener
        for run in listener.backlog():
            if run.started:
                self._begun.add((run.job_id, run.attempt))
                self.running[run.job_id, run.attempt] = run
            else:
                self.submit(run)

    def submit(self, run: Run) -> None:
        """Queue the run."""
        if (run.job_id, run.attempt) not in self._begun:
            self.queued[run.job_id, run.attempt] = run

    def cancel(self, job_id: str, attempt: int) -> None:
        """Note what was asked for; a test ends the script."""
        self.cancelled.append((job_id, attempt))

    def log(self, job_id: str, attempt: int, *, offset: int, limit: int) -> LogChunk | None:
        """What a test has put into `logs`."""
        text = self.logs.get((job_id, attempt))
        if text is None:
            return None
        offset = max(len(text.encode()) + offset, 0) if offset < 0 else offset
        piece = text.encode()[offset : offset + limit]
        after = offset + len(piece)
        over = (job_id, attempt) not in self.running
        return LogChunk(piece.decode(), offset, after, complete=over and after == len(text.encode()))

    def observe(self, job_id: str, attempt: int) -> Observation:
        """What a test has put into `told` and `heard`, and the place among those that wait."""
        waiting = {place: position for position, place in enumerate(self.queued, start=1)}
        return Observation(
            progress=self.told.get((job_id, attempt)),
            heard_at=self.heard.get((job_id, attempt)),
            position=waiting.get((job_id, attempt)),
        )

    def health(self) -> ExecutorHealth:
        """The counts as they are."""
        return ExecutorHealth(
            leads=True, running=len(self.running), queued=len(self.queued), capacity=self._capacity
        )

    def stop(self, grace: float) -> None:  # noqa: ARG002 - nothing here takes time
        """Start nothing more."""
        self.stopped = True

    # What a test does

    def begin(self, job_id: str, attempt: int) -> bool:
        """Start the attempt's queued script, if the service wants it now; answers whether it runs.

        One that has to wait for an earlier script of its job stays queued, as the backlog tells.
        """
        del self.queued[job_id, attempt]
        run = self._told.wanted(job_id, attempt)
        if run is None:
            for left in self._told.backlog():
                if (left.job_id, left.attempt) == (job_id, attempt):
                    self.submit(left)
            return False
        self._begun.add((job_id, attempt))
        self.running[job_id, attempt] = run
        self._told.script_started(job_id, attempt, log=f"{job_id}/{attempt}.log")
        return True

    def end(
        self,
        job_id: str,
        attempt: int,
        *,
        exit_code: int | None = None,
        reason: Reason | None = None,
        error: str = "",
        result: Mapping[str, Any] | None = None,
    ) -> None:
        """End the attempt's running script."""
        del self.running[job_id, attempt]
        self._told.script_ended(
            ScriptEnd(
                job_id=job_id, attempt=attempt, exit_code=exit_code, reason=reason, error=error, result=result
            )
        )

    def let_time_pass(self) -> None:
        """Look around as an executor does: take in what nobody told of, and have the service see to what is due."""
        for run in self._told.backlog():
            if not run.started:
                self.submit(run)
        self._told.tick()

    @property
    def _told(self) -> AttemptListener:
        if self._listener is None:
            raise RuntimeError("the executor was not started: nobody is there to be told")
        return self._listener


class RecordingNotifier(Notifier):
    """A `Notifier` that keeps what it was given, in order; `refused` are addresses to which it sends nothing."""

    def __init__(self) -> None:
        self.notifications: list[Notification] = []
        self.refused: set[str] = set()
        self._known: set[str] = set()

    def start(self) -> None:
        """There is nothing to begin: nothing is delivered."""

    def stop(self) -> None:
        """There is nothing to end."""

    def refusal(self, url: str) -> str | None:
        """What a test has put into `refused` is refused."""
        return "a test refuses it" if url in self.refused else None

    def notify(self, notification: Notification) -> None:
        """Keep the notification, unless it is known."""
        if notification.id not in self._known:
            self._known.add(notification.id)
            self.notifications.append(notification)

    def forget(self, job_id: str) -> None:
        """Take the job's ids for new ones from now on."""
        self._known = {known for known in self._known if not known.startswith(f"{job_id}/")}


LEAST_PARTS = 2


class MemoryObjectStore(ObjectStore):
    """An `ObjectStore` without a folder: `objects` maps addresses to bytes."""

    def __init__(self, objects: Mapping[str, bytes] | None = None) -> None:
        self.objects: dict[str, bytes] = dict(objects or {})

    def fetch(self, uri: str, path: Path, *, limit: int | None = None) -> int:
        """Write the object's bytes to the file."""
        content = self._found(uri)
        if limit is not None and len(content) > limit:
            raise ObjectTooLarge(uri, limit)
        return path.write_bytes(content)

    def publish(self, path: Path, uri: str) -> None:
        """Keep the file's bytes."""
        _checked(uri)
        try:
            self.objects[uri] = path.read_bytes()
        except OSError as error:
            raise ObjectStoreFailed(uri, f"{path}: {error.strerror}") from error

    def read(self, uri: str, *, limit: int) -> bytes:
        """The object's bytes, unless there are more than `limit`."""
        content = self._found(uri)
        if len(content) > limit:
            raise ObjectStoreFailed(uri, f"{len(content)} bytes, more than the {limit} that are shown")
        return content

    def _found(self, uri: str) -> bytes:
        if _checked(uri) not in self.objects:
            raise ObjectNotFound(uri)
        return self.objects[uri]


def _checked(uri: str) -> str:
    parts = uri.removeprefix("s3://").split("/")
    readable = uri.isprintable() and uri.startswith("s3://")
    if not readable or len(parts) < LEAST_PARTS or {"", ".", ".."} & {*parts}:
        raise ObjectStoreFailed(uri, "not an address of the form s3://bucket/key")
    return uri
