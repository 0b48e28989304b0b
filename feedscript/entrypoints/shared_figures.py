"""Where the processes of a server count together: a folder in memory for Prometheus' client."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from feedscript.adapters.observing.metrics import FOLDER_VARIABLE

MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of this process's own is made there
#: Of each process the client maps a few files of 64 KiB and more.
ROOM = 16 * 1024 * 1024


@contextmanager
def figures_shared() -> Iterator[None]:
    """Let processes that are forked within count into one folder, which goes with this process.

    It lies in memory where there is room: a mapped file on a disk that is full ends whoever writes to it (SIGBUS).
    Where there is no such memory, each process counts for itself, and `/metrics` tells of the one that is asked.
    """
    if FOLDER_VARIABLE in os.environ or not _has_room():
        yield
        return
    folder, owner = tempfile.mkdtemp(prefix="feedscript-", dir=MEMORY), os.getpid()
    os.environ[FOLDER_VARIABLE] = folder
    try:
        yield
    finally:
        # Forked processes leave through here too.
        if os.getpid() == owner:
            shutil.rmtree(folder, ignore_errors=True)


def _has_room() -> bool:
    try:
        return shutil.disk_usage(MEMORY).free >= ROOM and os.access(MEMORY, os.W_OK)
    except OSError:
        return False
