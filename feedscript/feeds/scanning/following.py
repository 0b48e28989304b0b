"""A file that is still being written, as a pipe that whoever reads the file meanwhile may read to its end."""

import fcntl
import os
import sys
import threading
from contextlib import suppress
from pathlib import Path

from feedscript.feeds.engine.beside import start_beside

#: What the pipe holds, if it may hold more than is usual.
_PIPE_BYTES = 1024 * 1024
_BLOCK_BYTES = 64 * _PIPE_BYTES


class Following:
    """Passes a file on as it grows.

    The pipe holds what its reader has not taken yet, and no more; so the reader sets the pace, and whoever writes the
    file never waits.
    """

    def __init__(self, path: Path) -> None:
        self._source = path
        self._reads, self._writes = os.pipe()
        # As much is handed over in one go; for each the thread needs the interpreter, which is at work.
        if sys.platform == "linux":
            with suppress(OSError):
                fcntl.fcntl(self._writes, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
        self._grown = threading.Event()
        self._ended = False
        self._passing = start_beside(self._pass_on)

    @property
    def path(self) -> Path:
        """What the file's reader is to open, once."""
        return Path(f"/dev/fd/{self._reads}")

    def grown(self) -> None:
        """Tell that there is more of the file."""
        self._grown.set()

    def end(self) -> None:
        """Tell that there will be no more; the pipe ends behind what there is."""
        self._ended = True
        self._grown.set()

    def close(self) -> bool:
        """Let the pipe go, as its reader has; whether all of the file went into it. To be called once.

        A pipe that could not be filled ends as one does whose file is at its end.
        """
        self.end()
        os.close(self._reads)
        return self._passing.exception() is None

    def _pass_on(self) -> None:
        # The pipe first: that it ends is what its reader waits for.
        with open(self._writes, "wb", buffering=0) as pipe, self._source.open("rb") as file:  # noqa: PTH123
            passed = 0
            while True:
                self._grown.wait()
                self._grown.clear()
                is_last = self._ended
                while sent := os.sendfile(pipe.fileno(), file.fileno(), passed, _BLOCK_BYTES):
                    passed += sent
                if is_last:
                    return
