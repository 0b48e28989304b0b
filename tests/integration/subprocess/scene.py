"""Executors over real processes: a listener that keeps everything in files, so that any number of processes share it.

Run as a program it is one more server process: `python -m tests.integration.subprocess.scene FOLDER CAPACITY`.
"""

import os
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from feedscript.adapters.subprocess import ScriptSettings, SubprocessExecutor
from feedscript.domain import FeedRequest, Phase
from feedscript.ports import Run
from feedscript.testing.listening import FolderListener
from feedscript.testing.processes import alive, number_in

__all__ = ["FolderListener", "alive", "builtin", "make_executor", "number_in", "run_of"]

# A run's source is its script: `sh -c 'eval "$0"' SOURCE DESTINATION`.
SHELL = ("/bin/sh", "-c", 'eval "$0"')


def run_of(job_id: str, script: str = "exit 0", *, merchant: str = "m1", **changes: Any) -> Run:
    request = FeedRequest(affiliate_merchant_id=merchant, source=script, destination="s3://bucket/out")
    return Run(job_id=job_id, attempt=1, phase=Phase.GENERATION, request=request, token="1.secret", **changes)


def builtin(job_id: str, mode: str) -> Run:
    """A run of `tests.integration.subprocess.builtin_script`, which reads its mode from the source."""
    return replace(run_of(job_id, mode), phase=Phase.VALIDATION)


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


if __name__ == "__main__":
    executor = make_executor(Path(sys.argv[1]), capacity=int(sys.argv[2]))
    executor.start(FolderListener(Path(sys.argv[1])))
    while True:
        time.sleep(60)
