"""No-op scripts a second on 1, 2 and 4 workers that share a database, beside Procrastinate alone and beside files.

Procrastinate runs the same command and keeps nothing of it. First, what each works off of jobs that wait already, with
as many workers: what running them costs. Then from POST to final state, where the servers that accept, and their
clients, have the same processors. Then what is accepted a second by 1, 2 and 4 server processes, while nobody runs any
of it. PostgreSQL is on this machine, with fsync; all workers are, too, so more of them show what sharing costs, and not
what more machines bring.
"""

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import LiteralString

import psycopg
import pytest

from benchmarks.noop_jobs import PLACES, ROUNDS, await_that, command_in, rate_at, running
from benchmarks.serving import feedscript_server, load
from tests.integration.working_host import WORKER, shared
from tests.postgresql_server import DURABLE, Server, empty, server

JOBS = 300
WAITING = 600
UP_AFTER = 100
"""Jobs that the workers have ended between them before it counts: by then they are up, and what they ask is planned."""
WORKERS = (1, 2, 4)
SERVERS = (1, 2, 4)
WARM_UP, SECONDS = 1.0, 3.0
OURS_LEFT = "SELECT count(*) FROM job WHERE status = 'generating'"
ENGINES_LEFT = "SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing')"
SLEEPER = "sh -c 'exec sleep 15'"
"""Has the one place where scripts run in the server's own folders, for longer than what is measured."""


def main() -> None:
    """Print what is run and what is accepted: each round's rates, the medians, and their ratios."""
    try:
        database = server(**DURABLE)
    except pytest.skip.Exception as missing:
        print(f"skipped: {missing}")
        return
    _show_worked_off(database)
    _show_from_post_to_end(database)
    _show_accepted(database)


def _show_worked_off(database: Server) -> None:
    setups = {
        f"{name} {n}": partial(rate, database, n)
        for n in WORKERS
        for name, rate in (("workers", _worked_off), ("engine", _engine_worked_off))
    }
    rates = _measured(database, setups)
    for n in WORKERS:
        ratios = [
            ours / alone for ours, alone in zip(rates[f"workers {n}"], rates[f"engine {n}"], strict=True)
        ]
        print(
            f"{n} workers: {statistics.median(rates[f'workers {n}']):.0f} waiting jobs/s, "
            f"{statistics.median(ratios):.2f} of the engine alone with as many (bound: 0.7)"
        )


def _show_from_post_to_end(database: Server) -> None:
    setups = {
        "files": partial(_feedscript, {}),
        "database": partial(_feedscript, {"STORAGE": "postgresql", "DATABASE_URL": database.url()}),
        **{f"{n} workers": partial(_hosts, database, n) for n in WORKERS},
        "the engine alone": partial(_engine, database),
    }
    rates = {name: statistics.median(seen) for name, seen in _measured(database, setups).items()}
    engine, files = rates["the engine alone"], rates["files"]
    for name, rate in rates.items():
        told = f"{rate / engine:.2f} of the engine alone, {rate / files:.2f} of files"
        print(f"{name}: {rate:.0f} jobs/s from POST to end, {told}")


def _show_accepted(database: Server) -> None:
    in_files: dict[str, str] = {"MAX_CONCURRENT_SCRIPTS": "1", "GENERATE_COMMAND": SLEEPER}
    accepting = {
        f"{where} {n}": partial(_accepted, settings, n)
        for n in SERVERS
        for where, settings in (("files", in_files), ("hosts", shared(database.url(), lease=30)))
    }
    rates = {name: statistics.median(seen) for name, seen in _measured(database, accepting).items()}
    for n in SERVERS:
        ours, files = rates[f"hosts {n}"], rates[f"files {n}"]
        print(f"{n} server processes: {ours:.0f} accepted/s, {ours / files:.2f} of files ({files:.0f}/s)")


