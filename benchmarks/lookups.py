"""Looking jobs up and listing them, at a thousand, a hundred thousand and (`BENCH_MILLION=1`) a million jobs.

The jobs' files are written as the service leaves them, but not synced; the index is then built from them, as it is
after somebody has deleted it. Each look-up is of another job. The first is told without a bound: of a million files the
kernel has let go of many, of a thousand of none, so it times the disk. Then a process that has not seen the jobs yet
asks for the same ones, which the kernel has at hand at every size; then it asks again. Each page is of another
merchant. A command line is a process of its own, with all that it imports.
"""

import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import cycle
from pathlib import Path
from uuid import UUID

from feedscript.adapters.files import Disk, FileActivityLog, FileJobRepository
from feedscript.adapters.files.documents import job_to_bytes
from feedscript.adapters.files.job_files import SEALED, SETTLED_AFTER_NS
from feedscript.adapters.files.places import JobPlaces
from feedscript.domain import Attempt, FeedRequest, Job, JobState, Outcome, Phase
from feedscript.ports import JobFilter

SIZES = (1_000, 100_000)
MILLION = 1_000_000
MERCHANTS, DAYS, LOOKS, CALLS, LIMIT = 5, 10, 300, 9, 50
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


def main() -> None:
    """Print medians at each size, and their ratios to the smallest."""
    sizes = (*SIZES, MILLION) if os.environ.get("BENCH_MILLION") else SIZES
    first: dict[str, float] = {}
    for size in sizes:
        with tempfile.TemporaryDirectory(
            prefix="feedscript-bench-", dir=os.environ.get("BENCH_DIR")
        ) as folder:
            for what, seconds in _measured(Path(folder), size).items():
                ratio = seconds / first.setdefault(what, seconds)
                bound = "" if what.startswith(("building", "first")) else "  (bound: at most 1.50)"
                print(
                    f"{size:>9,} jobs  {what:<42} {seconds * 1000:10.2f} ms  ratio {ratio:.2f}{bound}",
                    flush=True,
                )
    if MILLION not in sizes:
        print("1,000,000 jobs: skipped, takes minutes; set BENCH_MILLION=1")


def _measured(folder: Path, size: int) -> dict[str, float]:
    ids = list(write_jobs(folder, size))
    repository = _repository(folder)
    chance = random.Random(size)
    begun = time.perf_counter()
    repository.page(JobFilter(), limit=1)
    while not repository.indexed:
        time.sleep(0.01)
    took = {"building the index": time.perf_counter() - begun}
    # Younger files are read anew each time: of a thousand jobs all would be.
    time.sleep(SETTLED_AFTER_NS / 1e9)
    asked = cycle(chance.sample(ids, LOOKS))
    # Building the index has read every job: another repository remembers none of them.
    repository = _repository(folder)
    took["first look at a job"] = statistics.median(
        _seconds(lambda: repository.get(next(asked))) for _ in range(LOOKS)
    )
    repository = _repository(folder)
    looks: dict[str, Callable[[], object]] = {
        "status of a job": lambda: repository.get(next(asked)),
        "status of the same jobs again": lambda: repository.get(next(asked)),
        "page of a merchant's jobs in one status": lambda: repository.page(
            JobFilter(statuses=frozenset({JobState.GENERATED}), affiliate_merchant_id=_merchant(chance)),
            limit=LIMIT,
        ),
        "page from the middle": lambda: repository.page(
            JobFilter(affiliate_merchant_id=_merchant(chance)), limit=LIMIT, cursor=ids[len(ids) // 2]
        ),
        "page of all, newest first": lambda: repository.page(JobFilter(), limit=LIMIT),
    }
    for what, look in looks.items():
        took[what] = statistics.median(_seconds(look) for _ in range(LOOKS))
    calls: dict[str, Callable[[], object]] = {
        "feedscript jobs list": lambda: _called(folder, "list"),
        "feedscript jobs list --merchant --status": lambda: _called(
            folder, "list", "--merchant", _merchant(chance), "--status", JobState.GENERATED.value
        ),
        "feedscript jobs show REFERENCE": lambda: _called(folder, "show", str(chance.randrange(size))),
    }
    for what, call in calls.items():
        took[what] = statistics.median(_seconds(call) for _ in range(CALLS))
    return took


def _called(folder: Path, *arguments: str) -> None:
    own = {"JOBS_DIR": str(folder), "ACTIVITIES_DIR": str(folder / "activities")}
    own |= {name: str(folder / "other" / name) for name in ("RUNS_DIR", "LOGS_DIR")}
    own |= {"OBJECT_STORE": "s3"}  # a local one may not lie within, and none is asked
    command = [sys.executable, "-m", "feedscript", "jobs", *arguments]
    subprocess.run(command, env=os.environ | own, cwd=folder, check=True, stdout=subprocess.DEVNULL)


def _repository(folder: Path) -> FileJobRepository:
    disk = Disk()
    return FileJobRepository(folder, FileActivityLog(folder / "activities", disk), disk)


def _merchant(chance: random.Random) -> str:
    return f"m{chance.randrange(MERCHANTS)}"


def write_jobs(folder: Path, size: int) -> Iterator[str]:
    """Write so many jobs' files; answers their ids, oldest first."""
    places, chance = JobPlaces(folder), random.Random(1)
    made: set[Path] = set()
    for number in range(size):
        created = BEGIN + timedelta(days=DAYS) * (number / size)
        job = _job(number, created, chance)
        path = places.document(job.id)
        assert path is not None, "a UUIDv7"
        if path.parent not in made:
            path.parent.mkdir(parents=True)
            made.add(path.parent)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, SEALED)
        os.write(descriptor, job_to_bytes(job, ()))
        os.close(descriptor)
        yield job.id


def _job(number: int, created: datetime, chance: random.Random) -> Job:
    request = FeedRequest(
        affiliate_merchant_id=f"m{number % MERCHANTS}",
        source="s3://feeds/in/products.csv",
        destination="s3://feeds/out/products.csv",
        reference=str(number),
        partner_id="google",
    )
    attempt = Attempt(
        number=1,
        phase=Phase.GENERATION,
        request=request,
        accepted_at=created,
        ended_at=created,
        outcome=Outcome.SUCCESS,
    )
    milliseconds = int(created.timestamp() * 1000)
    job_id = UUID(
        int=milliseconds << 80 | 7 << 76 | chance.getrandbits(12) << 64 | 2 << 62 | chance.getrandbits(62)
    )
    return Job(
        id=str(job_id),
        version=2,
        state=JobState.GENERATED,
        attempts=(attempt,),
        created_at=created,
        updated_at=created,
    )


def _seconds(look: Callable[[], object]) -> float:
    begun = time.perf_counter()
    look()
    return time.perf_counter() - begun
