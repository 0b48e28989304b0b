"""The audit trail as JSON Lines: `activities/YYYY/MM/DD.jsonl`, a CloudEvents 1.0 event a line, a file a day.

Every line carries its sequence number and the SHA-256 of the line before it, so a line that was changed, removed or
moved breaks the chain.
"""

import fcntl
import hashlib
import json
import mmap
import os
import threading
import weakref
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from feedscript.adapters._flock import open_lock
from feedscript.adapters.files.documents import activity_from_document, activity_to_document
from feedscript.adapters.files.fsio import Disk
from feedscript.domain import Activity, FeedscriptError

GENESIS = "0" * 64
TAIL_BYTES = 64 * 1024
APPEND = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC


@dataclass
class _Batch:
    """What one caller wants appended, and what came of it once somebody has tried.

    `turn` is the number of the write that took it along; 0 until then.
    """

    activities: Sequence[Activity]
    turn: int = 0
    error: FeedscriptError | None = None


class _Segment:
    """An open file of the log, closed with its last user."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path = path
        self.descriptor = descriptor
        weakref.finalize(self, os.close, descriptor)


@dataclass(frozen=True)
class _Head:
    """The end of the chain: the segment, its size, and its last line's number and hash."""

    segment: Path
    size: int
    sequence: int
    hash: str


