"""An index for listing jobs: a cache in `jobs/index/jobs.sqlite3`, which may be deleted while the service is stopped.

Nothing is written to it by a commit. It follows the audit trail instead, where every commit leaves a line before it is
acknowledged: catching up means to read the trail from the place where the last one ended. Rows and place change in
one transaction, so a crash of any process leaves both as they were.
Where the trail is not what was read (a power cut may take back its unsynced end), or there is no index, it is built
anew from the jobs' files in the background; until then listings walk the folders.
"""

import logging
import os
import sqlite3
import threading
import weakref
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path

from feedscript.adapters._flock import open_lock, try_lock
from feedscript.adapters.files.index_queries import INDEXES, query_for
from feedscript.adapters.files.index_rows import FIRST, Changes, Row, row_of
from feedscript.adapters.files.segments import DAMAGE, Segments, opened
from feedscript.adapters.lead import Lead, lead_of
from feedscript.adapters.trail.chain import line_hash
from feedscript.domain import Job
from feedscript.ports.repository import JobFilter

logger = logging.getLogger(__name__)

BLOCK = 4 * 1024 * 1024
ROWS_AT_ONCE = 5000
PATIENCE = 5.0
VERSION = 3
ROOM = 32 * 1024 * 1024
SCHEMA = """
CREATE TABLE IF NOT EXISTS job (
    id TEXT PRIMARY KEY, version INTEGER NOT NULL, status TEXT NOT NULL, merchant TEXT NOT NULL, partner TEXT,
    reference TEXT, created TEXT NOT NULL, stage TEXT NOT NULL, reason TEXT
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS place (
    one INTEGER PRIMARY KEY CHECK (one = 1), segment TEXT NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL,
    hash TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS lead (
    one INTEGER PRIMARY KEY CHECK (one = 1), least INTEGER NOT NULL, most INTEGER NOT NULL
);
"""
UPSERT = """
INSERT INTO job VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET version = excluded.version,
status = excluded.status, partner = excluded.partner, stage = excluded.stage, reason = excluded.reason
WHERE excluded.version > version
"""
LEAD = """
INSERT INTO lead VALUES (1, ?1, ?2) ON CONFLICT (one) DO UPDATE SET least = min(least, ?1), most = max(most, ?2)
"""
MOVE = """
UPDATE job SET version = ?1, status = coalesce(?2, status), stage = ?3,
reason = CASE WHEN ?2 IS NULL THEN reason ELSE ?4 END WHERE id = ?5 AND version < ?1
"""


@dataclass(frozen=True, slots=True)
class _Place:
    """How far the trail has been read: a segment, and the bytes and the hash of the last line read of it."""

    segment: str = ""
    start: int = 0
    end: int = 0
    hash: str = ""


class _PlaceLost(Exception):
    """The trail is not what was read."""


