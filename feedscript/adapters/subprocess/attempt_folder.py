"""What is on disk about one attempt's run: `RUNS_DIR/<job>.<attempt>/`.

The runner holds the lock while it looks after the script: held means alive, and no pid is ever trusted. `started`
is there before the script is, `end.json` after it; both are names of the lock file, into which the end is written: a
name costs less than a file.
"""

import fcntl
import json
import os
import shutil
import signal
import stat
from contextlib import suppress
from datetime import UTC, datetime
from enum import Enum, auto
from pathlib import Path
from typing import Any

from feedscript.adapters._flock import open_lock, try_lock
from feedscript.adapters.subprocess.script_user import ScriptUser

#: Others may go through such a folder by names that they know, and see nothing.
PASSED = 0o711
MADE = os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC


class Stage(Enum):
    """How far the run has come."""

    FRESH = auto()
    ALIVE = auto()
    ENDED = auto()
    DIED = auto()


class AttemptFolder:
    """The files of one attempt's run."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lock = path / "attempt.lock"
        self.started = path / "started"
        self.end = path / "end.json"
        # By the run's own name: one that comes too late for it is not for the next run in the folder.
        self.cancel = path / f"cancel.{path.name}"
        self.words = path / "words"
        self.result = self.words / "result.json"
        self.progress = self.words / "progress.json"
        self.work = path / "work"

    @property
    def cookie(self) -> str:
        """What every process of the attempt carries in its environment, and no other does."""
        return str(self.path)

    def make(self, user: ScriptUser | None = None) -> None:
        """Make the folder, private to the service's user; two in it are the script's, who may be another.

        The file of its result is there, empty: to make one and remove it costs more than to write into it.
        """
        for own in (self.work, self.words):
            own.mkdir(mode=0o700, parents=True, exist_ok=True)
        result = os.open(self.result, MADE, 0o600)
        try:
            # Not by its name, nor where it has another one: once the folder is its user's, that may be put there.
            if user is not None and os.fstat(result).st_nlink == 1:
                os.fchown(result, user.uid, user.gids[0])
        finally:
            os.close(result)
        if user is not None:
            for own in (self.work, self.words):
                os.chown(own, user.uid, user.gids[0])
            self.path.chmod(PASSED)

    def begin(self, lock: int) -> None:
        """Note that the script is about to be started; `lock` is the lock file's descriptor."""
        os.utime(lock)
        os.link(self.lock, self.started)

    def finish(self, lock: int, end: bytes) -> None:
        """Write the end down: as long as the lock is held it does not count, and without its name it is none.

        What was written before by a call that failed is written over.
        """
        written = 0
        while written < len(end):
            written += os.pwrite(lock, end[written:], written)
        with suppress(FileExistsError):
            os.link(self.lock, self.end)

    def sync(self) -> None:
        """Make the end durable, as far as somebody has not seen to it and removed the folder."""
        for path in (self.end, self.path):
            with suppress(OSError):
                descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
                try:
                    os.fsync(descriptor)
                finally:
                    os.close(descriptor)

    def clear(self) -> bool:
        """Take out what an ended run has left in a folder that nobody else uses; answers whether it is as new now."""
        try:
            for path in (self.end, self.started, self.progress):
                path.unlink(missing_ok=True)
            if set(self.path.iterdir()) != {self.lock, self.work, self.words}:
                return False
            for own, holds in ((self.work, set()), (self.words, {self.result})):
                if own.lstat().st_mode != stat.S_IFDIR | 0o700 or set(own.iterdir()) != holds:
                    return False
            return _emptied(self.lock) and _emptied(self.result)
        except OSError:
            return False

    def remove(self) -> None:
        """Remove the folder: its story is in the job now."""
        shutil.rmtree(self.path, ignore_errors=True)

    def discard(self) -> bool:
        """Remove the folder of a run that has not begun; answers False where a runner was faster."""
        try:
            descriptor = open_lock(self.lock)
        except FileNotFoundError:
            return True
        try:
            # Held while removing: a runner that opened the lock before finds that it is not the folder's any more.
            if not try_lock(descriptor) or self.started.exists():
                return False
            self.remove()
            return True
        finally:
            os.close(descriptor)

    def is_locked_by(self, descriptor: int) -> bool:
        """Whether the descriptor, on which the lock was taken, is still of this folder's lock file."""
        try:
            there = self.lock.stat()
        except FileNotFoundError:
            return False
        ours = os.fstat(descriptor)
        return (there.st_dev, there.st_ino) == (ours.st_dev, ours.st_ino)

    def stage(self) -> Stage:
        """Look at the lock first: what is written is final only once it is free."""
        if not self.path.is_dir():
            return Stage.FRESH
        if self._held():
            return Stage.ALIVE
        if self.end.exists():
            return Stage.ENDED
        return Stage.DIED if self.started.exists() else Stage.FRESH

    def wait(self) -> None:
        """Return when nobody holds the lock any more."""
        descriptor = open_lock(self.lock)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH)
        finally:
            os.close(descriptor)

    def started_at(self) -> datetime | None:
        """When the script was started (aware UTC); None where it was not."""
        at = _written_at(self.started)
        return None if at is None else datetime.fromtimestamp(at, UTC)

    def heard_at(self, log: Path) -> datetime | None:
        """When the script last wrote into its log or told of its progress, else when it was started (aware UTC)."""
        written = [at for path in (log, self.progress, self.started) if (at := _written_at(path)) is not None]
        return datetime.fromtimestamp(max(written), UTC) if written else None

    def read_end(self) -> dict[str, Any] | None:
        """What the runner wrote when the script was over; None where that cannot be read."""
        try:
            document = json.loads(self.end.read_bytes())
        except (OSError, ValueError):
            return None
        return document if isinstance(document, dict) else None

    def _held(self) -> bool:
        try:
            descriptor = open_lock(self.lock)
        except FileNotFoundError:
            return False
        try:
            return not try_lock(descriptor)
        finally:
            os.close(descriptor)


def _emptied(path: Path) -> bool:
    """Empty a file of ours, unless it is known by another name too; raises `OSError` where somebody has it open."""
    descriptor = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        found = os.fstat(descriptor)
        if found.st_mode != stat.S_IFREG | 0o600 or found.st_nlink != 1:
            return False
        # Only who has it alone is given that lease (fcntl(2)). Who opens it meanwhile waits, and has us told, by
        # a signal that would end this process if it were not one that is ignored.
        fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_WRLCK)
        os.ftruncate(descriptor, 0)
        return True
    finally:
        os.close(descriptor)


def _written_at(path: Path) -> float | None:
    try:
        return path.lstat().st_mtime
    except OSError:
        return None
