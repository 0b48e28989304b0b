"""What is going on: of the newest jobs, so that it costs the same however many there are."""

import shutil
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from feedscript.adapters.files import Disk
from feedscript.domain import Job, JobState, Outcome, Reach
from feedscript.entrypoints.console.figures import Figures, figures_of
from feedscript.entrypoints.settings import Settings
from feedscript.ports import JobFilter
from feedscript.ports.errors import StorageFull
from feedscript.service import JobService

WINDOW = 500
PAIRS_SHOWN, RUNS_SHOWN, FAILURES_SHOWN = 60, 12, 6


@dataclass(frozen=True, slots=True)
class Pair:
    """A merchant and a partner: their newest job, and the numbers of their last ones, oldest first."""

    merchant: str
    partner: str | None
    last: Job
    figures: Figures
    items: tuple[int, ...]
    errors: tuple[int, ...]
    jobs: int
    failed: int


@dataclass(frozen=True, slots=True)
class Window:
    """The newest jobs, and what they come to: the oldest is of `since`; `whole` says that there are no others."""

    jobs: int
    since: datetime | None
    whole: bool
    states: Mapping[JobState, int]
    an_hour: int | None
    a_minute: float | None
    reasons: Mapping[str, int]
    failures: tuple[Job, ...]
    pairs: tuple[Pair, ...]
    pairs_left_out: int


@dataclass(frozen=True, slots=True)
class Room:
    """How much of the disk is left, and whether new jobs are taken."""

    free: int
    total: int
    floor: int
    state: str


def look(service: JobService, reach: Reach, now: datetime) -> Window:
    """The newest jobs within reach."""
    found = service.page(JobFilter(reach=reach), limit=WINDOW)
    jobs = found.jobs
    since = jobs[-1].created_at if jobs else None
    # Of a reach the index may leave more out than it finds; the oldest job that is shown is how far back this goes.
    span = now - since if since else timedelta()
    covers_an_hour = found.cursor is None or span >= timedelta(hours=1)
    pairs = _pairs(jobs)
    return Window(
        jobs=len(jobs),
        since=since,
        whole=found.cursor is None,
        states=Counter(job.state for job in jobs),
        an_hour=sum(job.created_at > now - timedelta(hours=1) for job in jobs) if covers_an_hour else None,
        a_minute=len(jobs) / (span.total_seconds() / 60) if span > timedelta(minutes=1) else None,
        reasons=dict(Counter(_reason(job) for job in jobs if _failed(job)).most_common()),
        failures=tuple(job for job in jobs if _failed(job))[:FAILURES_SHOWN],
        pairs=pairs[:PAIRS_SHOWN],
        pairs_left_out=len(pairs) - len(pairs[:PAIRS_SHOWN]),
    )


def room(disk: Disk, settings: Settings) -> Room:
    """What is left of the disk that the jobs are on."""
    usage = shutil.disk_usage(settings.jobs_dir)
    state = "ok"
    if disk.broken is not None:
        state = "broken"
    else:
        try:
            disk.need_room(settings.jobs_dir)
        except StorageFull:
            state = "full"
    return Room(usage.free, usage.total, settings.min_free_bytes, state)


def _failed(job: Job) -> bool:
    return job.latest.outcome is Outcome.FAILED


def _reason(job: Job) -> str:
    return job.latest.reason.value if job.latest.reason else "failed"


def _pairs(jobs: Sequence[Job]) -> tuple[Pair, ...]:
    """By merchant and partner, those whose last job failed first, then those that were at work last."""
    found: dict[tuple[str, str | None], list[Job]] = defaultdict(list)
    for job in jobs:
        found[job.affiliate_merchant_id, job.latest.request.partner_id].append(job)
    pairs = [_pair(merchant, partner, theirs) for (merchant, partner), theirs in found.items()]
    return tuple(sorted(pairs, key=lambda pair: not _failed(pair.last)))


def _pair(merchant: str, partner: str | None, newest_first: Sequence[Job]) -> Pair:
    last = [figures_of(job) for job in newest_first[:RUNS_SHOWN]][::-1]
    return Pair(
        merchant=merchant,
        partner=partner,
        last=newest_first[0],
        figures=last[-1],
        items=tuple(each.items for each in last if each.items is not None),
        errors=tuple(each.errors for each in last if each.errors is not None),
        jobs=len(newest_first),
        failed=sum(map(_failed, newest_first)),
    )
