"""Jobs and activities in memory: for tests, and for those who embed the service and keep nothing."""

import re
import threading
from collections.abc import Collection, Container, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import dropwhile

from feedscript.domain import Activity, ApiKey, Job
from feedscript.ports import (
    ActivityFilter,
    ActivityLog,
    ActivityPage,
    JobFilter,
    JobPage,
    JobRepository,
    Keys,
    Owner,
    Places,
)
from feedscript.ports.errors import BadCursor, KeyNameTaken, UnknownKey, VersionConflict
from feedscript.ports.repository import version_before

CURSOR = re.compile(r"[0-9]{1,18}")


class MemoryActivityLog(ActivityLog):
    """An `ActivityLog` that forgets with its process."""

    def __init__(self) -> None:
        self._entries: list[Activity] = []
        self._lock = threading.Lock()

    def append(self, activities: Sequence[Activity], *, durable: bool = True) -> None:  # noqa: ARG002 - nothing here is
        """Add entries at the end."""
        with self._lock:
            self._entries.extend(activities)

    def finish_days(self) -> None:
        """There are no days in memory."""

    def of_job(self, job_id: str, *, since: datetime) -> Iterator[Activity]:
        """The job's entries from that time on, oldest first."""
        with self._lock:
            entries = [activity for activity in self._entries if activity.job_id == job_id]
        return dropwhile(lambda activity: activity.at < since, entries)

    def page(self, wanted: ActivityFilter, *, limit: int, cursor: str | None = None) -> ActivityPage:
        """Matching entries, newest first; the cursor is the place of the last one shown."""
        if cursor is not None and not CURSOR.fullmatch(cursor):
            raise BadCursor("not a cursor of this service")
        end = len(self._entries) if cursor is None else min(int(cursor), len(self._entries))
        places = [n for n in reversed(range(end)) if wanted.matches(self._entries[n])]
        shown = places[:limit]
        return ActivityPage(
            tuple(self._entries[n] for n in shown), str(shown[-1]) if len(places) > limit else None
        )


class MemoryPlaces(Places):
    """`Places` for the threads of one process."""

    def __init__(self) -> None:
        self._owners: dict[str, Owner] = {}
        self._writers: dict[str, str] = {}
        self._alone, self._claiming = threading.Lock(), threading.Lock()

    def claim(self, place: str, owner: Owner, *, writer: str | None = None) -> Owner:
        """Take the place; the first one has it."""
        with self._claiming:
            if place in self._owners:
                return self._owners[place]
            self._owners[place] = owner
            if writer is not None:
                self._writers[place] = writer
            return owner

    def release(self, place: str) -> None:
        """Let the place go."""
        self._owners.pop(place, None)

    def owner(self, place: str) -> Owner | None:
        """Whose it is, or None."""
        return self._owners.get(place)

    @contextmanager
    def alone(self, places: Collection[str]) -> Iterator[None]:  # noqa: ARG002 - all places have one lock
        """Hold the one lock that there is."""
        with self._alone:
            yield

    def writer(self, place: str) -> str | None:
        """The job, or None."""
        return self._writers.get(place)

    def hand_over(self, place: str, job_id: str) -> None:
        """Keep the job."""
        self._writers[place] = job_id


class MemoryKeys(Keys):
    """`Keys` for the threads of one process."""

    def __init__(self) -> None:
        self._keys: dict[str, ApiKey] = {}
        self._used: dict[str, datetime] = {}
        self._lock = threading.Lock()

    def add(self, key: ApiKey) -> None:
        """Keep the key."""
        with self._lock:
            for other in self._keys.values():
                if other.bars(key):
                    raise KeyNameTaken(key.name, other.id)
            self._keys[key.id] = key

    def find(self, key_id: str) -> ApiKey | None:
        """The key, or None."""
        return self._keys.get(key_id)

    def all(self) -> Sequence[ApiKey]:
        """Every key, the oldest first."""
        return sorted(self._keys.values(), key=lambda key: (key.created_at, key.id))

    def revoke(self, key_id: str, at: datetime) -> ApiKey:
        """End the key."""
        with self._lock:
            key = self._keys.get(key_id)
            if key is None:
                raise UnknownKey(key_id)
            self._keys[key_id] = key.revoked(at)
            return self._keys[key_id]

    def used(self, key_id: str, at: datetime) -> None:
        """Note the time."""
        self._used[key_id] = at

    def last_used(self, key_id: str) -> datetime | None:
        """The time that was noted."""
        return self._used.get(key_id)

    def empty(self) -> bool:
        """Whether there is none."""
        return not self._keys


class MemoryJobRepository(JobRepository):
    """A `JobRepository` for the threads of one process."""

    def __init__(self, log: ActivityLog) -> None:
        self._log = log
        self._jobs: dict[str, Job] = {}
        self._claims: dict[tuple[str, str], str] = {}
        self._open: set[str] = set()
        self._lock = threading.RLock()

    def claim(self, affiliate_merchant_id: str, reference: str, job_id: str) -> str:
        """Reserve the reference; the first one has it."""
        with self._lock:
            return self._claims.setdefault((affiliate_merchant_id, reference), job_id)

    def get(self, job_id: str) -> Job | None:
        """The job, or None."""
        return self._jobs.get(job_id)

    def commit(self, job: Job, activities: Sequence[Activity]) -> None:
        """Store the next version and its activities."""
        with self._lock:
            stored = self._jobs.get(job.id)
            found = stored.version if stored else 0
            if found != (before := version_before(job, activities)):
                raise VersionConflict(job.id, before, found)
            self._jobs[job.id] = job
            self._open.add(job.id)
            self._log.append(activities)

    def settle(self, job_id: str) -> None:
        """Take the job off the open ones, unless it was started again meanwhile."""
        with self._lock:
            job = self._jobs.get(job_id)
            if job is None or job.settled:
                self._open.discard(job_id)

    def open_jobs(self, *, left_out: Container[str] = ()) -> Iterable[str]:
        """The ids of the open jobs, oldest first."""
        return [job_id for job_id in sorted(self._open) if job_id not in left_out]

    def page(self, wanted: JobFilter, *, limit: int, cursor: str | None = None) -> JobPage:
        """Matching jobs, newest first."""
        if cursor is not None and cursor not in self._jobs:
            raise BadCursor("not a cursor of this service")
        ids = sorted((i for i in list(self._jobs) if cursor is None or i < cursor), reverse=True)
        matching = [job for job in (self._jobs[i] for i in ids) if wanted.matches(job)]
        shown = tuple(matching[:limit])
        return JobPage(shown, shown[-1].id if len(matching) > limit else None)
