"""A DuckDB of one's own, bounded in memory and time, and how far it has got."""

import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path

import duckdb

from feedscript.feeds.engine.beside import start_beside
from feedscript.feeds.engine.deadline import interrupted_after
from feedscript.feeds.engine.limits import MIB, Limits

#: Little more than a million items need, so that more of them spill and do not add to the process.
_SCAN_BYTES = 96 * MIB
#: Room for the buffers that a scanning thread holds.
_BYTES_PER_THREAD = 24 * MIB
_POLL_SECONDS = 0.1


@contextmanager
def connect(limits: Limits, workdir: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A private DuckDB in memory that spills to `workdir`, reads local files and loads nothing.

    What runs past `limits.max_seconds` is interrupted, or refused at its end (duckdb.InterruptException).
    """
    with connecting(limits, workdir) as opening:
        connection = opening.result()
        with interrupted_after(connection, limits.max_seconds):
            yield connection


@contextmanager
def connecting(limits: Limits, workdir: Path) -> Iterator[Future[duckdb.DuckDBPyConnection]]:
    """Begin to open such a DuckDB, without the limit of time.

    It takes as long as to check twenty thousand items, and leaves the interpreter to others.
    """
    opening = start_beside(_open, limits, workdir)
    try:
        yield opening
    finally:
        if opening.exception() is None:
            opening.result().close()


def _open(limits: Limits, workdir: Path) -> duckdb.DuckDBPyConnection:
    memory = min(limits.memory_bytes, max(limits.memory_bytes * 3 // 16, _SCAN_BYTES))
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": f"{memory}B",
        "temp_directory": str(workdir / "spill"),
        "max_temp_directory_size": f"{limits.max_spill_bytes}B",
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "preserve_insertion_order": True,
        # One reads ahead as fast as all scan; each more only holds buffers.
        "async_threads": 1,
        # The first makes joins of long IN lists, and a join does not keep the order of the file. The other looks for
        # expressions to share, where plans share them by name already, for a tenth of the time that planning takes.
        "disabled_optimizers": "in_clause,common_subexpressions",
    }
    room = max(memory // _BYTES_PER_THREAD, 1)
    config["threads"] = limits.threads or min(os.cpu_count() or 1, room)
    connection = duckdb.connect(":memory:", config=config)
    # Counted for `watched`, and never drawn.
    connection.execute("SET enable_progress_bar = true; SET enable_progress_bar_print = false")
    return connection


@contextmanager
def watched(connection: duckdb.DuckDBPyConnection, tell: Callable[[float], None]) -> Iterator[None]:
    """Tell the running query's progress, from 0 to 1, a few times a second."""
    done = threading.Event()

    def poll() -> None:
        while not done.wait(_POLL_SECONDS):
            tell(max(connection.query_progress(), 0.0) / 100)

    thread = threading.Thread(target=poll, name="scan-progress", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
