"""Servers and clients for the benchmarks, each a process of its own, with everything written in a folder of its own."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

WORKERS, THREADS, CLIENTS = 2, 8, 16
PATIENCE = 30.0


@contextmanager
def feedscript_server(folder: Path, **settings: str) -> Iterator[str]:
    """`feedscript serve`; yields its address."""
    port = free_port()
    folders = {
        name: str(folder / name.lower()) for name in ("JOBS_DIR", "ACTIVITIES_DIR", "RUNS_DIR", "LOGS_DIR")
    }
    environment = folders | {
        "OBJECT_STORE_ROOT": str(folder / "objects"),
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "WORKERS": str(WORKERS),
        "THREADS": str(THREADS),
        "LOG_LEVEL": "WARNING",
        "DRAIN_GRACE": "0",
    }
    command = [sys.executable, "-m", "feedscript", "serve"]
    with _served(command, environment | settings, folder, f"http://127.0.0.1:{port}/ready") as _:
        yield f"http://127.0.0.1:{port}"


@contextmanager
def bare_server(folder: Path) -> Iterator[str]:
    """The bare handler under gunicorn with feedscript's own settings; yields its address."""
    port = free_port()
    command = [
        *(sys.executable, "-m", "gunicorn", "benchmarks.bare_app:app", "--bind", f"127.0.0.1:{port}"),
        *("--worker-class", "gthread", "--workers", str(WORKERS), "--threads", str(THREADS)),
        *("--log-level", "warning", "--no-control-socket"),
    ]
    with _served(command, {"BARE_DIR": str(folder)}, folder, f"http://127.0.0.1:{port}/") as _:
        yield f"http://127.0.0.1:{port}"


def load(url: str, *, seconds: float = PATIENCE, count: int = 0) -> Mapping[str, Any]:
    """Post to the address from a process of clients; answers what `benchmarks.load` prints."""
    command = [sys.executable, "-m", "benchmarks.load", url, str(seconds), str(CLIENTS), str(count)]
    answer: dict[str, Any] = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    if answer["refused"]:
        raise RuntimeError(f"{url} refused {answer['refused']} requests")
    return answer


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def _served(
    command: list[str], environment: Mapping[str, str], folder: Path, probe: str
) -> Iterator[subprocess.Popen[bytes]]:
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(command, env={**os.environ, **environment}, stdout=log, stderr=log)
    try:
        _await_answer(process, probe, folder / "server.log")
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE)


def _await_answer(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    give_up = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < give_up:
        try:
            requests.get(url, timeout=5)
        except (requests.ConnectionError, requests.Timeout):
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"no server at {url}: {log.read_text()}")
