"""Everything that a database keeps, for another storage to take over, and the other way round."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date

import psycopg

from feedscript.adapters.holdings import in_batches
from feedscript.adapters.postgresql.audit import verify
from feedscript.adapters.postgresql.database import Database
from feedscript.adapters.postgresql.failures import Connection, translated
from feedscript.adapters.postgresql.keys import PostgresKeys
from feedscript.adapters.postgresql.letter_box import PostgresLetterBox
from feedscript.adapters.postgresql.places import PostgresPlaces
from feedscript.adapters.postgresql.stored_text import stored
from feedscript.adapters.postgresql.writing import as_one_value, entry_columns, job_columns
from feedscript.adapters.trail.chain import Trail
from feedscript.codec import activity_from_json, job_from_json
from feedscript.domain import Job
from feedscript.ports.errors import StorageBroken, UnreadableJob

AT_ONCE = 500
LEASED = "SELECT host_name FROM host_lease WHERE until > clock_timestamp()"
FIRST_JOB = "SELECT id::text FROM job LIMIT 1"
HEAD = "SELECT coalesce(max(sequence), 0) FROM activity"
SPANS = """
SELECT day, first_sequence, lead(first_sequence, 1, 9223372036854775807) OVER (ORDER BY day) FROM trail_day ORDER BY day
"""
LINES = (
    "SELECT sequence, line FROM activity WHERE sequence >= %s AND sequence < %s ORDER BY sequence LIMIT %s"
)
DIGESTS = "SELECT day, document FROM trail_digest ORDER BY day"
JOBS = """
SELECT id::text, document::text, open FROM job WHERE %s::uuid IS NULL OR id < %s::uuid ORDER BY job.id DESC LIMIT %s
"""
PUT_DAY = "INSERT INTO trail_day (day, first_sequence) VALUES (%s, %s)"
PUT_LINES = """
INSERT INTO activity (sequence, job_id, type, actor, at, line) SELECT * FROM json_to_recordset(%s::json)
AS entry (sequence bigint, job_id text, type text, actor text, at timestamptz, line text)
"""
PUT_DIGEST = "INSERT INTO trail_digest (day, document) VALUES (%s, %s)"
PUT_JOB = """
INSERT INTO job
    (id, version, open, status, stage, reason, phase, merchant, partner, reference, created, lead, updated, document)
VALUES (%(id)s, %(version)s, %(open)s, %(status)s, %(stage)s, %(reason)s, %(phase)s, %(merchant)s, %(partner)s,
    %(reference)s, %(created)s, %(lead)s, %(updated)s, %(document)s)
"""
PUT_CLAIM = """
INSERT INTO reference_claim (merchant, reference, job_id) VALUES (%s, %s, %s)
ON CONFLICT (merchant, reference) DO NOTHING
"""


class PostgresHoldings:
    """What the database keeps (`feedscript.adapters.holdings`); the trail and the jobs are put in one transaction."""

    def __init__(self, database: Database, keys: Sequence[bytes]) -> None:
        self._database = database
        self._audit_keys = keys
        self._connection: Connection | None = None
        self._sequence = 0
        self.places = PostgresPlaces(database)
        self.letters = PostgresLetterBox(database)
        self.keys = PostgresKeys(database)

    def need_idle(self) -> None:
        """Look whether a host has the right to run scripts."""
        rows = self._database.query(LEASED)
        if rows:
            raise StorageBroken(
                self._database.where,
                f"the service on {rows[0][0]} uses it; stop it, and repeat this 30 s later",
            )

    def need_empty(self) -> None:
        """Look for a job and an entry."""
        if self._database.query(FIRST_JOB) or self._database.query(HEAD)[0][0]:
            raise StorageBroken(
                self._database.where, "holds jobs or a trail; only an empty database takes over"
            )

    def verify(self, *, expect_head: str | None = None) -> Trail:
        """Walk along the trail."""
        return verify(self._database, expect_head=expect_head, keys=self._audit_keys)

    def days(self) -> Iterator[tuple[date, Iterator[bytes]]]:
        """Read the days one after the other."""
        for day, first, after in self._database.query(SPANS):
            yield day, self._lines(first, after)

    def digests(self) -> Iterator[tuple[date, bytes]]:
        """Read the digests."""
        for day, document in self._database.query(DIGESTS):
            yield day, document.encode()

    def jobs(self) -> Iterator[tuple[Job, bool]]:
        """Read the jobs, some at a time."""
        before: str | None = None
        while rows := self._database.query(JOBS, before, before, AT_ONCE):
            for job_id, document, is_open in rows:
                try:
                    yield job_from_json(document), is_open
                except ValueError as error:
                    raise UnreadableJob(job_id, str(error)) from error
            before = rows[-1][0]

    def put_day(self, day: date, lines: Iterable[bytes]) -> None:
        """Insert the lines, in the order in which they are chained."""
        with self._writing() as connection:
            connection.execute(PUT_DAY, [day, self._sequence + 1])
            for some in in_batches(lines, AT_ONCE):
                rows = [
                    {"sequence": sequence, **entry_columns(activity_from_json(line)), "line": line.decode()}
                    for sequence, line in enumerate(some, self._sequence + 1)
                ]
                connection.execute(PUT_LINES, [as_one_value(rows)])
                self._sequence += len(some)

    def put_digest(self, day: date, digest: bytes) -> None:
        """Insert the digest."""
        with self._writing() as connection:
            connection.execute(PUT_DIGEST, [day, digest.decode()])

    def put_jobs(self, jobs: Sequence[tuple[Job, bool]]) -> None:
        """Insert the jobs and their claims."""
        claims = [
            (stored(job.affiliate_merchant_id), stored(job.reference), job.id)
            for job, _ in jobs
            if job.reference is not None
        ]
        with self._writing() as connection, connection.cursor() as cursor:
            cursor.executemany(PUT_JOB, [{**job_columns(job), "open": is_open} for job, is_open in jobs])
            cursor.executemany(PUT_CLAIM, claims)

    def finish(self) -> None:
        """Commit."""
        with self._writing() as connection:
            connection.execute("COMMIT")
        self._let_go()

    def close(self) -> None:
        """Roll back, and let go of the database."""
        self._let_go()
        self._database.close()

    def _lines(self, first: int, after: int) -> Iterator[bytes]:
        while rows := self._database.query(LINES, first, after, AT_ONCE):
            for _, line in rows:
                yield line.encode()
            first = rows[-1][0] + 1

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        """The transaction that all that is put is part of."""
        if self._connection is None:
            self._connection = self._database.connect()
            self._connection.execute("BEGIN")
        try:
            yield self._connection
        except psycopg.Error as error:
            raise translated(error, self._database.where, seconds=0) from error

    def _let_go(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
