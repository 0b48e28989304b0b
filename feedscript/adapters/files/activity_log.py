"""The audit trail as JSON Lines: `activities/YYYY/MM/DD.jsonl`, a CloudEvents 1.0 event a line, a file a day.

Every line carries its sequence number and the SHA-256 of the line before it, so a line that was changed, removed or
moved breaks the chain.
"""

import fcntl
import hashlib
import logging
import os
import re
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import dropwhile
from pathlib import Path
from typing import TypeVar

from feedscript.adapters._flock import open_lock
from feedscript.adapters._group import Group
from feedscript.adapters.files.chain import Head, chained, end_of, find_tear, head_after, head_of
from feedscript.adapters.files.digests import write_digests
from feedscript.adapters.files.fsio import Disk
from feedscript.adapters.files.segments import DAMAGE, Segments, lines, lines_backwards
from feedscript.adapters.trail.chain import Tampered
from feedscript.codec import activity_from_json, activity_to_json, to_json
from feedscript.domain import Activity
from feedscript.ports.activity_log import ActivityFilter, ActivityLog, ActivityPage
from feedscript.ports.errors import BadCursor

logger = logging.getLogger(__name__)

ID = re.compile(rb'\{"specversion":"1\.0","id":"((?:[^"\\]|\\.)*)"')
UNSYNCED = 128 * 1024
LOOKED_THROUGH = 2 * 1024 * 1024
Found = TypeVar("Found")
CURSOR = re.compile(r"([0-9]{4}/[0-9]{2}/[0-9]{2}):([0-9]{1,15})")


class _OpenSegment:
    """A segment open for appending, for as long as anybody needs it.

    An fsync tells of a failed write-back only those who had the file open when it failed, so entries are synced through
    the descriptor that they were written by.
    """

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path = path
        self.descriptor = descriptor
        self._status = os.fstat(descriptor)
        weakref.finalize(self, os.close, descriptor)

    def size_at(self, path: Path) -> int | None:
        """The file's size in bytes; None where the path does not lead to this file any more."""
        try:
            status = path.stat()
        except FileNotFoundError:
            return None
        return status.st_size if os.path.samestat(status, self._status) else None


