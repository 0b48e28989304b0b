"""A DuckDB of one's own, bounded in memory and time, and how far it has got."""

import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path

import duckdb

from feedscript.feeds.engine import sql
from feedscript.feeds.engine.beside import start_beside
from feedscript.feeds.engine.deadline import interrupted_after
from feedscript.feeds.engine.limits import MIB, Limits

#: Room for the buffers that a scanning thread holds.
_BYTES_PER_THREAD = 24 * MIB
_POLL_SECONDS = 0.1

Config = dict[str, str | bool | int | float | list[str]]


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
def connecting(
    limits: Limits, workdir: Path, ready: duckdb.DuckDBPyConnection | None = None
) -> Iterator[Future[duckdb.DuckDBPyConnection]]:
    """Begin to open such a DuckDB, without the limit of time; one that is `ready` is taken, and left open.

    It takes as long as to check twenty thousand items, and leaves the interpreter to others.
    """
    if ready is not None:
        opened: Future[duckdb.DuckDBPyConnection] = Future()
        opened.set_result(ready)
        yield opened
        return
    opening = start_beside(_open, limits, workdir)
    try:
        yield opening
    finally:
        if opening.exception() is None:
            opening.result().close()


def configuration() -> Config:
    """How every DuckDB of ours is opened; how much it may take is told by `bounds`."""
    return {
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "preserve_insertion_order": True,
        # One reads ahead as fast as all scan; each more only holds buffers.
        "async_threads": 1,
        # The first makes joins of long IN lists, and a join does not keep the order of the file. The other looks for
        # expressions to share, where plans share them by name already, for a tenth of the time that planning takes.
        "disabled_optimizers": "in_clause,common_subexpressions",
    }


def bounds(memory: int, spill: Path, most: int) -> str:
    """SQL that bounds an open DuckDB: bytes of its memory, and where and how far it spills.

    Its progress is counted for `watched`, and never drawn.
    """
    return (
        f"SET memory_limit = '{memory}B'; SET temp_directory = {sql.literal(str(spill))};"
        f" SET max_temp_directory_size = '{most}B';"
        " SET enable_progress_bar = true; SET enable_progress_bar_print = false"
    )


def _open(limits: Limits, workdir: Path) -> duckdb.DuckDBPyConnection:
    room = max(limits.scan_bytes // _BYTES_PER_THREAD, 1)
    threads = limits.threads or min(os.cpu_count() or 1, room)
    connection = duckdb.connect(":memory:", config=configuration() | {"threads": threads})
    connection.execute(bounds(limits.scan_bytes, workdir / "spill", limits.max_spill_bytes))
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
