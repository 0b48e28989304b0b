"""Reading jobs' files: the same bytes are parsed once, and a file that has settled is not even read again."""

import os
import threading
import time
from dataclasses import dataclass, replace
from pathlib import Path

from feedscript.adapters.files.documents import job_from_bytes
from feedscript.domain import Activity, Job

SEALED, UNSEALED = 0o400, 0o600
REMEMBERED = 10_000
SETTLED_AFTER_NS = 250_000_000
"""Within a tick of the file system's clock a later file may look like an earlier one, its inode used again."""

Identity = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class StoredJob:
    """What a job's file holds, and whether its commit was finished."""

    job: Job
    activities: tuple[Activity, ...]
    sealed: bool


@dataclass(frozen=True, slots=True)
class _Known:
    """A file's bytes, and what they mean; `identity` is the file's once no other can be taken for it."""

    data: bytes
    stored: StoredJob
    identity: Identity | None


class JobFiles:
    """The jobs' files as they are now; what has not changed since it was last read is not parsed again."""

    def __init__(self) -> None:
        self._remembered: dict[Path, _Known] = {}
        self._forgetting = threading.Lock()

    def read(self, path: Path) -> StoredJob:
        """What the file holds; raises `FileNotFoundError`, other `OSError`, and `ValueError` for what is no job."""
        known = self._remembered.get(path)
        if known is not None and known.identity is not None and _identity(path.stat()) == known.identity:
            return known.stored
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            status = os.fstat(descriptor)
            data = _read_all(descriptor, status.st_size)
        finally:
            os.close(descriptor)
        sealed = is_sealed(status)
        if known is not None and known.data == data:
            stored = replace(known.stored, sealed=sealed)
        else:
            stored = StoredJob(*job_from_bytes(data), sealed=sealed)
        has_settled = sealed and time.time_ns() - status.st_ctime_ns > SETTLED_AFTER_NS
        self._remember(path, _Known(data, stored, _identity(status) if has_settled else None))
        return stored

    def written(self, path: Path, data: bytes, job: Job, activities: tuple[Activity, ...]) -> None:
        """Know what bytes mean that were put into the file just now."""
        self._remember(path, _Known(data, StoredJob(job, activities, sealed=False), None))

    def _remember(self, path: Path, known: "_Known") -> None:
        with self._forgetting:
            self._remembered.pop(path, None)
            while len(self._remembered) >= REMEMBERED:
                del self._remembered[next(iter(self._remembered))]
            self._remembered[path] = known


def is_sealed(status: os.stat_result) -> bool:
    """Whether the file's commit was finished."""
    return status.st_mode & 0o777 == SEALED


def _identity(status: os.stat_result) -> Identity:
    return status.st_ino, status.st_ctime_ns, status.st_size, status.st_mode


def _read_all(descriptor: int, size: int) -> bytes:
    data = os.read(descriptor, size)
    while len(data) < size and (more := os.read(descriptor, size - len(data))):
        data += more
    return data
