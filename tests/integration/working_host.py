"""A host that runs scripts beside others, started as a user starts it."""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

WORKER = (sys.executable, "-m", "feedscript", "worker")


def shared(url: str, *, lease: float, capacity: int = 1) -> dict[str, str]:
    """What all processes are told that share the database."""
    return {
        "STORAGE": "postgresql",
        "EXECUTOR": "procrastinate",
        "DATABASE_URL": url,
        "SERVICE_SECRET": "s" * 32,
        "HOST_LEASE": f"{lease:g}",
        "CALLBACK_GRACE": "0",
        "MAX_CONCURRENT_SCRIPTS": str(capacity),
        "DRAIN_GRACE": "0",
    }


class Host:
    """A host that runs scripts, with folders of its own, by any number of workers; `on` is what starts them there."""

    def __init__(self, folder: Path, name: str, *, on: Sequence[str] = (), **settings: str) -> None:
        self.name = name
        self._command = [*on, *WORKER]
        self.folder = folder / name
        self.folder.mkdir()
        self._settings = {"PATH": os.environ["PATH"], "HOST": name, **settings}
        self.workers: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        """Start a worker, beside those that there are."""
        with (self.folder / "worker.log").open("ab") as log:
            self.workers.append(
                subprocess.Popen(self._command, cwd=self.folder, env=self._settings, stdout=log, stderr=log)
            )

    def kill_first(self) -> None:
        first = self.workers.pop(0)
        first.kill()
        first.wait()

    def send(self, number: signal.Signals) -> None:
        for worker in self.workers:
            worker.send_signal(number)

    def stop(self) -> None:
        self.send(signal.SIGTERM)
        self.send(signal.SIGCONT)  # who sleeps does not hear it
        for worker in self.workers:
            # Who is still starting does not know yet how to end well.
            assert worker.wait(30) in (0, -signal.SIGTERM), (self.folder / "worker.log").read_text()