def _measured(database: Server, setups: Mapping[str, Callable[[Path], float]]) -> dict[str, list[float]]:
    """The rates of each, all of them in turn."""
    rates: dict[str, list[float]] = {name: [] for name in setups}
    for _ in range(ROUNDS):
        for name, rate in setups.items():
            empty(database.url())
            with tempfile.TemporaryDirectory(
                prefix="feedscript-bench-", ignore_cleanup_errors=True
            ) as folder:
                rates[name].append(rate(Path(folder)))
        print("   ".join(f"{name} {seen[-1]:.0f}/s" for name, seen in rates.items()), flush=True)
    return rates


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
    settings = _settings(database, folder)
    with _working(workers, settings, folder), feedscript_server(folder, **settings) as base:
        return rate_at(base, JOBS)


def _worked_off(database: Server, workers: int, folder: Path) -> float:
    settings = _settings(database, folder)
    with feedscript_server(folder, **settings) as base:
        load(f"{base}/api/feed/generate", count=UP_AFTER * workers + WAITING)
        with _working(workers, settings, folder), _connected(database) as connection:
            return _rate_of_last(connection, OURS_LEFT)


def _settings(database: Server, folder: Path) -> dict[str, str]:
    return {
        **shared(database.url(), lease=30, capacity=PLACES),
        "GENERATE_COMMAND": str(command_in(folder)),
        "VALIDATE_COMMAND": str(command_in(folder)),  # else the runners would load the built-in one
        "LOG_LEVEL": "WARNING",
    }


@contextmanager
def _working(workers: int, settings: Mapping[str, str], folder: Path) -> Iterator[None]:
    with ExitStack() as stack:
        for n in range(workers):
            own = folder / f"host{n}"
            own.mkdir()
            stack.enter_context(running(list(WORKER), {**os.environ, **settings}, own, cwd=own))
        yield


def _engine(database: Server, folder: Path) -> float:
    with _engine_working(database, 1, folder), _connected(database) as connection:
        _defer(connection, PLACES * 8)
        _await_left(connection, ENGINES_LEFT, 0)
        begun = time.monotonic()
        _defer(connection, JOBS)
        _await_left(connection, ENGINES_LEFT, 0)
        return JOBS / (time.monotonic() - begun)


def _engine_worked_off(database: Server, workers: int, folder: Path) -> float:
    with _connected(database) as connection:
        _defer(connection, UP_AFTER * workers + WAITING)
        with _engine_working(database, workers, folder):
            return _rate_of_last(connection, ENGINES_LEFT)


@contextmanager
def _engine_working(database: Server, workers: int, folder: Path) -> Iterator[None]:
    command = [sys.executable, "-m", "procrastinate", "--app=benchmarks.waking.app"]
    worker = [*command, "worker", f"--concurrency={PLACES}"]
    own = {"BENCH_DATABASE_URL": database.url(), "BENCH_COMMAND": str(command_in(folder))}
    with ExitStack() as stack:
        for _ in range(workers):
            stack.enter_context(running(worker, {**os.environ, **own}, folder))
        yield


def _connected(database: Server) -> psycopg.Connection[tuple[int]]:
    return psycopg.connect(database.url(), autocommit=True)


def _defer(connection: psycopg.Connection[tuple[int]], jobs: int) -> None:
    for _ in range(jobs):
        connection.execute(
            "SELECT procrastinate_defer_jobs_v1(ARRAY[ROW('bench', 'run_command', 0, NULL, NULL, '{}', NULL)"
            "::procrastinate_job_to_defer_v1])"
        )


def _rate_of_last(connection: psycopg.Connection[tuple[int]], left: LiteralString) -> float:
    """Jobs a second from when `WAITING` are left to be ended."""
    _await_left(connection, left, WAITING)
    begun_with, begun = _count(connection, left), time.monotonic()
    _await_left(connection, left, 0)
    return begun_with / (time.monotonic() - begun)


def _await_left(connection: psycopg.Connection[tuple[int]], left: LiteralString, most: int) -> None:
    await_that(lambda: _count(connection, left) <= most)


def _count(connection: psycopg.Connection[tuple[int]], left: LiteralString) -> int:
    ((count,),) = connection.execute(left).fetchall()
    return count
