"""A time limit for all that is asked of one DuckDB connection."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

_AGAIN_SECONDS = 0.1
_LOOK_SECONDS = 0.25


class Stopping:
    """Whether somebody wants all work of this process to end: an engine at work may not have heard Ctrl-C.

    DuckDB drops what a signal's handler raises in the first moments of a query. To set `asked` takes no lock, so that
    a handler may.
    """

    asked = False


@contextmanager
def interrupted_after(connection: duckdb.DuckDBPyConnection, seconds: float) -> Iterator[None]:
    """Interrupt what runs past so many seconds, or refuse it at its end (duckdb.InterruptException).

    What runs when all work is to stop is interrupted, too, and ends with KeyboardInterrupt.
    """
    deadline = time.monotonic() + seconds
    done = threading.Event()

    def interrupt_when_due() -> None:
        # An interrupt between two queries is lost, so it is repeated until the work is done.
        while not done.wait(_pause(deadline)):
            if Stopping.asked or time.monotonic() >= deadline:
                connection.interrupt()

    thread = threading.Thread(target=interrupt_when_due, name="query-deadline", daemon=True)
    thread.start()
    try:
        yield
        _refuse_past(deadline, seconds)
    except duckdb.InterruptException as error:
        if Stopping.asked:
            raise KeyboardInterrupt from error
        raise
    finally:
        done.set()
        thread.join()


def _pause(deadline: float) -> float:
    """Seconds until somebody has to look again."""
    left = deadline - time.monotonic()
    return min(left, _LOOK_SECONDS) if left > 0 else _AGAIN_SECONDS


def _refuse_past(deadline: float, seconds: float) -> None:
    # Every interrupt may have fallen between two queries.
    if time.monotonic() > deadline:
        raise duckdb.InterruptException(f"it took longer than {seconds:g} s")
