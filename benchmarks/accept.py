"""Accepting a job, durable with its activity, beside a bare Flask handler that writes and fsyncs one file.

Both run under gunicorn with the same workers and threads, one after the other in turn, with the same clients. The
scripts' one place is taken by a sleeper, so that what is measured is accepting alone.
"""

import statistics
import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from benchmarks.serving import CLIENTS, THREADS, WORKERS, bare_server, feedscript_server, load

ROUNDS, WARM_UP, SECONDS = 5, 1.0, 4.0
SLEEP = 10  # longer than a round, and soon gone after it


def main() -> None:
    """Print the rates of each round, and the median of their ratios."""
    print(f"{CLIENTS} clients; gunicorn gthread, {WORKERS} workers x {THREADS} threads")
    ratios = []
    # Removed at the end alone: ext4 without a journal is slow to make files for minutes after many were removed.
    with tempfile.TemporaryDirectory(prefix="feedscript-bench-", ignore_cleanup_errors=True) as place:
        for number in range(ROUNDS):
            bare = _rate(Path(place, f"bare-{number}"), bare_server, "/accept")
            ours = _rate(Path(place, f"feedscript-{number}"), _accepting, "/api/feed/generate")
            ratios.append(ours / bare)
            print(f"bare {bare:7.0f}/s   feedscript {ours:7.0f}/s   ratio {ratios[-1]:.2f}", flush=True)
    print(f"accept rate against the bare handler: {statistics.median(ratios):.2f} (bound: at least 0.6)")


def _accepting(folder: Path) -> AbstractContextManager[str]:
    return feedscript_server(
        folder, MAX_CONCURRENT_SCRIPTS="1", GENERATE_COMMAND=f"sh -c 'exec sleep {SLEEP}'"
    )


def _rate(folder: Path, server: Callable[[Path], AbstractContextManager[str]], path: str) -> float:
    folder.mkdir()
    with server(folder) as base:
        load(base + path, seconds=WARM_UP)
        seen = load(base + path, seconds=SECONDS)
    rate: float = seen["accepted"] / seen["seconds"]
    return rate
