"""The one decision function: what a command does to a job, or why it does nothing."""

from datetime import datetime
from typing import assert_never

from feedscript.domain.commands import (
    CancelJob,
    Command,
    ContinueJob,
    ExpireGrace,
    RecordExit,
    RecordStart,
    RepeatPhase,
    ReportOutcome,
    RetryDue,
    StartGeneration,
    StartValidation,
)
from feedscript.domain.ending import cancel, expire_grace, record_exit, record_start, report_outcome
from feedscript.domain.events import Event
from feedscript.domain.job import Job
from feedscript.domain.refusal import Refusal, RefusalCode
from feedscript.domain.retry import RetryPolicy
from feedscript.domain.starting import begin_by_itself, repeat, start


def decide(job: Job | None, command: Command, now: datetime, policy: RetryPolicy) -> Event | Refusal:
    """The event that the command causes, or the refusal; pure, the job is not changed.

    >>> from datetime import UTC, datetime
    >>> from feedscript.domain import FeedRequest, evolve
    >>> request = FeedRequest(affiliate_merchant_id="m1", source="s3://b/in.csv", destination="s3://b/out.csv")
    >>> noon = datetime(2026, 1, 1, 12, tzinfo=UTC)
    >>> start = StartGeneration(job_id="j1", request=request)
    >>> job = evolve(None, decide(None, start, noon, RetryPolicy()))
    >>> job.state
    <JobState.GENERATING: 'generating'>
    >>> decide(job, start, noon, RetryPolicy()).code
    <RefusalCode.DEDUPLICATED: 'deduplicated'>
    """
    match command:
        case StartGeneration() | StartValidation():
            return start(job, command, now, policy)
    if job is None:
        return Refusal(RefusalCode.NOT_STARTED, "there is no such job")
    match command:
        case ReportOutcome():
            return report_outcome(job, command, now, policy)
        case RecordStart():
            return record_start(job, command, now)
        case RecordExit():
            return record_exit(job, command, now, policy)
        case ExpireGrace():
            return expire_grace(job, command, now, policy)
        case RepeatPhase():
            return repeat(job, now, policy)
        case RetryDue() | ContinueJob():
            return begin_by_itself(job, command, now, policy)
        case CancelJob():
            return cancel(job, command, now)
        case _:
            assert_never(command)
