"""Reading jobs' files, each parsed once for as long as it stays as it is."""

import os
import threading
import time
from dataclasses import dataclass
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


class JobFiles:
    """The jobs' files as they are now; what has not changed since it was last read is not parsed again."""

    def __init__(self) -> None:
        self._remembered: dict[Path, tuple[Identity, StoredJob]] = {}
        self._forgetting = threading.Lock()

    def read(self, path: Path) -> StoredJob:
        """What the file holds; raises `FileNotFoundError`, other `OSError`, and `ValueError` for what is no job."""
        identity, stored = self._remembered.get(path, (None, None))
        if stored is not None and _identity(path.stat()) == identity:
            return stored
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            status = os.fstat(descriptor)
            data = _read_all(descriptor, status.st_size)
        finally:
            os.close(descriptor)
        stored = StoredJob(*job_from_bytes(data), sealed=is_sealed(status))
        if stored.sealed and time.time_ns() - status.st_ctime_ns > SETTLED_AFTER_NS:
            self._remember(path, _identity(status), stored)
        return stored

    def _remember(self, path: Path, identity: Identity, stored: StoredJob) -> None:
        with self._forgetting:
            self._remembered.pop(path, None)
            while len(self._remembered) >= REMEMBERED:
                del self._remembered[next(iter(self._remembered))]
            self._remembered[path] = (identity, stored)


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