class FileActivityLog:
    """An `ActivityLog` over a folder that any number of processes of one machine may share.

    Callers that append at the same time share one write, and those that wait for it one fsync; the lock between
    processes is held for the write alone.
    """

    def __init__(self, root: Path, disk: Disk) -> None:
        self._root = root
        self._disk = disk
        self._waiting: list[_Batch] = []
        self._waiting_lock = threading.Lock()
        self._writing = threading.Lock()
        self._syncing = threading.Lock()
        self._head: _Head | None = None
        self._segment: _Segment | None = None
        self._written = self._synced = 0
        disk.make_folder(root)
        self._lock = open_lock(root / ".lock")
        weakref.finalize(self, os.close, self._lock)

    def append(self, activities: Sequence[Activity], *, durable: bool = True) -> None:
        """Append, together with whatever other threads want appended just now."""
        if not activities:
            return
        batch = _Batch(activities)
        with self._waiting_lock:
            self._waiting.append(batch)
        with self._writing:
            if not batch.turn:
                with self._waiting_lock:
                    batches, self._waiting = self._waiting, []
                self._write_batches(batches)
        if batch.error is not None:
            raise batch.error
        if durable:
            self._sync_up_to(batch.turn)

    def append_missing(self, activities: Sequence[Activity]) -> None:
        """Append those that a crash kept out: the ones whose id is not in the log yet."""
        if activities:
            since = min(activity.at for activity in activities)
            missing = [a for a in activities if not any(self._lines_with(_id_text(a.id), since))]
            self.append(missing)

    def of_job(self, job_id: str, *, since: datetime) -> Iterator[Activity]:
        """Search the segments from that day on for lines that name the job."""
        for line in self._lines_with(json.dumps(job_id).encode(), since):
            document = json.loads(line)
            if document.get("subject") == job_id:
                yield activity_from_document(document)

    def segments(self, *, since: datetime | None = None) -> list[Path]:
        """The files of the log from that day (UTC) on, oldest first."""
        first = "" if since is None else f"{since.astimezone(UTC):%Y/%m/%d}"
        found = (path.relative_to(self._root).as_posix() for path in self._root.glob("*/*/*.jsonl"))
        return [self._root / name for name in sorted(found) if name[:10] >= first]

    def _write_batches(self, batches: Sequence[_Batch]) -> None:
        error: FeedscriptError | None = None
        try:
            self._write([activity for batch in batches for activity in batch.activities])
        except FeedscriptError as caught:
            error = caught
        self._written += 1
        for batch in batches:
            batch.turn, batch.error = self._written, error

    def _write(self, activities: Sequence[Activity]) -> None:
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        try:
            segment = self._current_segment()
            head = self._current_head(segment.path, segment.descriptor)
            lines, head = _chained(activities, head)
            self._disk.append(segment.descriptor, lines, segment.path, durable=False)
            self._head = _Head(segment.path, head.size + len(lines), head.sequence, head.hash)
        finally:
            fcntl.flock(self._lock, fcntl.LOCK_UN)

    def _sync_up_to(self, turn: int) -> None:
        """Return when that write is on disk: one fsync serves all that was written before it began."""
        with self._syncing:
            if self._synced < turn:
                written, segment = self._written, self._segment
                assert segment is not None, "something was written"
                self._disk.sync(segment.descriptor, segment.path)
                self._synced = written

    def _current_segment(self) -> _Segment:
        """Today's file, kept open; yesterday's is on disk before it is let go."""
        path = self._root / f"{datetime.now(UTC):%Y/%m/%d}.jsonl"
        segment = self._segment
        if segment is not None and segment.path == path and os.fstat(segment.descriptor).st_nlink:
            return segment
        self._disk.make_folder(path.parent)
        fresh = not path.exists()
        following = _Segment(path, os.open(path, APPEND, 0o600))
        if fresh:
            self._disk.sync_folder(path.parent)
        with self._syncing:
            if segment is not None:
                self._disk.sync(segment.descriptor, segment.path)
                self._synced = self._written
            self._segment = following
        return following

    def _current_head(self, segment: Path, descriptor: int) -> _Head:
        size = os.fstat(descriptor).st_size
        head = self._head
        if head is not None and head.segment == segment and head.size == size:
            return head
        if size == 0:
            earlier = [path for path in self.segments() if path != segment and path.stat().st_size]
            if not earlier:
                return _Head(segment, 0, 0, GENESIS)
            last = earlier[-1].read_bytes()[-TAIL_BYTES:].splitlines()[-1]
            return _Head(segment, 0, json.loads(last)["sequence"], line_hash(last))
        tail = _tail(descriptor, size)
        if not tail.endswith(b"\n"):
            size = self._cut_torn_line(segment, descriptor, size, tail)
            return self._current_head(segment, descriptor)
        last = tail[:-1].rpartition(b"\n")[2]
        return _Head(segment, size, json.loads(last)["sequence"], line_hash(last))

    def _cut_torn_line(self, segment: Path, descriptor: int, size: int, tail: bytes) -> int:
        torn = tail.rpartition(b"\n")[2]
        self._disk.make_folder(self._root / "quarantine")
        self._disk.create(self._root / "quarantine" / f"{segment.stem}-{size}.torn", torn)
        self._disk.truncate(descriptor, size - len(torn), segment)
        return size - len(torn)

    def _lines_with(self, needle: bytes, since: datetime) -> Iterator[bytes]:
        for segment in self.segments(since=since):
            if segment.stat().st_size == 0:
                continue
            with segment.open("rb") as file, mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ) as data:
                at = data.find(needle)
                while at != -1:
                    start, end = data.rfind(b"\n", 0, at) + 1, data.find(b"\n", at)
                    if end == -1:
                        break
                    yield data[start:end]
                    at = data.find(needle, end)


def line_hash(line: bytes) -> str:
    """The hash that the next line carries: SHA-256 of 0x00 and the exact line (the leaf hash of RFC 9162, 2.1.1)."""
    return hashlib.sha256(b"\0" + line).hexdigest()


def _chained(activities: Sequence[Activity], head: _Head) -> tuple[bytes, _Head]:
    lines = []
    for activity in activities:
        document: dict[str, Any] = activity_to_document(activity)
        document["sequence"] = head.sequence + 1
        document["previoushash"] = head.hash
        line = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
        head = _Head(head.segment, head.size, head.sequence + 1, line_hash(line))
        lines.append(line + b"\n")
    return b"".join(lines), head


def _tail(descriptor: int, size: int) -> bytes:
    length = min(size, TAIL_BYTES)
    tail = os.pread(descriptor, length, size - length)
    while b"\n" not in tail[:-1] and length < size:
        length = min(size, length * 4)
        tail = os.pread(descriptor, length, size - length)
    return tail


def _id_text(activity_id: str) -> bytes:
    return b'"id":' + json.dumps(activity_id).encode() + b","
