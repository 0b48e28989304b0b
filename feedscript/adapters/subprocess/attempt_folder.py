"""What is on disk about one attempt's run: `RUNS_DIR/<job>/<attempt>/`.

The runner holds the lock while it looks after the script: held means alive, and no pid is ever trusted. `started`
is made before the script, `end.json` after it, atomically.
"""

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from enum import Enum, auto
from pathlib import Path
from typing import Any

from feedscript.adapters._flock import open_lock, try_lock
from feedscript.adapters.subprocess.script_user import ScriptUser

#: Others may go through such a folder by names that they know, and see nothing.
PASSED = 0o711


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
        self.cancel = path / "cancel"
        self.words = path / "words"
        self.result = self.words / "result.json"
        self.progress = self.words / "progress.json"
        self.work = path / "work"

    @property
    def cookie(self) -> str:
        """What every process of the attempt carries in its environment, and no other does."""
        return str(self.path)

    def make(self, user: ScriptUser | None = None) -> None:
        """Make the folder, private to the service's user; two in it are the script's, who may be another."""
        for own in (self.work, self.words):
            own.mkdir(mode=0o700, parents=True, exist_ok=True)
            if user is not None:
                os.chown(own, user.uid, user.gids[0])
        if user is not None:
            for passed in (self.path, self.path.parent):
                passed.chmod(PASSED)

    def remove(self) -> None:
        """Remove the folder: its story is in the job now."""
        shutil.rmtree(self.path, ignore_errors=True)
        try:
            self.path.parent.rmdir()
        except OSError:
            return  # another attempt of the job is at work, or it is gone already

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


def _names_in(folder: Path) -> list[str]:
    try:
        return [path.name for path in folder.iterdir()]
    except OSError:
        return []  # no folder, or none any more


def _written_at(path: Path) -> float | None:
    try:
        return path.lstat().st_mtime
    except OSError:
        return None


class RunFolders:
    """Where runs and their logs lie: `RUNS_DIR/<job>/<attempt>/` and `LOGS_DIR/<job>/<attempt>.log`."""

    def __init__(self, runs: Path, logs: Path) -> None:
        self.runs = runs.absolute()
        self.logs = logs.absolute()

    def of(self, job_id: str, attempt: int) -> AttemptFolder:
        """The attempt's folder, whether or not there is one."""
        return AttemptFolder(self.runs / job_id / str(attempt))

    def log(self, job_id: str, attempt: int) -> Path:
        """The attempt's log, whether or not there is one; it stays when the folder goes."""
        return self.logs / job_id / f"{attempt}.log"

    def present(self) -> Iterator[tuple[str, int, AttemptFolder]]:
        """Every folder there is, with its job and attempt; they may go while they are looked for."""
        for job in sorted(self.runs.iterdir()):
            for name in sorted(_names_in(job)):
                if name.isdigit() and (path := job / name).is_dir():
                    yield job.name, int(name), AttemptFolder(path)
