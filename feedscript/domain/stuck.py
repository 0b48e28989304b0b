"""Which jobs somebody should look at: those that something should have happened to by now."""

from datetime import datetime, timedelta
from typing import assert_never

from feedscript.domain.job import Job, Stage

LATE = timedelta(minutes=1)
"""After so long what is due is overdue: whoever sees to it looks around every few seconds."""


def stuck_since(
    job: Job, *, heard_at: datetime | None, now: datetime, grace: timedelta, patience: timedelta
) -> datetime | None:
    """Since when the job has been stuck; None where it is not.

    It is where its script has been silent for longer than `patience`, counted from when it was `heard_at` last; and
    where the grace of a callback, or the pause of a retry, is over and nothing has come of it.
    """
    latest = job.latest
    match job.stage:
        case Stage.RUNNING:
            since, allowed = heard_at or latest.started_at, patience
        case Stage.WAITING_FOR_CALLBACK:
            since, allowed = latest.exited_at, grace + LATE
        case Stage.RETRY_DUE:
            since, allowed = job.next_retry_at, LATE
        case Stage.QUEUED | Stage.SETTLED:
            return None
        case _:
            assert_never(job.stage)
    return since if since is not None and now - since > allowed else None
