"""What time alone asks of a job."""

from datetime import datetime, timedelta

from feedscript.domain.commands import ExpireGrace, RetryDue
from feedscript.domain.job import Job


def due(job: Job, *, now: datetime, grace: timedelta, jitter: float = 1.0) -> ExpireGrace | RetryDue | None:
    """The command that the clock gives: a callback's grace is over, or a retry's backoff; None while neither is."""
    attempt = job.latest
    if attempt.open:
        waited = attempt.exited_at is not None and now - attempt.exited_at >= grace
        return ExpireGrace(attempt=attempt.number, jitter=jitter) if waited else None
    return RetryDue() if job.next_retry_at is not None and now >= job.next_retry_at else None
