"""Executors over real processes: a listener that keeps everything in files, so that any number of processes share it.

Run as a program it is one more server process: `python -m tests.integration.subprocess.scene FOLDER CAPACITY`.
"""

import json
import os
import sys
import threading
import time
from collections.abc import Container, Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from feedscript.adapters.subprocess import ScriptSettings, SubprocessExecutor
from feedscript.domain import FeedRequest, Phase
from feedscript.ports import AttemptListener, Run, ScriptEnd

# A run's source is its script: `sh -c 'eval "$0"' SOURCE DESTINATION`.
SHELL = ("/bin/sh", "-c", 'eval "$0"')


def run_of(job_id: str, script: str = "exit 0", *, merchant: str = "m1", **changes: Any) -> Run:
    request = FeedRequest(affiliate_merchant_id=merchant, source=script, destination="s3://bucket/out")
    return Run(job_id=job_id, attempt=1, phase=Phase.GENERATION, request=request, token="1.secret", **changes)


def builtin(job_id: str, mode: str) -> Run:
    """A run of `tests.integration.subprocess.builtin_script`, which reads its mode from the source."""
    return replace(run_of(job_id, mode), phase=Phase.VALIDATION)


class FolderListener(AttemptListener):
    """Keeps the backlog and what it is told as files; `troubles` are raised, one a call, before an end is taken."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("backlog", "started", "ended"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        self.troubles: list[Exception] = []
        self.ticks = 0
        self.left_out: set[str] = set()
        self._lock = threading.Lock()

    def accept(self, run: Run) -> Run:
        """Put the run into the backlog; a second time replaces it."""
        temporary = self.folder / f".{run.job_id}.tmp"
        temporary.write_text(json.dumps(asdict(run)))
        temporary.rename(self.folder / "backlog" / run.job_id)
        return run

    def ends(self, job_id: str) -> list[dict[str, Any]]:
        """Every end that was told of the job, oldest first."""
        path = self.folder / "ended" / job_id
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def starts(self, job_id: str) -> int:
        path = self.folder / "started" / job_id
        return len(path.read_text().splitlines()) if path.exists() else 0

    def backlog(self, *, waiting: Container[str] = ()) -> Iterator[Run]:
        paths = sorted((self.folder / "backlog").iterdir())
        self.left_out = {path.name for path in paths if path.name in waiting}
        for path in paths:
            if path.name not in waiting and (run := self._run(path.name)):
                yield run

    def wanted(self, job_id: str, attempt: int) -> Run | None:
        run = self._run(job_id)
        return run if run and run.wanted else None

    def _run(self, job_id: str) -> Run | None:
        """The run as it is in the backlog, None once it has ended."""
        try:
            document = json.loads((self.folder / "backlog" / job_id).read_bytes())
        except FileNotFoundError:
            return None
        document["phase"] = Phase(document["phase"])
        document["request"] = FeedRequest(**document["request"])
        return Run(**{**document, "started": (self.folder / "started" / job_id).exists()})

    def script_started(self, job_id: str, attempt: int, log: str) -> None:
        with (self.folder / "started" / job_id).open("a") as file:
            file.write(f"{os.getpid()}\n")

    def script_ended(self, end: ScriptEnd) -> None:
        with self._lock:
            if self.troubles:
                raise self.troubles.pop(0)
        with (self.folder / "ended" / end.job_id).open("a") as file:
            file.write(json.dumps(asdict(end)) + "\n")
        (self.folder / "backlog" / end.job_id).unlink(missing_ok=True)

    def tick(self, *, waiting: Container[str] = ()) -> None:
        self.ticks += 1


def make_executor(folder: Path, *, capacity: int = 2, **settings: Any) -> SubprocessExecutor:
    values: dict[str, Any] = {
        "builtins": {Phase.VALIDATION: "tests.integration.subprocess.builtin_script:main"},
        "commands": {Phase.GENERATION: SHELL},
        "environment": {"PATH": os.environ["PATH"]},
        "callback_url": "http://127.0.0.1:9/api/callback/feed",
        "timeout": 30.0,
        "kill_grace": 5.0,
        **settings,
    }
    return SubprocessExecutor(
        runs=folder / "runs", logs=folder / "logs", capacity=capacity, scripts=ScriptSettings(**values)
    )


def alive(pid: int) -> bool:
    """Whether the process runs: a zombie does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in "ZX"


def number_in(path: Path) -> int | None:
    """The number that a script wrote into the file, once it is there."""
    try:
        return int(path.read_text())
    except (FileNotFoundError, ValueError):
        return None


if __name__ == "__main__":
    executor = make_executor(Path(sys.argv[1]), capacity=int(sys.argv[2]))
    executor.start(FolderListener(Path(sys.argv[1])))
    while True:
        time.sleep(60)
