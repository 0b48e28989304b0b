"""What is on disk about one attempt's run: `RUNS_DIR/<job>/<attempt>/`.

The runner holds the lock while it looks after the script: held means alive, and no pid is ever trusted. `started`
is made before the script, `end.json` after it, atomically.
"""

import fcntl
import json
import os
import shutil
from enum import Enum, auto
from pathlib import Path
from typing import Any

from feedscript.adapters._flock import open_lock, try_lock


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
        self.result = path / "result.json"
        self.progress = path / "progress.json"
        self.work = path / "work"

    def make(self) -> None:
        """Make the folder, private to the service's user."""
        self.work.mkdir(mode=0o700, parents=True, exist_ok=True)

    def remove(self) -> None:
        """Remove the folder: its story is in the job now."""
        shutil.rmtree(self.path, ignore_errors=True)
        try:
            self.path.parent.rmdir()
        except OSError:
            return  # another attempt of the job is at work, or it is gone already

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

    def read_end(self) -> dict[str, Any]:
        """What the runner wrote when the script was over."""
        document: dict[str, Any] = json.loads(self.end.read_bytes())
        return document

    def _held(self) -> bool:
        try:
            descriptor = open_lock(self.lock)
        except FileNotFoundError:
            return False
        try:
            return not try_lock(descriptor)
        finally:
            os.close(descriptor)
