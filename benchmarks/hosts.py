"""No-op scripts from POST to final state, per second: in files, in a database, on 1, 2 and 4 workers that share one.

Beside them Procrastinate alone, which runs the same command and keeps nothing of it. PostgreSQL is on this machine,
with fsync; all workers are, too, so more of them show what sharing costs, and not what more machines bring. Then what
is accepted a second by 1, 2 and 4 server processes, while nobody runs any of it.
"""

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import psycopg
import pytest

from benchmarks.noop_jobs import PATIENCE, PLACES, ROUNDS, command_in, rate_at, running
from benchmarks.serving import feedscript_server, load
from tests.integration.working_host import WORKER, shared
from tests.postgresql_server import DURABLE, Server, empty, server

JOBS = 300
WORKERS = (1, 2, 4)
SERVERS = (1, 2, 4)
WARM_UP, SECONDS = 1.0, 3.0
SLEEPER = "sh -c 'exec sleep 15'"
"""Has the one place where scripts run in the server's own folders, for longer than what is measured."""


def main() -> None:
    """Print what is run and what is accepted: each round's rates, the medians, and their ratios."""
    try:
        database = server(**DURABLE)
    except pytest.skip.Exception as missing:
        print(f"skipped: {missing}")
        return
    shown = {
        "files": partial(_feedscript, {}),
        "database": partial(_feedscript, {"STORAGE": "postgresql", "DATABASE_URL": database.url()}),
        **{f"{n} workers": partial(_hosts, database, n) for n in WORKERS},
        "the engine alone": partial(_engine, database),
    }
    rates = _measured(database, shown)
    engine, files = rates["the engine alone"], rates["files"]
    for name, rate in rates.items():
        told = (
            f"{rate / engine:.2f} of the engine alone, {rate / files:.2f} of files (bound: 0.7 of the engine)"
        )
        print(f"{name}: {rate:.0f} no-op jobs/s, {told}")
    in_files: dict[str, str] = {"MAX_CONCURRENT_SCRIPTS": "1", "GENERATE_COMMAND": SLEEPER}
    accepting = {
        f"{where} {n}": partial(_accepted, settings, n)
        for n in SERVERS
        for where, settings in (("files", in_files), ("hosts", shared(database.url(), lease=30)))
    }
    rates = _measured(database, accepting)
    for n in SERVERS:
        ours, files = rates[f"hosts {n}"], rates[f"files {n}"]
        print(f"{n} server processes: {ours:.0f} accepted/s, {ours / files:.2f} of files ({files:.0f}/s)")


def _measured(database: Server, setups: Mapping[str, Callable[[Path], float]]) -> dict[str, float]:
    """The median rate of each, all of them in turn."""
    rates: dict[str, list[float]] = {name: [] for name in setups}
    for _ in range(ROUNDS):
        for name, rate in setups.items():
            empty(database.url())
            with tempfile.TemporaryDirectory(
                prefix="feedscript-bench-", ignore_cleanup_errors=True
            ) as folder:
                rates[name].append(rate(Path(folder)))
        print("   ".join(f"{name} {seen[-1]:.0f}/s" for name, seen in rates.items()), flush=True)
    return {name: statistics.median(seen) for name, seen in rates.items()}


def _accepted(settings: Mapping[str, str], processes: int, folder: Path) -> float:
    with feedscript_server(folder, **settings, WORKERS=str(processes)) as base:
        load(f"{base}/api/feed/generate", seconds=WARM_UP)
        seen = load(f"{base}/api/feed/generate", seconds=SECONDS)
    rate: float = seen["accepted"] / seen["seconds"]
    return rate


def _feedscript(settings: dict[str, str], folder: Path) -> float:
    own = {"MAX_CONCURRENT_SCRIPTS": str(PLACES), "GENERATE_COMMAND": str(command_in(folder))}
    with feedscript_server(folder, **own, **settings) as base:
        return rate_at(base, JOBS)


def _hosts(database: Server, workers: int, folder: Path) -> float:
    settings = {
        **shared(database.url(), lease=30, capacity=PLACES),
        "GENERATE_COMMAND": str(command_in(folder)),
        "LOG_LEVEL": "WARNING",
    }
    with ExitStack() as stack:
        for n in range(workers):
            own = folder / f"host{n}"
            own.mkdir()
            stack.enter_context(running(list(WORKER), {**os.environ, **settings}, own, cwd=own))
        return rate_at(stack.enter_context(feedscript_server(folder, **settings)), JOBS)


def _engine(database: Server, folder: Path) -> float:
    environment = {
        **os.environ,
        "BENCH_DATABASE_URL": database.url(),
        "BENCH_COMMAND": str(command_in(folder)),
    }
    worker = [
        sys.executable,
        "-m",
        "procrastinate",
        "--app=benchmarks.waking.app",
        "worker",
        f"--concurrency={PLACES}",
    ]
    with (
        running(worker, environment, folder),
        psycopg.connect(database.url(), autocommit=True) as connection,
    ):
        _defer(connection, PLACES * 8)
        begun = time.monotonic()
        _defer(connection, JOBS)
        return JOBS / (time.monotonic() - begun)


def _defer(connection: psycopg.Connection[tuple[int]], jobs: int) -> None:
    for _ in range(jobs):
        connection.execute(
            "SELECT procrastinate_defer_jobs_v1(ARRAY[ROW('bench', 'run_command', 0, NULL, NULL, '{}', NULL)"
            "::procrastinate_job_to_defer_v1])"
        )
    give_up = time.monotonic() + PATIENCE
    left = "SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing')"
    while connection.execute(left).fetchone() != (0,):
        if time.monotonic() > give_up:
            raise TimeoutError("the engine's jobs did not end")
        time.sleep(0.02)
