"""A time limit for all that is asked of one DuckDB connection."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

_AGAIN_SECONDS = 0.1


@contextmanager
def interrupted_after(connection: duckdb.DuckDBPyConnection, seconds: float) -> Iterator[None]:
    """Interrupt what runs past so many seconds, or refuse it at its end (duckdb.InterruptException)."""
    deadline = time.monotonic() + seconds
    done = threading.Event()

    def interrupt_when_due() -> None:
        # An interrupt between two queries is lost, so it is repeated until the work is done.
        due = max(seconds, 0.0)
        while not done.wait(due):
            connection.interrupt()
            due = _AGAIN_SECONDS

    thread = threading.Thread(target=interrupt_when_due, name="query-deadline", daemon=True)
    thread.start()
    try:
        yield
        # Every interrupt may have fallen between two queries.
        if time.monotonic() > deadline:
            raise duckdb.InterruptException(f"it took longer than {seconds:g} s")
    finally:
        done.set()
        thread.join()
