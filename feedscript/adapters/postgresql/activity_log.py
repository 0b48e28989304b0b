"""The audit trail as rows: each line as it is chained, byte for byte as a file would have it."""

import hashlib
import logging
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from itertools import dropwhile
from typing import Any, LiteralString

from feedscript.adapters.postgresql.database import Database
from feedscript.adapters.postgresql.stored_text import stored
from feedscript.adapters.postgresql.writing import Change, Writer
from feedscript.adapters.trail.chain import Tampered, line_hash
from feedscript.adapters.trail.digests import DayHeld, due_digests
from feedscript.codec import activity_from_json
from feedscript.domain import Activity
from feedscript.ports.activity_log import ActivityFilter, ActivityLog, ActivityPage
from feedscript.ports.errors import BadCursor

logger = logging.getLogger(__name__)

AT_ONCE = 500
CURSOR = re.compile(r"[0-9]{1,18}")
OF_JOB = "SELECT sequence, line FROM activity WHERE job_id = %s AND sequence > %s ORDER BY sequence LIMIT %s"
PAGE: LiteralString = "SELECT sequence, line FROM activity WHERE {} ORDER BY sequence DESC LIMIT %s"
BEGIN_OF = "SELECT first_sequence FROM trail_day WHERE day >= %s ORDER BY day LIMIT 1"
SPAN = "SELECT min(day), max(day) FROM trail_day"
OF_DAY = """
SELECT sequence, line FROM activity WHERE sequence > %s
AND sequence >= (SELECT first_sequence FROM trail_day WHERE day = %s)
AND sequence < (SELECT first_sequence FROM trail_day WHERE day > %s ORDER BY day LIMIT 1)
ORDER BY sequence LIMIT %s
"""
KNOWN_DIGEST = "SELECT document FROM trail_digest WHERE day = %s"
KEEP_DIGEST = "INSERT INTO trail_digest (day, document) VALUES (%s, %s) ON CONFLICT (day) DO NOTHING"


class PostgresActivityLog(ActivityLog):
    """An `ActivityLog` over a database that any number of hosts may share.

    `now` tells the day that is written under; finished days' digests are signed with `key`, where there is one.
    """

    def __init__(
        self,
        database: Database,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        key: bytes | None = None,
    ) -> None:
        self.writer = Writer(database, now)
        self._database = database
        self._now = now
        self._key = key
        self._digested_on: date | None = None

    def append(self, activities: Sequence[Activity], *, durable: bool = True) -> None:
        """Append, together with whatever other threads want written just now."""
        if activities:
            self.writer.write(Change(activities, durable=durable))

    def of_job(self, job_id: str, *, since: datetime) -> Iterator[Activity]:
        """Read the job's entries, some at a time."""
        return dropwhile(lambda entry: entry.at < since, self._of_job(job_id))

    def finish_days(self) -> None:
        """Write the digests of the days that are over, once a day."""
        today = self._now().astimezone(UTC).date()
        if self._digested_on == today:
            return
        try:
            write_digests(self._database, key=self._key)
        except Tampered as fault:
            # The jobs go on; `audit verify` says the same until somebody has looked at it.
            logger.error("the audit trail is broken: %s", fault)  # noqa: TRY400 - the text tells it all
        self._digested_on = today

    def page(self, wanted: ActivityFilter, *, limit: int, cursor: str | None = None) -> ActivityPage:
        """Read from the newest entry back; the cursor is the sequence number of the last one shown."""
        if cursor is not None and not CURSOR.fullmatch(cursor):
            raise BadCursor("not a cursor of this service")
        shown: list[Activity] = []
        last = 0
        for sequence, entry in self._matching(wanted, cursor and int(cursor), limit + 1):
            if len(shown) == limit:
                return ActivityPage(tuple(shown), str(last))
            shown.append(entry)
            last = sequence
        return ActivityPage(tuple(shown), None)

    def _of_job(self, job_id: str) -> Iterator[Activity]:
        after, rows = 0, [(0, "")]
        while rows:
            rows = self._database.query(OF_JOB, stored(job_id), after, AT_ONCE)
            for sequence, line in rows:
                after = sequence
                entry = _read(sequence, line)
                if entry is not None and entry.job_id == job_id:
                    yield entry
            if len(rows) < AT_ONCE:
                return

    def _matching(self, wanted: ActivityFilter, before: Any, at_once: int) -> Iterator[tuple[int, Activity]]:
        since = self._beginning(wanted.since)
        while True:
            asked: dict[LiteralString, Any] = {
                "job_id = %s": stored(wanted.job_id),
                "type = %s": stored(wanted.type),
                "actor = %s": stored(wanted.actor),
                "sequence >= %s": since,
                "at >= %s": wanted.since,
                "at < %s": wanted.until,
                "sequence < %s": before,
            }
            given = {condition: value for condition, value in asked.items() if value is not None}
            statement = PAGE.format(" AND ".join(given) or "TRUE")
            rows = self._database.query(statement, *given.values(), at_once)
            for sequence, line in rows:
                entry = _read(sequence, line)
                if entry is not None and wanted.matches(entry):
                    yield sequence, entry
            if len(rows) < at_once:
                return
            before, at_once = rows[-1][0], AT_ONCE

    def _beginning(self, since: datetime | None) -> int | None:
        """Where the day begins on which entries of that time may first stand."""
        if since is None:
            return None
        rows = self._database.query(BEGIN_OF, since.astimezone(UTC).date())
        return int(rows[0][0]) if rows else None


def write_digests(database: Database, *, key: bytes | None = None) -> list[date]:
    """Write the digests of finished days that have none yet; answers the days, oldest first.

    Of several hosts that do so at the same time the first one's counts; they are the same but for another key.
    """
    ((first, last),) = database.query(SPAN)
    if first is None:
        return []
    made = []
    for day, digest in due_digests(
        first,
        last,
        known=lambda day: known_digest(database, day),
        held=lambda day: day_held(database, day),
        key=key,
    ):
        database.query(KEEP_DIGEST, day, digest.decode())
        made.append(day)
    return made


def known_digest(database: Database, day: date) -> bytes | None:
    """The day's digest."""
    rows = database.query(KNOWN_DIGEST, day)
    return str(rows[0][0]).encode() if rows else None


def day_held(database: Database, day: date) -> DayHeld | None:
    """What a finished day holds; None for one without entries."""
    digest, size, sequence, line = hashlib.sha256(), 0, 0, b""
    while rows := database.query(OF_DAY, sequence, day, day, AT_ONCE):
        for sequence, text in rows:  # noqa: B007 - where it ends
            line = text.encode()
            digest.update(line + b"\n")
            size += len(line) + 1
    return DayHeld(size, digest.hexdigest(), sequence, line_hash(line)) if size else None


def _read(sequence: int, line: str) -> Activity | None:
    try:
        return activity_from_json(line)
    except ValueError as error:
        logger.warning("entry %d is left out: %s; see `feedscript audit verify`", sequence, error)
        return None
