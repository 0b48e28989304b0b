"""No-op scripts from POST to final state, per second, beside RQ and Celery on Redis running the same command.

The command is a two-line shell script that leaves an empty result, which is success. Every system has two workers.
feedscript's jobs are durable at every step. Redis runs as it comes, without fsync; beside it Celery has one that syncs
each write before it answers, with late acknowledgement (benchmarks/queues.py): the nearest to what feedscript promises.
"""

import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import requests

from benchmarks.serving import feedscript_server, free_port, load

JOBS, PLACES, ROUNDS, PATIENCE = 600, 2, 3, 120.0
SYNCED = ("--appendonly", "yes", "--appendfsync", "always")
SCRIPT = """#!/bin/sh
echo '{}' > "${FEEDSCRIPT_RESULT_FILE:-/dev/null}"
"""


def main() -> None:
    """Print each system's rate of each round, and the medians."""
    peers = {"rq": _rq, "celery": _celery}
    skipped = {name: why for name in peers if (why := _missing(name))}
    for name, why in skipped.items():
        print(f"{name}: skipped, {why}")
    with tempfile.TemporaryDirectory(prefix="feedscript-bench-") as folder, ExitStack() as stack:
        systems: dict[str, Callable[[Path], float]] = {"feedscript": _feedscript}
        if len(skipped) < len(peers):
            url = stack.enter_context(_redis(Path(folder)))
            systems |= {name: partial(rate, url) for name, rate in peers.items() if name not in skipped}
        if "celery" not in skipped:
            systems["celery, synced"] = partial(_celery, stack.enter_context(_redis(Path(folder), *SYNCED)))
        _compare(systems)


def _compare(systems: Mapping[str, Callable[[Path], float]]) -> None:
    rates: dict[str, list[float]] = {name: [] for name in systems}
    for _ in range(ROUNDS):
        for name, rate in systems.items():
            with tempfile.TemporaryDirectory(
                prefix="feedscript-bench-", ignore_cleanup_errors=True
            ) as folder:
                rates[name].append(rate(Path(folder)))
        print("   ".join(f"{name} {seen[-1]:6.0f}/s" for name, seen in rates.items()), flush=True)
    for name, seen in rates.items():
        bound = " (bound: at least 150/s)" if name == "feedscript" else ""
        print(f"{name}: {statistics.median(seen):.0f} no-op jobs/s, {PLACES} at a time{bound}")
    if "celery, synced" in rates:
        ratios = [own / peer for own, peer in zip(rates["feedscript"], rates["celery, synced"], strict=True)]
        print(f"feedscript over celery, synced: {statistics.median(ratios):.2f}")


def _missing(name: str) -> str:
    if shutil.which("redis-server") is None:
        return "no redis-server here"
    return (
        "" if find_spec(name) and find_spec("redis") else f"{name} or redis is not installed (extra: bench)"
    )


def command_in(folder: Path) -> Path:
    """The no-op script."""
    path = folder / "noop.sh"
    path.write_text(SCRIPT)
    path.chmod(0o700)
    return path


def _feedscript(folder: Path) -> float:
    settings = {"MAX_CONCURRENT_SCRIPTS": str(PLACES), "GENERATE_COMMAND": str(command_in(folder))}
    with feedscript_server(folder, **settings) as base:
        return rate_at(base, JOBS)


def rate_at(base: str, jobs: int) -> float:
    """Jobs a second from POST to final state, once the server is warm."""
    _run_feedscript(base, PLACES * 8)
    return jobs / _run_feedscript(base, jobs)


def _run_feedscript(base: str, jobs: int) -> float:
    begun = time.monotonic()
    load(f"{base}/api/feed/generate", count=jobs)
    await_none(base, "generating")
    return time.monotonic() - begun


def await_none(base: str, status: str) -> None:
    """Wait until no job has the status."""
    query = {"status": status, "limit": "1"}
    await_that(lambda: not requests.get(f"{base}/api/feed/jobs", query, timeout=30).json()["jobs"])


def _rq(url: str, folder: Path) -> float:
    import redis  # noqa: PLC0415 - an optional peer
    import rq  # noqa: PLC0415

    queue = rq.Queue(connection=redis.Redis.from_url(url))
    worker = [sys.executable, "-m", "rq.cli", "worker", "--url", url, "--quiet"]
    with _workers([worker] * PLACES, url, folder):
        return JOBS / _run_queue(
            lambda: queue.enqueue("benchmarks.queues.run_command"), lambda job: job.get_status() == "finished"
        )


def _celery(url: str, folder: Path) -> float:
    import celery  # noqa: PLC0415 - an optional peer

    # One that was used with another Redis goes on asking that for results.
    client = celery.Celery("bench", broker=f"{url}/0", backend=f"{url}/1")
    worker = [sys.executable, "-m", "celery", "-A", "benchmarks.queues", "worker"]
    with _workers([[*worker, "-c", str(PLACES), "-l", "ERROR"]], url, folder):
        return JOBS / _run_queue(
            lambda: client.send_task("run_command"), lambda result: bool(result.successful())
        )


def _run_queue(submit: Callable[[], Any], finished: Callable[[Any], bool]) -> float:
    """Submit a few and wait, to have the workers warm; then submit all and wait for the last."""
    for result in [submit() for _ in range(PLACES * 8)]:
        await_that(lambda: finished(result))  # noqa: B023 - called at once
    begun = time.monotonic()
    for result in [submit() for _ in range(JOBS)]:
        await_that(lambda: finished(result))  # noqa: B023
    return time.monotonic() - begun


def await_that(done: Callable[[], bool]) -> None:
    """Look until it is done; raises TimeoutError after `PATIENCE` seconds."""
    give_up = time.monotonic() + PATIENCE
    while not done():
        if time.monotonic() > give_up:
            raise TimeoutError("the jobs did not end")
        time.sleep(0.02)


@contextmanager
def _redis(folder: Path, *options: str) -> Iterator[str]:
    port = free_port()
    home = folder / str(port)
    home.mkdir()
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--dir", str(home), *options]
    with running(command, os.environ, folder):
        await_that(lambda: _listens(port))
        yield f"redis://127.0.0.1:{port}"


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def _workers(commands: list[list[str]], url: str, folder: Path) -> Iterator[None]:
    environment = {**os.environ, "BENCH_REDIS_URL": url, "BENCH_COMMAND": str(command_in(folder))}
    if len(commands) > 1:
        with running(commands[0], environment, folder), _workers(commands[1:], url, folder):
            yield
    else:
        with running(commands[0], environment, folder):
            yield


@contextmanager
def running(command: list[str], environment: Any, folder: Path, *, cwd: Path | None = None) -> Iterator[None]:
    """Have a process beside while the block runs; `folder` has its log."""
    with (folder / "peers.log").open("ab") as log:
        process = subprocess.Popen(command, cwd=cwd, env=dict(environment), stdout=log, stderr=log)
    try:
        yield
    finally:
        process.terminate()
        process.wait(PATIENCE)