class JobIndex:
    """The ids of the jobs that match a filter, newest first; shared by threads and processes.

    `read` answers a job's file as it is now, or None; `ids` are all jobs that have one.
    """

    def __init__(
        self,
        folder: Path,
        trail: Path,
        *,
        read: Callable[[str], Job | None],
        ids: Callable[[], Iterable[str]],
    ) -> None:
        self._folder = folder
        self._trail = Segments(trail)
        self._read = read
        self._ids = ids
        self._using = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._builder: threading.Thread | None = None

    def catch_up(self) -> bool:
        """Take in what has happened since the last time; answers False where the index cannot be used just now."""
        if not self._has_room():
            return False
        try:
            with self._transaction() as database:
                place = self._place(database)
                if place is not None:
                    following, changes = self._read_on(place)
                    if following != place:
                        self._take_in(database, changes, following)
                    return True
            why = "there is none yet"
        except _PlaceLost as error:
            why = str(error)
        except OSError as error:
            logger.warning("the index of the jobs cannot follow the trail: %s", error)
            return False
        except sqlite3.DatabaseError as error:
            if _is_busy(error):
                return False
            why = str(error)
        self._rebuild_in_background(why)
        return False

    def matching(self, wanted: JobFilter, *, before: str | None, limit: int) -> list[str] | None:
        """Up to `limit` ids below `before`, as of the last catching up; None where the index cannot be used.

        Another process may have begun to build it anew since then.
        """
        try:
            with self._transaction("DEFERRED") as database:
                lead = Lead(*database.execute("SELECT least, most FROM lead").fetchone() or ())
                query, values = query_for(wanted, before=before, limit=limit, lead=lead)
                found = database.execute(query, values).fetchall()
                return [job_id for (job_id,) in found] if self._place(database) is not None else None
        except sqlite3.DatabaseError as error:
            logger.warning("the index of the jobs cannot be read: %s", error)
            return None

    def wait(self) -> None:
        """Wait for a rebuild that is under way."""
        if self._builder is not None:
            self._builder.join()

    def close(self) -> None:
        """Wait for a rebuild that is under way, and let go of the file."""
        self.wait()
        with self._using:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _has_room(self) -> bool:
        """Whether the disk has so much left that a cache may grow: the last of it is for the jobs."""
        room = os.statvfs(self._folder)
        return room.f_bavail * room.f_frsize > ROOM

    # Reading the trail

    def _read_on(self, place: _Place) -> tuple[_Place, Changes]:
        changes = Changes()
        return self._read_lines(place, changes.read), changes

    def _end(self) -> _Place:
        # It is in the last segment; what is before that need not be read.
        last = max(map(self._trail.day_of, self._trail.listed()), default="")
        return self._read_lines(_Place(last), lambda _: None)

    def _read_lines(self, place: _Place, take: Callable[[bytes], None]) -> _Place:
        for segment in self._trail.listed():
            day = self._trail.day_of(segment)
            if day < place.segment:
                continue
            here = place if day == place.segment else _Place(day)
            try:
                place = self._read_segment(segment, here, take)
            except DAMAGE as error:
                raise _PlaceLost(f"{segment} cannot be unpacked: {error}") from error
            except ValueError as error:
                raise _PlaceLost(f"{segment} is not what was written: {error}") from error
        return place

    def _read_segment(self, segment: Path, place: _Place, take: Callable[[bytes], None]) -> _Place:
        with opened(segment) as file:
            if place.end:
                file.seek(place.start)
                if line_hash(file.read(place.end - place.start)[:-1]) != place.hash:
                    raise _PlaceLost(f"{segment} is not what was read")
            at, last, rest = place.end, b"", b""
            while block := file.read(BLOCK):
                whole, end, rest = (rest + block).rpartition(b"\n")
                if end:
                    at += len(whole) + 1
                    last = whole.rpartition(b"\n")[2]
                    take(whole)
        if not last:
            return place
        return _Place(place.segment, at - len(last) - 1, at, line_hash(last))

    # The database

    @contextmanager
    def _transaction(self, kind: str = "IMMEDIATE") -> Iterator[sqlite3.Connection]:
        with self._using:
            database = self._database()
            database.execute(f"BEGIN {kind}")
            try:
                yield database
            except BaseException:
                database.execute("ROLLBACK")
                raise
            database.execute("COMMIT")

    def _database(self) -> sqlite3.Connection:
        if self._connection is None:
            path = self._folder / "jobs.sqlite3"
            connection = sqlite3.connect(
                path, timeout=PATIENCE, isolation_level=None, check_same_thread=False
            )
            connection.execute("PRAGMA journal_mode = WAL")
            # In WAL mode a power cut may undo the last transactions, and never mixes them.
            connection.execute("PRAGMA synchronous = NORMAL")
            _make_schema(connection)
            weakref.finalize(self, connection.close)
            self._connection = connection
        return self._connection

    @staticmethod
    def _place(database: sqlite3.Connection) -> _Place | None:
        row = database.execute("SELECT segment, start, end, hash FROM place").fetchone()
        return _Place(*row) if row else None

    @staticmethod
    def _keep_place(database: sqlite3.Connection, place: _Place) -> None:
        database.execute(
            "INSERT OR REPLACE INTO place VALUES (1, ?, ?, ?, ?)",
            (place.segment, place.start, place.end, place.hash),
        )

    def _take_in(self, database: sqlite3.Connection, changes: Changes, place: _Place) -> None:
        try:
            _put(database, [row for row in changes.started if row[1] == FIRST])
            # A job whose file could not be read when the index was built has no row, and a change tells less than one.
            missing = {
                job_id for job_id in changes.later() if not _has_row(database, job_id)
            } | changes.untold
            jobs = (job for job_id in missing if (job := self._read(job_id)) is not None)
            _put(database, [row_of(job) for job in jobs])
            again = [row for row in changes.started if row[1] != FIRST and row[0] not in missing]
            database.executemany(UPSERT, again)
            database.executemany(MOVE, changes.moved)
        except (ValueError, OverflowError) as error:
            raise _PlaceLost(f"the trail cannot be taken in: {error}") from error
        self._keep_place(database, place)

    # Building anew

    def _rebuild_in_background(self, why: str) -> None:
        if self._builder is not None and self._builder.is_alive():
            return
        self._builder = threading.Thread(
            target=self._rebuild, args=(why,), name="feedscript-index", daemon=True
        )
        self._builder.start()

    def _rebuild(self, why: str) -> None:
        try:
            lock = open_lock(self._folder / ".lock")
            try:
                # Else another process is at it, or has just been.
                if try_lock(lock) and not self._is_good():
                    logger.info("the index of the jobs is built anew: %s", why)
                    self._fill()
            finally:
                os.close(lock)
        except (sqlite3.DatabaseError, OSError, ValueError, OverflowError, _PlaceLost) as error:
            logger.warning("the index of the jobs could not be built (%s); listings walk the folders", error)

    def _fill(self) -> None:
        """Take in all jobs' files, and from the trail what is committed meanwhile."""
        place = self._end()
        self._clear()
        jobs = (job for job_id in self._ids() if (job := self._read(job_id)) is not None)
        while batch := [row_of(job) for job in islice(jobs, ROWS_AT_ONCE)]:
            with self._transaction() as database:
                _put(database, batch)
        with self._transaction() as database:
            place, changes = self._read_on(place)
            self._take_in(database, changes, place)

    def _is_good(self) -> bool:
        try:
            with self._transaction() as database:
                place = self._place(database)
                if place is not None:
                    self._read_on(place)
                return place is not None
        except _PlaceLost:
            return False
        except sqlite3.DatabaseError as error:
            if _is_busy(error):
                raise
            return False

    def _clear(self) -> None:
        try:
            with self._transaction() as database:
                database.execute("DELETE FROM place")
                database.execute("DELETE FROM job")
                database.execute("DELETE FROM lead")
        except sqlite3.OperationalError:
            raise  # busy, or the disk's trouble
        except sqlite3.DatabaseError:
            # Not a database any more: away with it.
            with self._using:
                if self._connection is not None:
                    self._connection.close()
                    self._connection = None
                for path in self._folder.glob("jobs.sqlite3*"):
                    path.unlink(missing_ok=True)


def _make_schema(database: sqlite3.Connection) -> None:
    """Make the tables; those of another version are no use, and are built anew."""
    database.execute("BEGIN IMMEDIATE")
    if database.execute("PRAGMA user_version").fetchone() != (VERSION,):
        database.execute("DROP TABLE IF EXISTS job")
        database.execute("DROP TABLE IF EXISTS place")
        database.execute("DROP TABLE IF EXISTS lead")
        database.execute(f"PRAGMA user_version = {VERSION}")
    database.execute("COMMIT")
    database.executescript(SCHEMA + INDEXES)


def _put(database: sqlite3.Connection, rows: Sequence[Row]) -> None:
    """Store jobs as they were created, or as they are by now."""
    database.executemany(UPSERT, rows)
    if rows:
        leads = [lead_of(row[0], datetime.fromisoformat(row[6])) for row in rows]
        database.execute(LEAD, (min(leads), max(leads)))


def _has_row(database: sqlite3.Connection, job_id: str) -> bool:
    return database.execute("SELECT 1 FROM job WHERE id = ?", (job_id,)).fetchone() is not None


def _is_busy(error: sqlite3.DatabaseError) -> bool:
    return getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY
