"""Processes that a runner's violent death left behind.

They are known by the cookie in their environment, the path of the attempt's folder, which every process of the script
inherits and no other has: no pid is remembered, so none that was given to somebody else can be signalled.
"""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

COOKIE = "FEEDSCRIPT_RUN_COOKIE"
PATIENCE = 5.0
PAUSE = 0.02


def end_leftovers(cookie: str) -> None:
    """Kill whatever carries the cookie, until there is nothing (or `PATIENCE` seconds are over)."""
    give_up = time.monotonic() + PATIENCE
    while sum(_kill(pid, cookie) for pid in _pids()) and time.monotonic() < give_up:
        time.sleep(PAUSE)


def _kill(pid: int, cookie: str) -> bool:
    if not _carries(pid, cookie):
        return False
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return False
    try:
        # The handle is of whoever has the pid now: look once more before the signal.
        if not _carries(pid, cookie):
            return False
        signal.pidfd_send_signal(handle, signal.SIGKILL)
    except ProcessLookupError:
        return False
    finally:
        os.close(handle)
    return True


def _carries(pid: int, cookie: str) -> bool:
    try:
        environment = Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return False  # gone, a zombie, or another user's
    return f"{COOKIE}={cookie}".encode() in environment.split(b"\0")


def _pids() -> Iterator[int]:
    return (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit())
