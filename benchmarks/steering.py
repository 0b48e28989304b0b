"""Looking at a service that has a thousand, a hundred thousand and (`BENCH_MILLION=1`) a million jobs, in turn.

Two services are served side by side, the small one and the large one, and asked for the same pages one after the other,
so that whatever else the machine does happens to both: the console, the API's listings by each filter, `/metrics`, and
`feedscript jobs list` over HTTP and over the folders. Each page shows as much of the one as of the other: of what is
rare there is as much. `BENCH_KEPT=FOLDER` keeps what was filled, for the next time.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

import requests

from benchmarks.filling import DAYS, RARE_MERCHANT, RARE_PARTNER, Filled, fill
from benchmarks.serving import PATIENCE, feedscript_server
from feedscript.adapters.files import Disk, FileActivityLog, FileJobRepository
from feedscript.adapters.files.digests import write_digests

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


@dataclass(frozen=True)
class Served:
    """A service with so many jobs."""

    folder: Path
    base: str
    filled: Filled

    def page(self, path: str) -> Ask:
        """A page of it."""
        session = requests.Session()

        def ask() -> None:
            answer = session.get(self.base + path, timeout=PATIENCE)
            answer.raise_for_status()

        return ask

    def command(self, *arguments: str, url: bool) -> Ask:
        """`feedscript jobs` over HTTP, or over the folders."""
        places = {name: str(self.folder / name.removesuffix("_DIR").lower()) for name in _FOLDERS}
        where = {"FEEDSCRIPT_URL": self.base} if url else places | {"OBJECT_STORE": "s3"}
        command = [sys.executable, "-m", "feedscript", "jobs", *arguments]

        def ask() -> None:
            subprocess.run(command, env=os.environ | where, cwd=self.folder, check=True, capture_output=True)

        return ask


_FOLDERS = ("JOBS_DIR", "ACTIVITIES_DIR", "RUNS_DIR", "LOGS_DIR")


def main() -> None:
    """Print the least time of each page at each size, and how it grows."""
    sizes = (*SIZES, MILLION) if os.environ.get("BENCH_MILLION") else SIZES
    with _place() as place:
        for size in sizes[1:]:
            with ExitStack() as stack:
                small, large = (stack.enter_context(_served(place, each)) for each in (sizes[0], size))
                print(f"{'':52} {sizes[0]:>10,} {size:>10,}  jobs")
                for what, ratio in _compared(small, large):
                    print(f"{what}{'' if ratio <= BOUND else '   above the bound'}", flush=True)
    print(f"bound: at most {BOUND:.2f}")
    if MILLION not in sizes:
        print("1,000,000 jobs: skipped, takes ten minutes and 8 GB; set BENCH_MILLION=1")


def _compared(small: Served, large: Served) -> Iterator[tuple[str, float]]:
    for what, (one, other) in _looks(small, large).items():
        turns = CALLS if what.startswith("feedscript") else TURNS
        one(), other()
        # The least of all turns: whatever else the machine does only adds to it.
        first, second = map(min, zip(*((_seconds(one), _seconds(other)) for _ in range(turns)), strict=True))
        ratio = second / first
        yield f"{what:<52} {first * 1000:>7.1f} ms {second * 1000:>7.1f} ms  ratio {ratio:.2f}", ratio


def _looks(small: Served, large: Served) -> dict[str, tuple[Ask, Ask]]:
    found: dict[str, tuple[Ask, Ask]] = {}
    both = (small, large)
    for what, path in _pages(small).items():
        found[what] = (small.page(path), large.page(_pages(large)[what]))
    for what in _commands(small):
        for where, url in (("--url", True), ("folders", False)):
            one, other = (each.command(*_commands(each)[what], url=url) for each in both)
            found[f"feedscript jobs {what} ({where})"] = one, other
    return found


def _pages(served: Served) -> dict[str, str]:
    ids, begin = served.filled.ids, served.filled.begin
    middle, apart = len(ids) // 2, timedelta(days=DAYS) / len(ids)
    recent, early = (begin + apart * number for number in (len(ids) - 21, 20))
    filters = {
        "all": {},
        "status": {"status": "generated"},
        "several statuses": {"status": "generation_failed,validation_failed"},
        "status that there is none of": {"status": "validating"},
        "stage": {"stage": "queued"},
        "reason": {"reason": "invalid_feed"},
        "rare reason": {"reason": "stalled"},
        "merchant": {"affiliate_merchant_id": "m2"},
        "rare merchant": {"affiliate_merchant_id": RARE_MERCHANT},
        "partner": {"partner_id": "meta"},
        "rare partner": {"partner_id": RARE_PARTNER},
        "rare merchant, another partner": {"affiliate_merchant_id": RARE_MERCHANT, "partner_id": "meta"},
        "merchant, partner, status": {
            "affiliate_merchant_id": "m2",
            "partner_id": "meta",
            "status": "generated",
        },
        "reference": {"reference": str(middle)},
        "type": {"type": "feed_validation"},
        "created after": {"created_after": recent.isoformat()},
        "created before": {"created_before": early.isoformat()},
        "merchant, created before": {"affiliate_merchant_id": "m2", "created_before": early.isoformat()},
        "page from the middle": {"cursor": ids[middle]},
        "merchant, page from the middle": {"affiliate_merchant_id": "m2", "cursor": ids[middle]},
        "status, page near the end": {"status": "generated", "cursor": ids[150]},
    }
    listings = {
        f"{name}: {what}": f"{path}?{urlencode(query)}"
        for name, path in (("jobs", "/console/jobs"), ("GET /api/feed/jobs", "/api/feed/jobs"))
        for what, query in filters.items()
    }
    return {
        "overview": "/console",
        **listings,
        "a job": f"/console/jobs/{ids[middle]}",
        "the newest job": f"/console/jobs/{ids[-8]}",
        "GET /api/feed/status": f"/api/feed/status/{ids[middle]}",
        "GET /api/feed/status, by reference": f"/api/feed/status/{middle}?affiliate_merchant_id=m{middle % 5}",
        "the trail": "/console/trail",
        "the trail of a job": f"/console/trail?job_id={ids[-8]}",
        "what is not on the trail": "/console/trail?type=feedscript.audit.repaired",
        "GET /api/activities": "/api/activities",
        "configuration": "/console/configuration",
        "/metrics": "/metrics",
        "/ready": "/ready",
    }


def _commands(served: Served) -> dict[str, tuple[str, ...]]:
    middle = len(served.filled.ids) // 2
    return {
        "list": ("list",),
        "list --status": ("list", "--status", "generation_failed"),
        "list --stage": ("list", "--stage", "queued"),
        "list --reason": ("list", "--reason", "stalled"),
        "list --merchant --partner": ("list", "--merchant", RARE_MERCHANT, "--partner", "meta"),
        "list --since": (
            "list",
            "--since",
            f"{datetime.now(UTC) - timedelta(days=1):%Y-%m-%d}",
            "--limit",
            "5",
        ),
        "show REFERENCE": ("show", str(middle), "--merchant", f"m{middle % 5}"),
    }


@contextmanager
def _served(place: Path, size: int) -> Iterator[Served]:
    folder = place / str(size)
    filled = _filled(folder, size)
    begun = time.perf_counter()
    disk = Disk()
    repository = FileJobRepository(folder / "jobs", FileActivityLog(folder / "activities", disk), disk)
    while not repository.indexed:
        time.sleep(0.1)
    repository.close()
    write_digests(folder / "activities", disk)  # as is done once a day, and not while pages are timed
    print(f"{size:,} jobs: the index was there after {time.perf_counter() - begun:.1f} s", flush=True)
    own = {name: str(folder / name.removesuffix("_DIR").lower()) for name in _FOLDERS}
    at_work = folder / "at-work"
    at_work.touch()
    command = f"sh -c 'while [ -e {at_work} ]; do sleep 1; done'"
    try:
        with feedscript_server(folder, GENERATE_COMMAND=command, **STILL, **own, WORKERS="1") as base:
            yield Served(folder, base, filled)
    finally:
        at_work.unlink()  # its script outlives the service


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
