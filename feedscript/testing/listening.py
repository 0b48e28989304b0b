"""An `AttemptListener` that keeps everything in files, so that any number of processes can share it."""

import json
import os
import threading
from collections.abc import Collection, Container, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from feedscript.domain import FeedRequest, Job, Phase
from feedscript.ports import AttemptListener, Run, ScriptEnd


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

    def withdraw(self, job_id: str) -> None:
        """Take the run out of the backlog: what a service does with an attempt that was cancelled before its start."""
        (self.folder / "backlog" / job_id).unlink(missing_ok=True)

    def ends(self, job_id: str) -> list[dict[str, Any]]:
        """Every end that was told of the job, oldest first."""
        path = self.folder / "ended" / job_id
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def starts(self, job_id: str) -> int:
        """How often a start was told of the job."""
        path = self.folder / "started" / job_id
        return len(path.read_text().splitlines()) if path.exists() else 0

    def backlog(self, *, waiting: Container[str] = (), of: Collection[str] | None = None) -> Iterator[Run]:
        """What was accepted and has not ended, by name."""
        paths = sorted((self.folder / "backlog").iterdir())
        self.left_out = {path.name for path in paths if path.name in waiting}
        for path in paths:
            if path.name not in waiting and (of is None or path.name in of) and (run := self._run(path.name)):
                yield run

    def wanted(self, job_id: str, attempt: int, *, known: Job | None = None) -> Run | None:  # noqa: ARG002 - each job has one attempt here
        """The run as it was accepted, unless it is wanted no more."""
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

    def script_started(self, job_id: str, attempt: int, log: str) -> None:  # noqa: ARG002 - as above
        """Keep who told."""
        with (self.folder / "started" / job_id).open("a") as file:
            file.write(f"{os.getpid()}\n")

    def script_ended(self, end: ScriptEnd) -> None:
        """Keep the end, and take the run out of the backlog."""
        with self._lock:
            if self.troubles:
                raise self.troubles.pop(0)
        with (self.folder / "ended" / end.job_id).open("a") as file:
            file.write(json.dumps(asdict(end)) + "\n")
        self.withdraw(end.job_id)

    def tick(self, *, waiting: Container[str] = ()) -> None:  # noqa: ARG002 - nothing waits for time here
        """Count."""
        self.ticks += 1
