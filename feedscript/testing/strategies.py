"""Hypothesis strategies for the domain's values; `st.from_type(Job)` finds them by itself.

Every job and event here was made by `decide` and `evolve`, so it is one that can be.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from hypothesis import strategies as st

from feedscript.domain import (
    CancelJob,
    Command,
    Event,
    ExpireGrace,
    FeedRequest,
    Job,
    Outcome,
    Phase,
    Reason,
    RecordExit,
    RecordStart,
    Refusal,
    RepeatPhase,
    ReportOutcome,
    RetryDue,
    RetryPolicy,
    StartGeneration,
    StartPhase,
    StartValidation,
    decide,
    evolve,
)
from feedscript.testing.fakes import NOON

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
LATEST = datetime(2100, 1, 1, tzinfo=UTC)
SHARES = st.floats(0, 1)
EXIT_CODES = st.sampled_from([0, 1, 65, 75, 78, -9, None])
EXECUTOR_REASONS = (Reason.TIMEOUT, Reason.CANCELLED, Reason.LOST, Reason.SPAWN_ERROR)
GENEROUS = RetryPolicy(max_retries=4, max_manual_retries=4)


@cache
def times() -> st.SearchStrategy[datetime]:
    """Aware UTC times of this century, to the microsecond."""
    naive = (EARLIEST.replace(tzinfo=None), LATEST.replace(tzinfo=None))
    return st.datetimes(*naive, timezones=st.just(UTC))


@cache
def job_ids() -> st.SearchStrategy[str]:
    """UUIDv7s (RFC 9562, 5.7) of this century."""
    return st.builds(
        lambda at, noise: (
            f"{(t := f'{int(at.timestamp() * 1000):012x}')[:8]}-{t[8:]}-7{noise[:3]}-8{noise[3:6]}-{noise[6:]}"
        ),
        times(),
        st.text("0123456789abcdef", min_size=18, max_size=18),
    )


@cache
def uris() -> st.SearchStrategy[str]:
    """Addresses of the form `s3://bucket/key`."""
    name = st.text("abcdefghijklmnopqrstuvwxyz0123456789-", min_size=1, max_size=12)
    return st.builds(lambda bucket, key: f"s3://{bucket}/{key}.csv", name, name)


@cache
def texts() -> st.SearchStrategy[str]:
    """What a caller may write into a field: any text that is not empty, half surrogates among it."""
    return st.text(st.characters(), min_size=1, max_size=30)


@cache
def results() -> st.SearchStrategy[Mapping[str, Any]]:
    """What a script may report: any small JSON object."""
    leaves = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False) | texts()
    return st.dictionaries(
        texts(),
        st.recursive(
            leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts(), inner, max_size=3)
        ),
        max_size=4,
    )


@cache
def requests() -> st.SearchStrategy[FeedRequest]:
    """Requests of any merchant."""
    return st.builds(
        FeedRequest,
        affiliate_merchant_id=texts(),
        source=uris(),
        destination=uris(),
        reference=st.none() | texts(),
        partner_id=st.none() | texts(),
        callback_url=st.none() | st.just("http://localhost:3000/api/callback/feed"),
        country=st.none() | st.sampled_from(["US", "DE", "NO"]),
    )


@cache
def _about(attempts: int) -> st.SearchStrategy[Command]:
    """Commands about one of so many attempts, or about one that is not there."""
    number = st.integers(1, attempts + 1)
    return (
        st.builds(
            ReportOutcome,
            phase=st.sampled_from(Phase),
            outcome=st.sampled_from(Outcome),
            attempt=st.none() | number,
            reason=st.none() | st.sampled_from(Reason),
            error=_words(),
            result=st.none() | results(),
            jitter=SHARES,
        )
        | st.builds(RecordStart, attempt=number, log=st.none() | texts())
        | st.builds(
            RecordExit,
            attempt=number,
            exit_code=EXIT_CODES,
            reason=st.none() | st.sampled_from(EXECUTOR_REASONS),
            error=_words(),
            result=st.none() | results(),
            jitter=SHARES,
        )
        | st.builds(ExpireGrace, attempt=number, jitter=SHARES)
        | st.just(RetryDue())
        | st.just(RepeatPhase())
        | st.just(CancelJob())
    )


@cache
def _words() -> st.SearchStrategy[str]:
    return st.just("") | texts()


def commands(job_id: str, attempts: int, request: FeedRequest) -> st.SearchStrategy[Command]:
    """Commands for a job with so many attempts: sensible ones, late ones, and some about no attempt at all."""
    starts: list[Command] = [
        StartGeneration(job_id=job_id, request=request),
        StartValidation(job_id=job_id, request=request),
    ]
    return st.sampled_from(starts) | _about(attempts)


@st.composite
def histories(draw: st.DrawFn, *, job_id: str | None = None, max_size: int = 12) -> tuple[Event, ...]:
    """The events of one job, from its first one on; `max_size` bounds the commands that were tried."""
    identity = job_id or draw(job_ids())
    request = draw(requests())
    kinds: list[type[StartPhase]] = [StartGeneration, StartValidation]
    first = draw(st.sampled_from(kinds))
    now, job, events = NOON, None, list[Event]()
    command: Command = first(job_id=identity, request=request)
    for _ in range(draw(st.integers(1, max_size))):
        decision = decide(job, command, now, GENEROUS)
        if not isinstance(decision, Refusal):
            job = evolve(job, decision)
            events.append(decision)
        now += draw(st.sampled_from([timedelta(microseconds=1), timedelta(seconds=1), timedelta(days=1)]))
        command = draw(commands(identity, len(job.attempts) if job else 0, request))
    return tuple(events)


def jobs() -> st.SearchStrategy[Job]:
    """Jobs in any state, with whatever has led there."""
    return histories().map(_folded)


def events() -> st.SearchStrategy[Event]:
    """Events of any type."""
    return histories().flatmap(st.sampled_from)


def _folded(history: tuple[Event, ...]) -> Job:
    job: Job | None = None
    for event in history:
        job = evolve(job, event)
    assert job is not None, "a history has a first event"
    return job
