"""How the server process that leads is told of new runs, in their order: a line each through a named pipe.

Nothing depends on its being heard: what is missed is found in the backlog a little later.
"""

import contextlib
import errno
import fcntl
import json
import logging
import os
import select
import weakref
from collections.abc import Iterator
from pathlib import Path

from feedscript.adapters.subprocess.fair_queue import Ticket

logger = logging.getLogger(__name__)

PIPE_BYTES = 1024 * 1024
NOBODY = (errno.ENXIO, errno.ENOENT, errno.EPIPE)


class Doorbell:
    """The named pipe `path`: anyone rings, the leader listens."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._partial = b""
        self._descriptor: int | None = None
        self._ringing: _End | None = None

    def ring(self, ticket: Ticket) -> None:
        """Tell of the attempt, if anybody listens."""
        line = json.dumps(ticket).encode() + b"\n"
        if len(line) <= select.PIPE_BUF:  # longer ones could be torn by another writer's
            self._write(line)

    def wake(self) -> None:
        """Let `heard` return."""
        self._write(b"\n")

    def listen(self) -> None:
        """Begin to hear; only the leader does."""
        with contextlib.suppress(FileExistsError):
            os.mkfifo(self._path, 0o600)
        # Held for writing too, so that the pipe stays open while nobody rings.
        self._descriptor = os.open(self._path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        with contextlib.suppress(
            PermissionError
        ):  # a user's pipes may have used up what all of them may hold
            fcntl.fcntl(self._descriptor, fcntl.F_SETPIPE_SZ, PIPE_BYTES)

    def heard(self, timeout: float) -> Iterator[Ticket]:
        """The attempts that were told of, waiting up to `timeout` seconds for the first."""
        assert self._descriptor is not None, "listen first"
        if not select.select([self._descriptor], [], [], timeout)[0]:
            return
        lines = (self._partial + os.read(self._descriptor, PIPE_BYTES)).split(b"\n")
        self._partial = lines.pop()
        for line in filter(None, lines):
            try:
                yield _ticket_in(line)
            except ValueError:
                logger.warning("%s: a line that tells of no attempt was left out", self._path)

    def close(self) -> None:
        """Hear no more."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _write(self, line: bytes) -> None:
        try:
            kept = self._ringing
            try:
                os.write((kept or self._opened()).descriptor, line)
            except BrokenPipeError:
                # Whoever leads now may listen at another pipe of this name.
                self._ringing = None
                if kept is not None:
                    os.write(self._opened().descriptor, line)
        except BlockingIOError:
            return  # full of what has not been heard yet
        except OSError as error:
            # The run is in the backlog: whoever asked for it is not to be told of a failure.
            if error.errno not in NOBODY:
                logger.warning("%s: %s", self._path, error.strerror)

    def _opened(self) -> "_End":
        self._ringing = end = _End(os.open(self._path, os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC))
        return end


def _ticket_in(line: bytes) -> Ticket:
    match json.loads(line):
        case [str(job_id), int(attempt), str(merchant), bool(started), str(caller)]:
            return Ticket(job_id, attempt, merchant, started, caller)
    raise ValueError("no ticket")


class _End:
    """The pipe's end that is written to, open for as long as any thread needs it."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        weakref.finalize(self, os.close, descriptor)
