"""Another service that decides its retries with feedscript's policy: the domain alone, nothing else of it."""

from datetime import UTC, datetime, timedelta
from typing import assert_never

from feedscript.domain import (
    Event,
    FeedRequest,
    GenerationFailed,
    GenerationStarted,
    GenerationSucceeded,
    Job,
    Reason,
    RecordExit,
    Refusal,
    RetryCalledOff,
    RetryDue,
    RetryPolicy,
    ScriptExited,
    ScriptStarted,
    StartGeneration,
    ValidationCalledOff,
    ValidationFailed,
    ValidationRevoked,
    ValidationStarted,
    ValidationSucceeded,
    decide,
    evolve,
)

POLICY = RetryPolicy(max_retries=3, base=timedelta(seconds=1), automatic=frozenset({Reason.LOST}))


def told(event: Event) -> str:
    """A line for people; a kind of event that is added later is found by the type checker."""
    match event:
        case GenerationStarted() | ValidationStarted():
            return f"attempt {event.attempt} begins"
        case GenerationSucceeded() | ValidationSucceeded():
            return f"attempt {event.attempt} is done"
        case GenerationFailed() | ValidationFailed() | ValidationRevoked():
            again = f", again at {event.next_retry_at:%H:%M:%S}" if event.next_retry_at else ", for good"
            return f"attempt {event.attempt} failed: {event.reason.value}{again}"
        case ScriptStarted() | ScriptExited() | RetryCalledOff() | ValidationCalledOff():
            return f"attempt {event.attempt}: {type(event).__name__}"
        case _:
            assert_never(event)


def run() -> list[str]:
    """A job whose every attempt is lost: what its service would log."""
    request = FeedRequest(affiliate_merchant_id="m1", source="s3://b/in.csv", destination="s3://b/out.csv")
    now, lines = datetime(2026, 1, 1, 12, tzinfo=UTC), list[str]()
    event = decide(None, StartGeneration(job_id="j1", request=request), now, POLICY)
    job: Job | None = None
    while not isinstance(event, Refusal):
        job, lines = evolve(job, event), [*lines, told(event)]
        if job.latest.open:
            event = decide(job, RecordExit(attempt=job.latest.number, reason=Reason.LOST), now, POLICY)
        else:
            now = job.next_retry_at or now
            event = decide(job, RetryDue(), now, POLICY)
    return lines


if __name__ == "__main__":
    print(*run(), sep="\n")
