"""The console's pages at a thousand, a hundred thousand and (`BENCH_MILLION=1`) a million jobs.

The jobs' files are those of `lookups`; the trail has four entries for each. Every page is asked for once before it is
timed, as whoever has a console open asks again and again.
"""

import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path

from flask.testing import FlaskClient

from benchmarks.lookups import BEGIN, DAYS, MILLION, SIZES, write_jobs
from feedscript.adapters.files import Disk, FileActivityLog
from feedscript.codec import activity_to_json
from feedscript.domain import Activity
from feedscript.entrypoints.container import Container
from feedscript.entrypoints.http import create_app
from feedscript.entrypoints.http.draining import drain
from feedscript.entrypoints.settings import Settings
from feedscript.testing.fakes import ScriptedExecutor

TURNS, AT_ONCE, ENTRIES_A_JOB = 15, 5000, 4


def main() -> None:
    """Print the median of each page at each size, and its ratio to the smallest."""
    first: dict[str, float] = {}
    for size in (*SIZES, MILLION) if os.environ.get("BENCH_MILLION") else SIZES:
        with tempfile.TemporaryDirectory(
            prefix="feedscript-bench-", dir=os.environ.get("BENCH_DIR")
        ) as folder:
            for what, seconds in _measured(Path(folder), size).items():
                ratio = seconds / first.setdefault(what, seconds)
                print(
                    f"{size:>9,} jobs  {what:<42} {seconds * 1000:10.2f} ms  ratio {ratio:.2f}  (bound: at most 1.50)",
                    flush=True,
                )
    print("1,000,000 jobs: set BENCH_MILLION=1; it takes minutes")


def _measured(folder: Path, size: int) -> dict[str, float]:
    ids = list(write_jobs(folder / "jobs", size))
    _write_trail(folder / "activities", ids)
    settings = Settings(
        jobs_dir=folder / "jobs",
        activities_dir=folder / "activities",
        runs_dir=folder / "runs",
        logs_dir=folder / "logs",
        config_dir=folder / "config",
        object_store_root=folder / "objects",
        log_level="ERROR",
    )
    container = Container(settings=settings)
    container.executor.override(ScriptedExecutor())
    app = create_app(container)
    client = app.test_client()
    client.get("/console/jobs")
    while not container.repository().indexed:
        time.sleep(0.1)
    middle = ids[size // 2]
    pages = {
        "overview": "/console",
        "jobs": "/console/jobs",
        "jobs of a merchant in one state": "/console/jobs?affiliate_merchant_id=m1&status=generated",
        "jobs that there are none of": "/console/jobs?status=validated",
        "a job from the middle": f"/console/jobs/{middle}",
        "the trail": "/console/trail",
        "what is rare on the trail": "/console/trail?type=feedscript.audit.repaired",
        "configuration": "/console/configuration",
    }
    took = {}
    for what, path in pages.items():
        assert client.get(path).status_code == HTTPStatus.OK
        took[what] = statistics.median(_seconds(client, path) for _ in range(TURNS))
    drain(app, grace=0)
    return took


def _write_trail(folder: Path, ids: list[str]) -> None:
    log = FileActivityLog(folder, Disk())
    for batch in _batched(ids):
        entries = [
            _entry(n, number, job_id, len(ids)) for number, job_id in batch for n in range(ENTRIES_A_JOB)
        ]
        log.append_entries(list(map(activity_to_json, entries)), durable=False)


def _batched(ids: list[str]) -> Iterator[list[tuple[int, str]]]:
    for start in range(0, len(ids), AT_ONCE):
        yield list(enumerate(ids[start : start + AT_ONCE], start))


def _entry(n: int, number: int, job_id: str, size: int) -> Activity:
    at = BEGIN + timedelta(days=DAYS) * (number / size)
    call = {
        "method": "POST",
        "path": "/api/feed/generate",
        "status": 202,
        "request": {"partner_id": "google"},
    }
    return Activity(
        id=f"call/{number}/{n}", at=at, type="feedscript.api.call", job_id=job_id, actor="key:a", data=call
    )


def _seconds(client: FlaskClient, path: str) -> float:
    begun = time.perf_counter()
    client.get(path)
    return time.perf_counter() - begun
