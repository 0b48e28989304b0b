"""A process that reads a file and tells of it, started without the import of anything."""

import marshal
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from feedscript.feeds.readers import surveyor

_STANDARD_OUTPUT, _STANDARD_ERROR = 1, 2


@dataclass(frozen=True)
class Surveyor:
    """A process and the pipe that it writes what it tells into; `pid` is None where none could be started."""

    pid: int | None
    pipe: int

    def told(self) -> Any:
        """What it tells, once it has; None where it came to nothing. To be asked once."""
        if self.pid is None:
            return None
        with open(self.pipe, "rb") as pipe:  # noqa: PTH123 - a descriptor has no path
            content = pipe.read()
        os.waitpid(self.pid, 0)
        try:
            return marshal.loads(content)  # noqa: S302 - of a process of our own
        except (ValueError, EOFError, TypeError):
            return None


def start_surveyor(work: Literal["survey", "digest"], path: Path) -> Surveyor:
    """A process that surveys or hashes the file.

    `subprocess` takes longer to import than all the rest of this.
    """
    reads, writes = os.pipe()
    command = [sys.executable, "-I", "-S", surveyor.__file__, work, str(path)]
    actions = [
        (os.POSIX_SPAWN_DUP2, writes, _STANDARD_OUTPUT),
        (os.POSIX_SPAWN_OPEN, _STANDARD_ERROR, os.devnull, os.O_WRONLY, 0),
    ]
    try:
        pid = os.posix_spawn(sys.executable, command, os.environ, file_actions=actions)
    except (OSError, ValueError):
        os.close(reads)
        return Surveyor(None, reads)
    finally:
        os.close(writes)
    return Surveyor(pid, reads)
