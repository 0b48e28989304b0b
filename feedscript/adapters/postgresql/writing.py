"""One way to write: a job's next version and what the trail tells of it, in one transaction with whatever else waits.

The chain of the trail makes one line of all that write, on every host: each holds the trail's lock until it has
committed. So the threads of a process that wait for it share one transaction, and its one fsync.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import psycopg

from feedscript.adapters._group import Group
from feedscript.adapters.lead import lead_of
from feedscript.adapters.postgresql.database import Database
from feedscript.adapters.postgresql.failures import Connection
from feedscript.adapters.postgresql.stored_text import stored
from feedscript.adapters.trail.chain import GENESIS, chained_lines, line_hash
from feedscript.codec import activity_to_json, job_to_json
from feedscript.domain import Activity, FeedscriptError, Job
from feedscript.ports.errors import VersionConflict
from feedscript.ports.repository import version_before

FEEDSCRIPT = 0x66656564
"""The first key of the advisory locks on tables; the second is of the table that is meant."""
LOCK_TRAIL = "SELECT pg_advisory_xact_lock(%s, ('activity'::regclass::oid::bigint & 2147483647)::integer)"
END = """
SELECT sequence, line, (SELECT max(day) FROM trail_day)
FROM (SELECT) AS one LEFT JOIN (SELECT sequence, line FROM activity ORDER BY sequence DESC LIMIT 1) AS last ON true
"""
FIRST_VERSION = """
INSERT INTO job
    (id, version, open, status, stage, reason, phase, merchant, partner, reference, created, lead, updated, document)
VALUES (%(id)s, %(version)s, true, %(status)s, %(stage)s, %(reason)s, %(phase)s, %(merchant)s, %(partner)s,
    %(reference)s, %(created)s, %(lead)s, %(updated)s, %(document)s)
ON CONFLICT (id) DO NOTHING RETURNING version
"""
NEXT_VERSION = """
UPDATE job SET version = %(version)s, open = true, status = %(status)s, stage = %(stage)s,
    reason = %(reason)s, phase = %(phase)s, partner = %(partner)s, updated = %(updated)s, document = %(document)s
WHERE id = %(id)s AND version = %(before)s RETURNING version
"""
FOUND = "SELECT version FROM job WHERE id = %s"
LINE_AT = "SELECT line FROM activity WHERE sequence = %s"
NEW_DAY = "INSERT INTO trail_day (day, first_sequence) VALUES (%s, %s)"
LINES = """
INSERT INTO activity (sequence, job_id, type, actor, at, line) SELECT * FROM json_to_recordset(%s::json)
AS entry (sequence bigint, job_id text, type text, actor text, at timestamptz, line text)
"""
COLUMNS = ("sequence", "job_id", "type", "actor", "at", "line")

Beside = Callable[[Connection, Job], None]
"""What goes with a job's version, in its transaction."""


@dataclass(frozen=True, slots=True)
class Change:
    """What one caller wants written: entries of the trail, and the job's next version where they tell of one."""

    entries: Sequence[Activity]
    job: Job | None = None
    durable: bool = True
    beside: Beside | None = None


class Writer:
    """Writes changes, those of a moment together; `now` tells the day that an entry is filed under."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now
        self._rounds = Group(self._write_all)

    def write(self, change: Change) -> None:
        """Write the change; raises `VersionConflict`, and then nothing of it was written, and the storage's errors."""
        self._rounds.run(change)

    def _write_all(self, changes: Sequence[Change]) -> Sequence[FeedscriptError | None]:
        today = self._now().astimezone(UTC).date()
        durable = any(change.durable for change in changes)
        return self._database.transaction(Round(changes, today).write, durable=durable)


class Round:
    """The transaction of some changes, which may be tried more than once and is done once."""

    def __init__(self, changes: Sequence[Change], today: date) -> None:
        self._changes = changes
        self._today = today
        self._first: tuple[int, bytes] = (0, b"")
        self._errors: Sequence[FeedscriptError | None] = ()

    def write(self, connection: Connection) -> Sequence[FeedscriptError | None]:
        """Write what can be; answers for each change why it was not written, or None."""
        # Whoever holds the lock has seen the end of the transaction before, even of one that nobody waits for any more.
        connection.execute(LOCK_TRAIL, [FEEDSCRIPT])
        if self._has_happened(connection):
            return self._errors
        end = connection.execute(END)
        asked = [
            (change.job, change.entries, _put(connection, change.job, change.entries)) if change.job else None
            for change in self._changes
        ]
        self._errors = [
            _conflict(connection, put[0], put[1]) if put and put[2].fetchone() is None else None
            for put in asked
        ]
        written = [each for each, error in zip(self._changes, self._errors, strict=True) if error is None]
        for change in written:
            if change.job and change.beside:
                change.beside(connection, change.job)
        entries = [entry for change in written for entry in change.entries]
        if entries:
            ((sequence, line, day),) = end.fetchall()
            sequence = sequence or 0
            last = GENESIS if line is None else line_hash(line.encode())
            if day is None or day < self._today:  # where a clock was set back, the later day goes on
                connection.execute(NEW_DAY, [self._today, sequence + 1])
            lines, _ = chained_lines([activity_to_json(entry) for entry in entries], sequence, last)
            self._first = (sequence + 1, lines[0])
            insert_lines(connection, sequence + 1, entries, lines)
        return self._errors

    def _has_happened(self, connection: Connection) -> bool:
        """Whether an earlier try has come through, though nobody was told."""
        sequence, line = self._first
        if not sequence:
            return False
        row = connection.execute(LINE_AT, [sequence]).fetchone()
        return row is not None and str(row[0]).encode() == line


def insert_lines(
    connection: Connection, first: int, entries: Sequence[Activity], lines: Sequence[bytes]
) -> None:
    """Write entries down, with the lines that they are in the chain, whose first has the sequence number `first`."""
    rows = [
        dict(zip(COLUMNS, (sequence, *columns_of(entry), line.decode()), strict=True))
        for sequence, (entry, line) in enumerate(zip(entries, lines, strict=True), first)
    ]
    # One value, as arrays take several times as long to be written out.
    connection.execute(LINES, [json.dumps(rows, ensure_ascii=False, default=datetime.isoformat)])


def columns_of(entry: Activity) -> tuple[str | None, str, str, datetime]:
    """What the trail's columns have of an entry: job, type, actor, time."""
    return stored(entry.job_id), stored(entry.type), stored(entry.actor), entry.at


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


def _put(connection: Connection, job: Job, entries: Sequence[Activity]) -> psycopg.Cursor[Any]:
    before = version_before(job, entries)
    columns = {**job_columns(job), "before": before}
    return connection.execute(NEXT_VERSION if before else FIRST_VERSION, columns)


def _conflict(connection: Connection, job: Job, entries: Sequence[Activity]) -> VersionConflict:
    row = connection.execute(FOUND, [job.id]).fetchone()
    return VersionConflict(job.id, version_before(job, entries), row[0] if row else 0)
