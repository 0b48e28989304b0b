"""A folder with very many jobs, as years of service leave it: their files, their names, and the trail of all they did.

What is written is what the service would have written, by its own domain and codec; only nothing is synced. However
many jobs there are, the same number of them is unsettled, failed for a rare reason, or is of a rare merchant and
partner: what is rare lies as deep as there are jobs.
"""

import os
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from feedscript.adapters.files import Disk, FileActivityLog
from feedscript.adapters.files.documents import job_to_bytes
from feedscript.adapters.files.job_files import SEALED
from feedscript.adapters.files.places import JobPlaces
from feedscript.codec import activity_to_json
from feedscript.domain import (
    Event,
    FeedRequest,
    GenerationFailed,
    GenerationStarted,
    GenerationSucceeded,
    Job,
    Reason,
    ScriptExited,
    ScriptStarted,
    ValidationFailed,
    ValidationStarted,
    ValidationSucceeded,
    evolve,
    record_of,
)

DAYS, MERCHANTS, RARE = 100, 5, 20
PARTNERS = ("google", "meta", "tiktok")
FAILURES = (Reason.INVALID_FEED, Reason.SOURCE_UNAVAILABLE, Reason.SCRIPT_ERROR, Reason.TIMEOUT)
RARE_MERCHANT, RARE_PARTNER, RARE_REASON = "rare", "rare-partner", Reason.STALLED
AT_ONCE = 5000
SECOND = timedelta(seconds=1)
REPORTED = {
    "items_read": 1200,
    "items_written": 1187,
    "items_rejected": 13,
    "summary": {"items_total": 1187, "issues": {"error": 3, "warning": 40}},
    "headline": "1,187 items, 3 errors, 40 warnings",
}


@dataclass(frozen=True, slots=True)
class Filled:
    """The ids of the jobs that were written, oldest first, and when the first was created."""

    ids: Sequence[str]
    begin: datetime


def fill(folder: Path, size: int, *, now: datetime) -> Filled:
    """Write so many jobs, the last one created just before `now`, into `folder/jobs` and `folder/activities`."""
    begin, ids = now - timedelta(days=DAYS), list[str]()
    places = JobPlaces(folder / "jobs")
    for place in (places.open, places.references):
        place.mkdir(parents=True)
    moment = begin
    log = FileActivityLog(folder / "activities", Disk(), now=lambda: moment)
    entries: list[bytes] = []
    for job, told in _stories(begin, size):
        if job.created_at.date() != moment.date() or len(entries) > AT_ONCE:
            log.append_entries(entries, durable=False)
            entries, moment = [], job.created_at
        entries += told
        _write(places, job, told[-1:])
        ids.append(job.id)
    log.append_entries(entries)
    return Filled(ids, begin)


def _stories(begin: datetime, size: int) -> Iterator[tuple[Job, list[bytes]]]:
    chance = random.Random(1)
    apart = size // RARE
    for number in range(size):
        at = begin + timedelta(days=DAYS) * (number / size)
        job, entries = None, []
        for event in _events(_id(at, chance), number, at, rare=number % apart):
            job = evolve(job, event)
            told = record_of(event, job.version, actor="key:shop", stage=job.stage.value)
            entries.append(activity_to_json(told))
        assert job is not None, "a story begins"
        yield job, entries


def _events(job_id: str, number: int, at: datetime, *, rare: int) -> Iterable[Event]:
    """What has happened to the job; of as many jobs as there are rare ones, the numbers of `rare` are the same."""
    request = FeedRequest(
        affiliate_merchant_id=RARE_MERCHANT if rare == 1 else f"m{number % MERCHANTS}",
        source=f"s3://shops/{number % MERCHANTS}/products.csv",
        destination=f"s3://feeds/out/{number}.csv",
        reference=str(number),
        partner_id=RARE_PARTNER if rare in (1, 2) else PARTNERS[number % len(PARTNERS)],
    )
    first: dict[str, Any] = {"job_id": job_id, "attempt": 1}
    yield GenerationStarted(**first, at=at, request=request, caller="key:shop")
    if rare == 3:  # waits for a place
        return
    yield ScriptStarted(**first, at=at + SECOND, log=f"logs/{job_id}/1.log")
    ended = at + 60 * SECOND
    if rare == 4:  # waits for a callback
        yield ScriptExited(**first, at=ended, exit_code=0)
        return
    if rare in (5, 6) or number % 10 == 0:
        # One of these waits for its retry.
        reason = RARE_REASON if rare == 5 else Reason.TRANSIENT if rare == 6 else FAILURES[number // 10 % 4]
        again = datetime.now(UTC) + timedelta(days=1) if rare == 6 else None
        error = "s3://shops/products.csv: what the store said of it"
        yield GenerationFailed(
            **first, at=ended, reason=reason, error=error, exited=True, exit_code=1, next_retry_at=again
        )
        return
    done = REPORTED | {"destination_s3_path": request.destination}
    yield GenerationSucceeded(**first, at=ended, result=done, exited=True, exit_code=0)
    if number % 2:
        return
    second: dict[str, Any] = {"job_id": job_id, "attempt": 2}
    yield ValidationStarted(**second, at=ended + SECOND, request=request, caller="key:shop")
    yield ScriptStarted(**second, at=ended + 2 * SECOND, log=f"logs/{job_id}/2.log")
    how: dict[str, Any] = {"at": ended + 9 * SECOND, "result": REPORTED, "exited": True}
    if number % 8 == 0:
        error = "1,187 items, 3 errors, 40 warnings"
        yield ValidationFailed(**second, **how, reason=Reason.INVALID_FEED, error=error, exit_code=65)
    else:
        yield ValidationSucceeded(**second, **how, exit_code=0)


def _write(places: JobPlaces, job: Job, entries: Sequence[bytes]) -> None:
    path = places.document(job.id)
    assert path is not None, "a UUIDv7"
    document = job_to_bytes(job, entries)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, SEALED)
    except FileNotFoundError:
        path.parent.mkdir(parents=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, SEALED)
    os.write(descriptor, document)
    os.close(descriptor)
    if not job.settled:
        places.mark(job.id).touch()
    if job.reference is not None:
        places.claim(job.affiliate_merchant_id, job.reference).symlink_to(job.id)


def _id(at: datetime, chance: random.Random) -> str:
    """An id as the service gives it (RFC 9562, UUIDv7), of that time."""
    milliseconds = int(at.timestamp() * 1000)
    return str(
        UUID(
            int=milliseconds << 80 | 7 << 76 | chance.getrandbits(12) << 64 | 2 << 62 | chance.getrandbits(62)
        )
    )
