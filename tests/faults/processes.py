"""Which processes belong to a server under test, told by its folder alone, so that no other is ever touched."""

import contextlib
import os
import signal
from collections.abc import Iterator
from pathlib import Path

from feedscript.adapters.subprocess.leftovers import COOKIE
from feedscript.adapters.subprocess.runner_process import RUNNER


def _all() -> Iterator[int]:
    return (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit())


def _read(pid: int, name: str) -> bytes:
    try:
        return Path(f"/proc/{pid}/{name}").read_bytes()
    except OSError:
        return b""  # it has gone


def _works_in(pid: int, folder: Path) -> bool:
    try:
        return Path(f"/proc/{pid}/cwd").readlink() == folder
    except OSError:
        return False


def servers(folder: Path) -> list[int]:
    """Masters and workers of `feedscript serve` in the folder."""
    return [pid for pid in _all() if _works_in(pid, folder) and b"\0serve\0" in _read(pid, "cmdline")]


def workers(folder: Path, master: int) -> list[int]:
    return [pid for pid in servers(folder) if pid != master]


def runners(folder: Path) -> list[int]:
    """Runners and the built-in scripts forked from them."""
    return [pid for pid in _all() if _works_in(pid, folder) and RUNNER.encode() in _read(pid, "cmdline")]


def scripts(folder: Path) -> list[int]:
    """Everything that carries the cookie of a run in the folder."""
    mark = f"{COOKIE}={folder}/".encode()
    return [
        pid for pid in _all() if any(entry.startswith(mark) for entry in _read(pid, "environ").split(b"\0"))
    ]


def everything(folder: Path) -> set[int]:
    return {*servers(folder), *runners(folder), *scripts(folder)}


def kill(pids: list[int]) -> None:
    """SIGKILL, at once."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
