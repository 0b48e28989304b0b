"""What time alone asks of a job."""

from datetime import datetime, timedelta

from feedscript.domain.commands import ContinueJob, ExpireGrace, RetryDue
from feedscript.domain.job import Job
from feedscript.domain.pauses import pause_is_over
from feedscript.domain.retry import RetryPolicy


def due(
    job: Job, *, now: datetime, grace: timedelta, policy: RetryPolicy, jitter: float = 1.0
) -> ExpireGrace | RetryDue | ContinueJob | None:
    """What comes by itself: a callback's grace is over, a retry's backoff, or something is to follow; None else."""
    attempt = job.latest
    if job.following is not None:
        return ContinueJob()
    if not attempt.open:
        return RetryDue() if policy.is_due(job, now=now) else None
    if attempt.exited_at is None or not pause_is_over(attempt.exited_at + grace, now=now, longest=grace):
        return None
    return ExpireGrace(attempt=attempt.number, jitter=jitter)
