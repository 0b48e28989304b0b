"""A repository and a log of one's own over sqlite3; tests/examples holds them to the contracts."""

import sqlite3
from collections.abc import Container, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import dropwhile
from pathlib import Path
from typing import Any

from feedscript.codec import activity_from_json, activity_to_json, job_from_json, job_to_json
from feedscript.domain import Activity, Job
from feedscript.entrypoints.adapters import Adapters
from feedscript.entrypoints.settings import Settings
from feedscript.ports import ActivityFilter, ActivityLog, ActivityPage, JobFilter, JobPage, JobRepository
from feedscript.ports.errors import BadCursor, VersionConflict
from feedscript.ports.repository import version_before

SCHEMA = """CREATE TABLE IF NOT EXISTS job (id BLOB PRIMARY KEY, version INTEGER, open INTEGER, document BLOB);
CREATE TABLE IF NOT EXISTS claim (merchant BLOB, reference BLOB, job_id BLOB, PRIMARY KEY (merchant, reference));
CREATE TABLE IF NOT EXISTS activity (place INTEGER PRIMARY KEY, job_id BLOB, document BLOB)"""


class Database:
    def __init__(self, path: Path) -> None:
        self._path = path
        for statement in SCHEMA.split(";"):
            self.run(statement)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        connection = sqlite3.connect(self._path, timeout=60, isolation_level=None)
        try:
            connection.execute("BEGIN IMMEDIATE")
            yield connection
            connection.execute("COMMIT")
        finally:
            connection.close()

    def run(self, query: str, *values: Any) -> list[Any]:
        with self.transaction() as connection:
            return connection.execute(query, values).fetchall()


class SqliteActivityLog(ActivityLog):
    def __init__(self, database: Database) -> None:
        self._database = database

    def append(self, activities: Sequence[Activity], *, durable: bool = True) -> None:
        with self._database.transaction() as connection:
            write(connection, activities)

    def of_job(self, job_id: str, *, since: datetime) -> Iterator[Activity]:
        query = "SELECT document FROM activity WHERE job_id = ? ORDER BY place"
        entries = (activity_from_json(row[0]) for row in self._database.run(query, key(job_id)))
        return dropwhile(lambda entry: entry.at < since, entries)

    def finish_days(self) -> None:
        """There is nothing to seal."""

    def page(self, wanted: ActivityFilter, *, limit: int, cursor: str | None = None) -> ActivityPage:
        if cursor is not None and not (cursor.isascii() and cursor.isdigit() and len(cursor) < 19):
            raise BadCursor(cursor)
        query = "SELECT place, document FROM activity WHERE place < ? ORDER BY place DESC"
        rows = self._database.run(query, int(cursor or 2**62))
        found = [(place, entry) for place, text in rows if wanted.matches(entry := activity_from_json(text))]
        after = str(found[limit - 1][0]) if len(found) > limit else None
        return ActivityPage(tuple(entry for _, entry in found[:limit]), after)


class SqliteJobRepository(JobRepository):
    def __init__(self, database: Database) -> None:
        self._database = database

    def claim(self, affiliate_merchant_id: str, reference: str, job_id: str) -> str:
        asked = (key(affiliate_merchant_id), key(reference))
        self._database.run("INSERT OR IGNORE INTO claim VALUES (?, ?, ?)", *asked, key(job_id))
        query = "SELECT job_id FROM claim WHERE merchant = ? AND reference = ?"
        return str(self._database.run(query, *asked)[0][0], "utf-8")

    def get(self, job_id: str) -> Job | None:
        rows = self._database.run("SELECT document FROM job WHERE id = ?", key(job_id))
        return job_from_json(rows[0][0]) if rows else None

    def commit(self, job: Job, activities: Sequence[Activity]) -> None:
        with self._database.transaction() as connection:
            row = connection.execute("SELECT version FROM job WHERE id = ?", (key(job.id),)).fetchone()
            found = row[0] if row else 0
            if found != (before := version_before(job, activities)):
                raise VersionConflict(job.id, before, found)
            stored = (key(job.id), job.version, job_to_json(job))
            connection.execute("INSERT OR REPLACE INTO job VALUES (?, ?, 1, ?)", stored)
            write(connection, activities)

    def settle(self, job_id: str) -> None:
        if (job := self.get(job_id)) is not None and job.settled:
            query = "UPDATE job SET open = 0 WHERE id = ? AND version = ?"
            self._database.run(query, key(job_id), job.version)

    def open_jobs(self, *, left_out: Container[str] = ()) -> Iterable[str]:
        rows = self._database.run("SELECT id FROM job WHERE open ORDER BY id")
        return [found for row in rows if (found := str(row[0], "utf-8")) not in left_out]

    def page(self, wanted: JobFilter, *, limit: int, cursor: str | None = None) -> JobPage:
        if cursor is not None and self.get(cursor) is None:
            raise BadCursor(cursor)
        query = "SELECT document FROM job WHERE id < ? ORDER BY id DESC"
        rows = self._database.run(query, key(cursor) if cursor else b"\xff")
        found = [job for row in rows if wanted.matches(job := job_from_json(row[0]))]
        return JobPage(tuple(found[:limit]), found[limit - 1].id if len(found) > limit else None)


def write(connection: sqlite3.Connection, activities: Sequence[Activity]) -> None:
    rows = [(key(each.job_id or ""), activity_to_json(each)) for each in activities]
    connection.executemany("INSERT INTO activity (job_id, document) VALUES (?, ?)", rows)


def key(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def adapters(settings: Settings) -> Adapters:
    """For `ADAPTERS=examples.sqlite_storage:adapters`."""
    settings.jobs_dir.mkdir(parents=True, exist_ok=True)
    database = Database(settings.jobs_dir / "jobs.sqlite3")
    return Adapters(repository=SqliteJobRepository(database), activities=SqliteActivityLog(database))
