"""The server's end of a runner process."""

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from select import PIPE_BUF
from typing import IO

from feedscript.adapters.subprocess.supervision import Assignment, document_of

RUNNER = "feedscript.adapters.subprocess.runner"


class RunnerProcess:
    """A long-lived runner, started when it is first needed and again when it has died.

    `environment` is the runner's own, which its scripts may be able to read: by default this process's.
    """

    def __init__(
        self, preload: Sequence[str], errors: Path, environment: Mapping[str, str] | None = None
    ) -> None:
        self._preload = preload
        self._errors = errors
        self._environment = os.environ if environment is None else environment
        self._process: subprocess.Popen[bytes] | None = None
        self._unread = b""

    def carry_out(self, assignment: Assignment, on_started: Callable[[], None]) -> None:
        """Hand the assignment over and return when the runner is done with it, or dead.

        `on_started` is called unless the script was over at once.
        """
        runner = self._running()
        assert runner.stdin is not None
        assert runner.stdout is not None
        try:
            runner.stdin.write(json.dumps(document_of(assignment)).encode() + b"\n")
            runner.stdin.flush()
        except BrokenPipeError:
            self._forget(runner)
            return
        heard = self._hear(runner.stdout)
        if heard == b"started":
            on_started()
            heard = self._hear(runner.stdout)
        if not heard:
            self._forget(runner)

    def close(self) -> None:
        """Let the runner go, and wait until it has."""
        if self._process is not None:
            self._forget(self._process)

    def _hear(self, pipe: IO[bytes]) -> bytes:
        """The next line, b"" where the runner is dead."""
        while b"\n" not in self._unread:
            if not (more := os.read(pipe.fileno(), PIPE_BUF)):
                return b""
            self._unread += more
        line, _, self._unread = self._unread.partition(b"\n")
        return line

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is not None:
            self._forget(self._process)
        if self._process is None:
            self._errors.parent.mkdir(parents=True, exist_ok=True)
            with self._errors.open("ab") as errors:
                self._process = subprocess.Popen(
                    [sys.executable, "-m", RUNNER, *self._preload],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=errors,
                    start_new_session=True,
                    env={**self._environment, "PYTHONUNBUFFERED": "1"},
                )
        return self._process

    def _forget(self, runner: subprocess.Popen[bytes]) -> None:
        self._process, self._unread = None, b""
        assert runner.stdin is not None
        assert runner.stdout is not None
        with contextlib.suppress(BrokenPipeError):
            runner.stdin.close()
        runner.wait()
        runner.stdout.close()
