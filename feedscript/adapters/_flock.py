"""Locks between threads and processes: flock on files that are never removed.

flock belongs to the open file description, so a fresh one per acquisition also excludes threads of one process, and
the kernel gives it up when its holder dies, however it dies.
"""

import errno
import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from feedscript.ports.errors import StorageBroken, StorageBusy, StorageFull

DEADLINE = 5.0
OUT_OF_ROOM = (errno.ENOSPC, errno.EDQUOT)
FIRST_WAIT, LONGEST_WAIT = 0.0005, 0.02


def open_lock(path: Path) -> int:
    """A fresh descriptor of the lock file, which is made where it is missing."""
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)


def try_lock(descriptor: int) -> bool:
    """Take the lock if it is free."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def is_locked(path: Path) -> bool:
    """Whether somebody holds the lock; where there is no such file nothing is made."""
    if not path.exists():
        return False
    descriptor = open_lock(path)
    try:
        return not try_lock(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def locked(path: Path, *, deadline: float = DEADLINE) -> Iterator[None]:
    """Hold the lock; raises `StorageBusy` where it is not had within `deadline` seconds, else as any writing."""
    try:
        descriptor = open_lock(path)
    except OSError as error:
        if error.errno in OUT_OF_ROOM:
            raise StorageFull(str(path), 0, 0) from error
        raise StorageBroken(str(path), error.strerror or str(error)) from error
    try:
        give_up, wait = time.monotonic() + deadline, FIRST_WAIT
        while not try_lock(descriptor):
            if time.monotonic() > give_up:
                raise StorageBusy(str(path), deadline)
            time.sleep(wait)
            wait = min(wait * 2, LONGEST_WAIT)
        yield
    finally:
        os.close(descriptor)
