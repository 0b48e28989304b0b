"""All that is known of one job, as its page shows it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from feedscript.domain import Activity, Attempt, Job, JobState, Phase, Scope
from feedscript.entrypoints.console.figures import Figures, counts_of, figures_of
from feedscript.entrypoints.http.callers import caller
from feedscript.feeds.reports.presentation import visible
from feedscript.ports import ActivityFilter, JobFilter, LogChunk
from feedscript.service import JobService

LOG_SHOWN = 64 * 1024
ENTRIES_SHOWN = 40
FAILED = (JobState.GENERATION_FAILED, JobState.VALIDATION_FAILED)
_NOTHING: Mapping[str, Any] = {}


@dataclass(frozen=True, slots=True)
class Span:
    """A part of an attempt's time: what it went by with, and its share of the whole in hundredths."""

    name: str
    length: timedelta
    start: float
    share: float


@dataclass(frozen=True, slots=True)
class Told:
    """What an attempt has told of its work: numbers by what they count."""

    rejects: Mapping[str, int]
    repairs: tuple[Mapping[str, Any], ...]
    lost: Mapping[str, int]
    findings: Mapping[str, int]
    changes: Mapping[str, Any] | None
    headline: str


def spans(attempt: Attempt, now: datetime) -> tuple[Span, ...]:
    """How an attempt's time went by: waiting, running, and waiting for the callback."""
    end = attempt.ended_at or now
    marks = [("waited", attempt.accepted_at, attempt.started_at or end)]
    if attempt.started_at:
        marks.append(("ran", attempt.started_at, attempt.exited_at or end))
    if attempt.exited_at and end > attempt.exited_at:
        marks.append(("waited for the callback", attempt.exited_at, end))
    lengths = [(name, max(until - since, timedelta())) for name, since, until in marks]
    whole = sum((length for _, length in lengths), timedelta()) or timedelta(seconds=1)
    found, at = [], 0.0
    for name, length in lengths:
        share = 100 * (length / whole)
        found.append(Span(name, length, round(at, 2), round(share, 2)))
        at += share
    return tuple(found)


def told(attempt: Attempt) -> Told:
    """What the attempt's result says, as far as it is of the form that the built-in scripts give it."""
    result = attempt.result or _NOTHING
    repairs = result.get("repairs")
    changes = result.get("changes")
    headline = result.get("headline")
    return Told(
        rejects=counts_of(result, "rejects", "by_rule"),
        repairs=tuple(each for each in repairs if isinstance(each, Mapping))
        if isinstance(repairs, list)
        else (),
        lost=counts_of(result, "account", "records_lost"),
        findings=counts_of(result, "summary", "issues"),
        changes=changes if isinstance(changes, Mapping) else None,
        headline=headline if isinstance(headline, str) else "",
    )


def buttons(job: Job) -> frozenset[str]:
    """What whoever looks may do with the job now: `retry`, `cancel`."""
    if Scope.OPERATE not in caller().scopes:
        return frozenset()
    under_way = job.latest.open or job.next_retry_at is not None
    return frozenset({"cancel"} if under_way else set()) | ({"retry"} if job.state in FAILED else set())


def run_before(service: JobService, job: Job) -> tuple[Job, Figures] | None:
    """The merchant's job before this one for the same partner, and its numbers."""
    wanted = JobFilter(
        affiliate_merchant_id=job.affiliate_merchant_id,
        partner_id=job.latest.request.partner_id,
        created_before=job.created_at,
        reach=caller().reach,
    )
    found = service.page(wanted, limit=1).jobs
    return (found[0], figures_of(found[0])) if found else None


def log_piece(service: JobService, job_id: str, attempt: int, *, offset: int) -> LogChunk:
    """A piece of a log in which nothing hides; a negative offset counts from the end."""
    chunk = service.log(job_id, attempt, offset=offset, limit=LOG_SHOWN)
    text = visible(chunk.text.replace("\r\n", "\n"))
    return LogChunk(text, chunk.offset, chunk.next_offset, chunk.complete, chunk.truncated)


def entries(service: JobService, job: Job, cursor: str | None) -> tuple[tuple[Activity, ...], str | None]:
    """What the newest part of the trail has of the job, newest first, and where to look on."""
    wanted = ActivityFilter(job_id=job.id, since=job.created_at)
    found = service.trail(wanted, limit=ENTRIES_SHOWN, cursor=cursor)
    return found.activities, found.cursor


def reports(job: Job) -> Attempt | None:
    """The newest validation that has left a report."""
    ended = (a for a in reversed(job.attempts) if a.phase is Phase.VALIDATION and a.outcome is not None)
    return next((a for a in ended if (a.result or _NOTHING).get("report_s3_path")), None)
