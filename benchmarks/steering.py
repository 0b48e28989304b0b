"""Looking at a service that has a thousand, a hundred thousand and (`BENCH_MILLION=1`) a million jobs, in turn.

Two services are served side by side, the small one and the large one, and asked for the same pages one after the other,
so that whatever else the machine does happens to both: the console, the API's listings by each filter, `/metrics`, and
`feedscript jobs list` over HTTP and over the storage. Each page shows as much of the one as of the other: of what is
rare there is as much. First the jobs are files; then, where PostgreSQL is installed, `feedscript migrate` moves them
into a database. `BENCH_KEPT=FOLDER` keeps the files for the next time; `BENCH_STORAGE=postgresql` leaves them out.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import psycopg
import pytest
import requests

from benchmarks.filling import Filled, fill
from benchmarks.looks import commands, pages
from benchmarks.serving import PATIENCE, feedscript_server
from feedscript.adapters.files import Disk, FileActivityLog, FileJobRepository
from feedscript.adapters.files.digests import write_digests
from tests.postgresql_server import DURABLE, Server, server

SIZES, MILLION = (1_000, 100_000), 1_000_000
TURNS, CALLS = 25, 5
BOUND = 1.5
#: What waits goes on waiting: nothing of it is begun or over while it is looked at.
STILL = {
    "MAX_CONCURRENT_SCRIPTS": "1",
    "CALLBACK_GRACE": "100000000",
    "RETRY_BASE": "1000000",
    "RETRY_CAP": "1000000",
    "RATE_PER_ADDRESS": "100000000",
}
Ask = Callable[[], object]
#: Has the folder's jobs ready to be served, and answers the settings with which they are.
Stored = Callable[[Path], Mapping[str, str]]


@dataclass(frozen=True)
class Served:
    """A service with so many jobs, and the settings that tell where it keeps them."""

    folder: Path
    base: str
    filled: Filled
    settings: Mapping[str, str]

    def page(self, path: str) -> Ask:
        """A page of it."""
        session = requests.Session()

        def ask() -> None:
            answer = session.get(self.base + path, timeout=PATIENCE)
            answer.raise_for_status()

        return ask

    def command(self, *arguments: str, url: bool) -> Ask:
        """`feedscript jobs` over HTTP, or over the storage."""
        where = {"FEEDSCRIPT_URL": self.base} if url else {**self.settings, "OBJECT_STORE": "s3"}
        return partial(_feedscript, self.folder, where, "jobs", *arguments)


def main() -> None:
    """Print the least time of each page at each size, and how it grows, for each storage."""
    sizes = (*SIZES, MILLION) if os.environ.get("BENCH_MILLION") else SIZES
    with _place() as place:
        for name, stored in _storages().items():
            for size in sizes[1:]:
                print(f"\n{name}: {'':45} {sizes[0]:>10,} {size:>10,}  jobs", flush=True)
                _compare(*(partial(_served, place, each, stored) for each in (sizes[0], size)))
    print(f"bound: at most {BOUND:.2f}")
    if MILLION not in sizes:
        print("1,000,000 jobs: skipped, takes half an hour and 20 GB; set BENCH_MILLION=1")


def _storages() -> dict[str, Stored]:
    found: dict[str, Stored] = {}
    if os.environ.get("BENCH_STORAGE") != "postgresql":
        found["files"] = _in_files
    try:
        found["postgresql"] = partial(_in_database, server(**DURABLE))
    except pytest.skip.Exception as missing:
        print(f"postgresql: skipped, {missing}")
    return found


def _compare(*both: Callable[[], AbstractContextManager[Served]]) -> None:
    with ExitStack() as stack:
        small, large = (stack.enter_context(served()) for served in both)
        for what, (one, other) in _looks(small, large).items():
            turns = CALLS if what.startswith("feedscript") else TURNS
            one(), other()
            # The least of all turns: whatever else the machine does only adds to it.
            first, second = map(
                min, zip(*((_seconds(one), _seconds(other)) for _ in range(turns)), strict=True)
            )
            ratio = second / first
            above = "" if ratio <= BOUND else "   above the bound"
            print(
                f"{what:<52} {first * 1000:>7.1f} ms {second * 1000:>7.1f} ms  ratio {ratio:.2f}{above}",
                flush=True,
            )


def _looks(small: Served, large: Served) -> dict[str, tuple[Ask, Ask]]:
    here, there = pages(small.filled), pages(large.filled)
    found = {what: (small.page(here[what]), large.page(there[what])) for what in here}
    ours, theirs = commands(small.filled), commands(large.filled)
    for what in ours:
        for where, url in (("--url", True), ("storage", False)):
            one, other = small.command(*ours[what], url=url), large.command(*theirs[what], url=url)
            found[f"feedscript jobs {what} ({where})"] = one, other
    return found


@contextmanager
def _served(place: Path, size: int, stored: Stored) -> Iterator[Served]:
    folder = place / str(size)
    filled = _filled(folder, size)
    begun = time.perf_counter()
    settings = stored(folder)
    print(f"{size:,} jobs: ready after {time.perf_counter() - begun:.1f} s", flush=True)
    at_work = folder / "at-work"
    at_work.touch()
    command = f"sh -c 'while [ -e {at_work} ]; do sleep 1; done'"
    try:
        with feedscript_server(folder, GENERATE_COMMAND=command, **STILL, **settings, WORKERS="1") as base:
            yield Served(folder, base, filled, settings)
    finally:
        at_work.unlink()  # its script outlives the service


def _in_files(folder: Path) -> Mapping[str, str]:
    """Have the index of listings and the digests of days made, which is not done while pages are timed."""
    disk = Disk()
    repository = FileJobRepository(folder / "jobs", FileActivityLog(folder / "activities", disk), disk)
    while not repository.indexed:
        time.sleep(0.1)
    repository.close()
    write_digests(folder / "activities", disk)
    return _folders(folder)


def _in_database(postgresql: Server, folder: Path) -> Mapping[str, str]:
    """Move the jobs into a database of their own."""
    url = postgresql.new_database(f"steering_{folder.name}")
    settings = {**_folders(folder), "DATABASE_URL": url}
    _feedscript(folder, settings, "db", "upgrade")
    _feedscript(folder, settings, "migrate", "--to", "postgresql")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")  # as autovacuum does sooner or later
        for table in ("job", "reference_claim", "activity"):
            size = connection.execute("SELECT pg_total_relation_size(%s::regclass)", [table]).fetchone()
            assert size is not None, "a table has a size"
            print(f"{folder.name} jobs: table {table} and its indexes {size[0] / 1e6:,.0f} MB", flush=True)
    # What ran while the jobs were files is not the database's.
    return {**settings, "STORAGE": "postgresql", "RUNS_DIR": str(folder / "runs-postgresql")}


def _folders(folder: Path) -> dict[str, str]:
    names = ("JOBS_DIR", "ACTIVITIES_DIR", "RUNS_DIR", "LOGS_DIR")
    return {name: str(folder / name.removesuffix("_DIR").lower()) for name in names}


def _feedscript(folder: Path, settings: Mapping[str, str], *arguments: str) -> None:
    command = [sys.executable, "-m", "feedscript", *arguments]
    subprocess.run(command, env={**os.environ, **settings}, cwd=folder, check=True, capture_output=True)


def _filled(folder: Path, size: int) -> Filled:
    """Fill the folder, unless it was kept."""
    listed = folder / "filled"
    if not listed.exists():
        begun = time.perf_counter()
        folder.mkdir(parents=True)
        filled = fill(folder, size, now=datetime.now(UTC))
        listed.write_text("\n".join((filled.begin.isoformat(), *filled.ids)))
        print(f"{size:,} jobs: written in {time.perf_counter() - begun:.0f} s", flush=True)
    begin, *ids = listed.read_text().splitlines()
    return Filled(ids, datetime.fromisoformat(begin))


@contextmanager
def _place() -> Iterator[Path]:
    if kept := os.environ.get("BENCH_KEPT"):
        yield Path(kept)
        return
    with tempfile.TemporaryDirectory(
        prefix="feedscript-bench-", dir=os.environ.get("BENCH_DIR"), ignore_cleanup_errors=True
    ) as folder:
        yield Path(folder)


def _seconds(ask: Ask) -> float:
    begun = time.perf_counter()
    ask()
    return time.perf_counter() - begun
