"""What scripts say, kept in the database: any host can show it, whichever the script runs on, and afterwards."""

import io
import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, cast

from feedscript.adapters.postgresql.database import Database
from feedscript.adapters.subprocess.script_log import read_log
from feedscript.ports import LogChunk, Observation

PIECE = 256 * 1024
PUT = """
INSERT INTO script_output (job_id, number, first, piece) VALUES (%s, %s, %s, %s)
ON CONFLICT DO NOTHING RETURNING set_config('synchronous_commit', 'off', true)
"""
SIZE = "SELECT coalesce(max(first + length(piece)), 0) FROM script_output WHERE job_id = %s AND number = %s"
PIECE_AT = """
SELECT first, piece FROM script_output WHERE job_id = %s AND number = %s AND first <= %s ORDER BY first DESC LIMIT 1
"""
SIGN = """
INSERT INTO script_sign (job_id, number, progress, heard) VALUES (%s, %s, %s, %s)
ON CONFLICT (job_id, number) DO UPDATE SET progress = excluded.progress, heard = excluded.heard
RETURNING set_config('synchronous_commit', 'off', true)
"""
SEEN = "SELECT progress, heard FROM script_sign WHERE job_id = %s AND number = %s"
AT_WORK = "SELECT 1 FROM attempt WHERE job_id = %s AND number = %s AND host IS NOT NULL"


class ScriptOutput:
    """Writes a log down in pieces as it grows, and reads it; `cap` is how many bytes a script may write."""

    def __init__(self, database: Database, *, cap: int) -> None:
        self._database = database
        self._cap = cap
        self._kept: dict[tuple[str, int], int] = {}
        self._signs: dict[tuple[str, int], Observation] = {}

    def begin(self, job_id: str, attempt: int) -> None:
        """Nothing has been written down of it so far."""
        self._kept[job_id, attempt] = 0

    def keep(self, job_id: str, attempt: int, log: Path) -> None:
        """Write down what the log file has got since; another process may have written some of it."""
        key = job_id, attempt
        try:
            with log.open("rb") as file:
                file.seek(self._from(key))
                while piece := file.read(PIECE):
                    self._database.query(PUT, job_id, attempt, self._kept[key], piece)
                    self._kept[key] += len(piece)
        except FileNotFoundError:
            return

    def note(self, job_id: str, attempt: int, seen: Observation) -> None:
        """Write down what was seen of the script, if that is something else."""
        key = job_id, attempt
        if seen != self._signs.get(key, Observation()):
            progress = None if seen.progress is None else json.dumps(dict(seen.progress))
            self._database.query(SIGN, job_id, attempt, progress, seen.heard_at)
            self._signs[key] = seen

    def forget(self, job_id: str, attempt: int) -> None:
        """Nothing more of it is kept by this process."""
        self._kept.pop((job_id, attempt), None)
        self._signs.pop((job_id, attempt), None)

    def log(self, job_id: str, attempt: int, *, offset: int, limit: int) -> LogChunk | None:
        """As `Executor.log`."""
        over = not self._database.query(AT_WORK, job_id, attempt)
        size = self._size((job_id, attempt))
        if not size:
            return None
        file = io.BufferedReader(_Pieces(self._database, job_id, attempt, size))
        return read_log(cast("BinaryIO", file), size, offset=offset, limit=limit, over=over, cap=self._cap)

    def seen(self, job_id: str, attempt: int) -> tuple[Mapping[str, Any] | None, datetime | None]:
        """The script's last progress, and when it was last heard."""
        rows = self._database.query(SEEN, job_id, attempt)
        return rows[0] if rows else (None, None)

    def _from(self, key: tuple[str, int]) -> int:
        if key not in self._kept:
            self._kept[key] = self._size(key)
        return self._kept[key]

    def _size(self, key: tuple[str, int]) -> int:
        ((size,),) = self._database.query(SIZE, *key)
        return int(size)


class _Pieces(io.RawIOBase):
    """A log's pieces as one file."""

    def __init__(self, database: Database, job_id: str, attempt: int, size: int) -> None:
        self._database = database
        self._key = job_id, attempt
        self._size = size
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence] + offset
        return self._at

    def readinto(self, buffer: Any) -> int:
        if self._at >= self._size:
            return 0
        ((first, piece),) = self._database.query(PIECE_AT, *self._key, self._at)
        data = piece[self._at - first :][: len(buffer)]
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)