class _LockFile:
    """The open lock file of a process."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        self.owner = os.getpid()
        weakref.finalize(self, os.close, descriptor)


@dataclass
class _Batch:
    """What one caller wants appended, and the segment that it went to."""

    entries: Sequence[bytes]
    opened: _OpenSegment | None = None


class FileActivityLog(ActivityLog):
    """An `ActivityLog` over a folder that any number of processes of one machine may share.

    Callers that append at the same time share one write, and those that wait for it one fsync; the lock between
    processes is held for the write alone. Of what nobody waits for, a process leaves at most `UNSYNCED` bytes to the
    kernel. `now` tells the day whose file is written; finished days' digests are
    signed with `key`, where there is one. For a page no more than about `looked_through` bytes are looked through.
    """

    def __init__(
        self,
        root: Path,
        disk: Disk,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        key: bytes | None = None,
        looked_through: int = LOOKED_THROUGH,
    ) -> None:
        self._key = key
        self._looked_through = looked_through
        self._digested_on: date | None = None
        self.root = root
        self._segments = Segments(root)
        self._disk = disk
        self._now = now
        self._writes = Group(self._write_all)
        self._syncs = Group(self._sync_all)
        self._opened: _OpenSegment | None = None
        self._locking: _LockFile | None = None
        self._head: Head | None = None
        self._repairs: list[bytes] = []
        self._unsynced = 0
        self._synced = 0
        disk.make_root(root)

    def append(self, activities: Sequence[Activity], *, durable: bool = True) -> None:
        """Append, together with whatever other threads want appended just now."""
        self.append_entries([activity_to_json(activity) for activity in activities], durable=durable)

    def append_entries(self, entries: Sequence[bytes], *, durable: bool = True) -> None:
        """Like `append`, for activities that are written down already."""
        if entries:
            batch = _Batch(entries)
            self._writes.run(batch)
            if durable or self._unsynced >= UNSYNCED:
                self._syncs.run(batch)

    def append_missing(self, activities: Sequence[Activity]) -> None:
        """Append those that a crash kept out: the ones whose id is not in the log yet."""
        if not activities:
            return
        # What a crash has torn goes first: a line after a hole is not one that stays.
        self._writes.run(_Batch(()))
        since = min(activity.at for activity in activities)
        by_id = {_as_written(activity.id): activity for activity in activities}
        needle = next(iter(by_id)) if len(by_id) == 1 else b""
        known = by_id.keys() & self._ids(needle, since=since)
        if known:
            # Whoever wrote them may have died before its fsync.
            for segment in self._segments.listed(since=since):
                if segment.exists():  # else it was compressed meanwhile, durably
                    self._disk.sync_file(segment)
        self.append([activity for text, activity in by_id.items() if text not in known])

    def of_job(self, job_id: str, *, since: datetime) -> Iterator[Activity]:
        """Search the segments from that day on for lines that name the job."""
        entries = (entry for entry in self._entries(job_id, since=since) if entry.job_id == job_id)
        return dropwhile(lambda entry: entry.at < since, entries)

    def finish_days(self) -> None:
        """Write the digests of the days that are over, once a day, and sync what nobody has waited for."""
        if self._opened is not None and os.fstat(self._opened.descriptor).st_size != self._synced:
            self._syncs.run(_Batch((), self._opened))
        today = self._now().date()
        if self._digested_on == today:
            return
        self._digested_on = today
        try:
            write_digests(self.root, self._disk, key=self._key)
        except Tampered as fault:
            # The jobs go on; `audit verify` says the same until somebody has looked at it.
            logger.error("the audit trail is broken: %s", fault)  # noqa: TRY400 - the text tells it all

    def page(self, wanted: ActivityFilter, *, limit: int, cursor: str | None = None) -> ActivityPage:
        """Read from the newest line back; the cursor is the place of the last one shown, or looked at.

        However long the trail is, no more than so much of it is looked through for a page: where entries like those
        that are wanted are rare, pages are short or empty, and go on.
        """
        shown: list[Activity] = []
        last, looked_through = "", 0
        for place, line, entry in self._entries_backwards(wanted, _place_of(cursor)):
            if looked_through > self._looked_through or (len(shown) == limit and entry is not None):
                return ActivityPage(tuple(shown), last)
            looked_through += len(line)
            last = place
            if entry is not None:
                shown.append(entry)
                if _is_beginning(entry, wanted):
                    break
        return ActivityPage(tuple(shown), None)

    # Reading

    def _ids(self, needle: bytes, *, since: datetime) -> Iterator[bytes]:
        for segment in self._segments.listed(since=since):
            for line in _readable(lines(segment, needle), segment):
                if (found := ID.match(line)) is not None:
                    yield found[1]

    def _entries(self, text: str, *, since: datetime) -> Iterator[Activity]:
        needle = _as_written(text)
        for segment in self._segments.listed(since=since):
            for line in _readable(lines(segment, needle), segment):
                entry = _read(line, segment)
                if entry is not None:
                    yield entry

    def _entries_backwards(
        self, wanted: ActivityFilter, place: tuple[str, int] | None
    ) -> Iterator[tuple[str, bytes, Activity | None]]:
        """The place of each line, the line, and its entry, where that is wanted."""
        needles = [
            _as_written(text) for text in (wanted.job_id, wanted.type, wanted.actor) if text is not None
        ]
        for segment in reversed(self._segments.listed(since=wanted.since)):
            day, before = self._segments.day_of(segment), None
            if place is not None:
                if day > place[0]:
                    continue
                before = place[1] if day == place[0] else None
            for at, line in _readable(lines_backwards(segment, before), segment):
                entry = _read(line, segment) if all(needle in line for needle in needles) else None
                yield f"{day}:{at}", line, entry if entry is not None and wanted.matches(entry) else None

    # Writing

    def _write_all(self, batches: Sequence[_Batch]) -> list[None]:
        with self._lock():
            opened, size = self._open(self._current_segment())
            head = self._current_head(opened, size)
            entries = [entry for batch in batches for entry in batch.entries]
            text, head = chained([*self._repairs, *entries], head)
            self._disk.append(opened.descriptor, text, opened.path)
            self._head, self._repairs = head, []
            self._unsynced += len(text)
        for batch in batches:
            batch.opened = opened
        return [None] * len(batches)

    def _sync_all(self, batches: Sequence[_Batch]) -> list[None]:
        for opened in {batch.opened for batch in batches if batch.opened is not None}:
            size, self._unsynced = os.fstat(opened.descriptor).st_size, 0
            self._disk.sync(opened.descriptor, opened.path)
            self._synced = size
        return [None] * len(batches)

    @contextmanager
    def _lock(self) -> Iterator[None]:
        """The log's lock between processes: short, so it is waited for without a deadline; threads write in rounds."""
        descriptor = self._lock_file()
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(descriptor, fcntl.LOCK_UN)

    def _lock_file(self) -> int:
        # A forked process shares its parent's open file, and with it the lock: it needs one of its own.
        if self._locking is None or self._locking.owner != os.getpid():
            path = self.root / ".lock"
            try:
                self._locking = _LockFile(open_lock(path))
            except OSError as error:
                raise self._disk.translated(error, path) from error
        return self._locking.descriptor

    def _open(self, segment: Path) -> tuple[_OpenSegment, int]:
        size = self._opened.size_at(segment) if self._opened is not None else None
        if self._opened is None or size is None:
            self._opened = _OpenSegment(segment, self._disk.open_append(segment))
            size = os.fstat(self._opened.descriptor).st_size
        return self._opened, size

    def _current_segment(self) -> Path:
        """Today's segment, or a later one where the clock was set back: the chain never forks."""
        now = self._now()
        today, tomorrow = self._segments.today_and_tomorrow(now)
        if self._head is not None and self._head.segment == today and not tomorrow.exists():
            return today
        return max([today, *self._segments.listed(since=now)])

    def _current_head(self, opened: _OpenSegment, size: int) -> Head:
        known = self._head
        if known is not None and (known.segment, known.size) == (opened.path, size):
            return known
        if known is not None and known.segment == opened.path and known.size < size:
            following = head_after(known, opened.descriptor, size)
            if following is not None:
                return following
        if known is None or known.segment != opened.path:
            # The first look at this segment: its name may be another process's, and not durable yet.
            self._disk.sync_folder(opened.path.parent)
        head = self._read_head(opened) if size else Head(opened.path)
        if head.size:
            return head
        # Nothing is in it, or nothing is left of it: it goes on from the day before.
        for earlier in reversed([path for path in self._segments.listed() if path < opened.path]):
            end = self._last_of(earlier, opened.path)
            if end.sequence:
                return end
        return head

    def _last_of(self, earlier: Path, segment: Path) -> Head:
        """The end of an earlier day, made durable before anything is chained to it."""
        if earlier.suffix == ".gz":
            return end_of(earlier, segment)
        ended = _OpenSegment(earlier, self._disk.open_append(earlier))
        head = self._read_head(ended)
        self._disk.sync(ended.descriptor, earlier)
        return Head(segment, 0, head.sequence, head.hash)

    def _read_head(self, opened: _OpenSegment) -> Head:
        tear = find_tear(opened.descriptor)
        if tear is not None:
            self._cut(opened.path, opened.descriptor, tear)
        return head_of(opened.path, opened.descriptor)

    def _cut(self, segment: Path, descriptor: int, tear: int) -> None:
        """Put what a crash has torn aside, and cut it off; it was never acknowledged. The next line tells of it."""
        torn = os.pread(descriptor, os.fstat(descriptor).st_size - tear, tear)
        digest = hashlib.sha256(torn).hexdigest()
        day = self._segments.day_of(segment)
        aside = self.root / "quarantine" / f"{day.replace('/', '-')}-{tear}-{digest[:12]}.torn"
        self._disk.create(aside, torn)
        self._disk.truncate(descriptor, tear, segment)
        logger.warning("%s: %d torn bytes cut off at byte %d; kept in %s", segment, len(torn), tear, aside)
        repair = Activity(
            id=f"repair/{day}/{tear}/{digest[:12]}",
            at=self._now(),
            type="feedscript.audit.repaired",
            data={"day": day, "byte": tear, "bytes": len(torn), "sha256": digest, "kept_in": aside.name},
        )
        self._repairs.append(activity_to_json(repair))


def _is_beginning(entry: Activity, wanted: ActivityFilter) -> bool:
    """Whether it is the job's first entry, where all since then are asked for: nothing of the job stands before it."""
    return entry.id == f"{wanted.job_id}/1" and entry.at == wanted.since


def _readable(found: Iterator[Found], segment: Path) -> Iterator[Found]:
    try:
        yield from found
    except DAMAGE as error:
        logger.error("%s: its end cannot be unpacked (%s); see `feedscript audit verify`", segment, error)  # noqa: TRY400 - as it says


def _read(line: bytes, segment: Path) -> Activity | None:
    try:
        return activity_from_json(line)
    except ValueError as error:
        logger.warning("%s: left out %s; see `feedscript audit verify`", segment, error)
        return None


def _place_of(cursor: str | None) -> tuple[str, int] | None:
    if cursor is None:
        return None
    shape = CURSOR.fullmatch(cursor)
    if shape is None:
        raise BadCursor("not a cursor of this service")
    return shape[1], int(shape[2])


def _as_written(text: str) -> bytes:
    """The text as it stands in a line, without its quotes."""
    return to_json(text)[1:-1]
