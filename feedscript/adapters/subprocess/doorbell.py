"""How a server process tells the one that leads of a new run: a line through a named pipe.

Nothing depends on its being heard: what is missed is found in the backlog a little later.
"""

import contextlib
import errno
import fcntl
import json
import logging
import os
import select
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

from feedscript.domain import FeedRequest, Phase
from feedscript.ports.executor import Run

logger = logging.getLogger(__name__)

PIPE_BYTES = 1024 * 1024
_OF_RUN = tuple(field.name for field in fields(Run))
_OF_REQUEST = tuple(field.name for field in fields(FeedRequest))
NOT_HEARD = (errno.ENXIO, errno.ENOENT, errno.EAGAIN, errno.EPIPE)


class Doorbell:
    """The named pipe `path`: anyone rings, the leader listens."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._partial = b""
        self._descriptor: int | None = None

    def ring(self, run: Run) -> None:
        """Tell of the run, if anybody listens."""
        line = json.dumps(_document(run)).encode() + b"\n"
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

    def heard(self, timeout: float) -> Iterator[Run]:
        """The runs that were told of, waiting up to `timeout` seconds for the first."""
        assert self._descriptor is not None, "listen first"
        if not select.select([self._descriptor], [], [], timeout)[0]:
            return
        lines = (self._partial + os.read(self._descriptor, PIPE_BYTES)).split(b"\n")
        self._partial = lines.pop()
        for line in filter(None, lines):
            try:
                yield _run_of(line)
            except (ValueError, KeyError, TypeError):
                logger.warning("%s: a line that tells of no run was left out", self._path)

    def close(self) -> None:
        """Hear no more."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _write(self, line: bytes) -> None:
        try:
            descriptor = os.open(self._path, os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC)
            try:
                os.write(descriptor, line)
            finally:
                os.close(descriptor)
        except OSError as error:
            # The run is in the backlog: whoever asked for it is not to be told of a failure.
            if error.errno not in NOT_HEARD:
                logger.warning("%s: %s", self._path, error.strerror)


def _document(run: Run) -> dict[str, object]:
    # `asdict` would copy everything in depth, for each job that is accepted.
    request = {name: getattr(run.request, name) for name in _OF_REQUEST}
    return {name: getattr(run, name) for name in _OF_RUN} | {"request": request}


def _run_of(line: bytes) -> Run:
    document = json.loads(line)
    return Run(
        job_id=document["job_id"],
        attempt=document["attempt"],
        phase=Phase(document["phase"]),
        request=FeedRequest(**document["request"]),
        token=document["token"],
        wanted=document["wanted"],
        started=document["started"],
    )
