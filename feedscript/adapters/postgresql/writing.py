"""One way to write: a job's next version and what the trail tells of it, in one transaction with whatever else waits.

The chain of the trail makes one line of all that write, on every host: each holds the trail's lock until it has
committed. So the threads of a process that wait for it share one transaction, and its one fsync. It is one statement, a
function in the database (`migrations/0004`), so that the lock is held for no round trip.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any

from feedscript.adapters._group import Group
from feedscript.adapters.lead import lead_of
from feedscript.adapters.postgresql.database import Database
from feedscript.adapters.postgresql.failures import Connection
from feedscript.adapters.postgresql.stored_text import stored
from feedscript.codec import activity_to_json, job_to_json
from feedscript.domain import Activity, FeedscriptError, Job
from feedscript.ports.errors import VersionConflict
from feedscript.ports.repository import version_before

WRITE = "SELECT * FROM write_changes(%s::json, %s, %s, %s, %s)"

Beside = Callable[[Job], Mapping[str, Any]]
"""What goes with a job's version, in its transaction, as `write_changes` takes it."""


@dataclass(frozen=True, slots=True)
class Change:
    """What one caller wants written: entries of the trail, and the job's next version where they tell of one.

    `beside` is what goes with that.
    """

    entries: Sequence[Activity]
    job: Job | None = None
    durable: bool = True
    beside: Mapping[str, Any] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        """The change as `write_changes` takes it."""
        entries = [
            {**entry_columns(entry), "opening": activity_to_json(entry)[:-1].decode()}
            for entry in self.entries
        ]
        if self.job is None:
            return {"entries": entries}
        return {
            **job_columns(self.job),
            "since": version_before(self.job, self.entries),
            **self.beside,
            "entries": entries,
        }


class Writer:
    """Writes changes, those of a moment together; `now` tells the day that an entry is filed under."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now
        self._seen = 0
        self._rounds = Group(self._write_all)

    def write(self, change: Change) -> None:
        """Write the change; raises `VersionConflict`, and then nothing of it was written, and the storage's errors."""
        self._rounds.run(change)

    def _write_all(self, changes: Sequence[Change]) -> Sequence[FeedscriptError | None]:
        asked = as_one_value([change.document() for change in changes])
        today = self._now().astimezone(UTC).date()
        durable = any(change.durable for change in changes)
        seen, tries = self._seen, count()

        def write(connection: Connection) -> tuple[int, list[int | None]]:
            # Nobody can tell what came of a try whose answer was lost.
            again = next(tries) > 0
            (row,) = connection.execute(WRITE, [asked, today, durable, again, seen]).fetchall()
            head, conflicts = row
            return head, conflicts

        self._seen, conflicts = self._database.tried(write)
        return [_error(change, found) for change, found in zip(changes, conflicts, strict=True)]


def _error(change: Change, found: int | None) -> VersionConflict | None:
    if found is None or change.job is None:
        return None
    return VersionConflict(change.job.id, version_before(change.job, change.entries), found)


def as_one_value(rows: Sequence[Mapping[str, Any]]) -> str:
    """Rows as JSON, for `json_to_recordset`: arrays take several times as long to be written out."""
    return json.dumps(rows, ensure_ascii=False, default=datetime.isoformat)


def entry_columns(entry: Activity) -> dict[str, Any]:
    """What the trail's columns have of an entry."""
    return {
        "job_id": stored(entry.job_id),
        "type": stored(entry.type),
        "actor": stored(entry.actor),
        "at": entry.at,
    }


def job_columns(job: Job) -> dict[str, Any]:
    """What the columns have of a job."""
    return {
        "id": job.id,
        "version": job.version,
        "status": job.state.value,
        "stage": job.stage.value,
        "reason": job.latest.reason and job.latest.reason.value,
        "phase": job.latest.phase.value,
        "merchant": stored(job.affiliate_merchant_id),
        "partner": stored(job.latest.request.partner_id),
        "reference": stored(job.reference),
        "created": job.created_at,
        "lead": lead_of(job.id, job.created_at),
        "updated": job.updated_at,
        "document": job_to_json(job).decode(),
    }
