"""What may be asked of a job, sensible or not."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from hypothesis import strategies as st

from feedscript.domain import (
    CancelJob,
    Command,
    ContinueJob,
    ExpireGrace,
    FeedRequest,
    Outcome,
    Phase,
    Reason,
    RecordExit,
    RecordStart,
    RepeatPhase,
    ReportOutcome,
    RetryDue,
    StartGeneration,
    StartValidation,
)
from feedscript.service import Callback
from feedscript.testing.strategies.values import job_ids, requests, results, texts

SHARES = st.floats(0, 1)
EXIT_CODES = st.sampled_from([0, 1, 65, 75, 78, -9, None])
EXECUTOR_REASONS = (Reason.TIMEOUT, Reason.STALLED, Reason.CANCELLED, Reason.LOST, Reason.SPAWN_ERROR)


@cache
def words() -> st.SearchStrategy[str]:
    """A text that may be empty, as a message is."""
    return st.just("") | texts()


def reports(attempts: int = 3) -> st.SearchStrategy[ReportOutcome]:
    """Outcomes as a callback tells them, of one of so many attempts, of one that is not there, or of none."""
    return st.builds(
        ReportOutcome,
        phase=st.sampled_from(Phase),
        outcome=st.sampled_from(Outcome),
        attempt=st.none() | st.integers(1, attempts + 1),
        reason=st.none() | st.sampled_from(Reason),
        error=words(),
        result=st.none() | results(),
        jitter=SHARES,
    )


def callbacks(job_id: str | None = None, attempts: int = 3) -> st.SearchStrategy[Callback]:
    """Callbacks as the service takes them, without a token."""
    whose = job_ids() if job_id is None else st.just(job_id)
    return st.builds(Callback, job_id=whose, report=reports(attempts))


@cache
def _others(attempts: int) -> Mapping[type[Any], st.SearchStrategy[Command]]:
    """Commands that are no start and no report, by their type; of so many attempts, or of one that is not there."""
    number = st.integers(1, attempts + 1)
    return {
        RecordStart: st.builds(RecordStart, attempt=number, log=st.none() | texts()),
        RecordExit: st.builds(
            RecordExit,
            attempt=number,
            exit_code=EXIT_CODES,
            reason=st.none() | st.sampled_from(EXECUTOR_REASONS),
            error=words(),
            result=st.none() | results(),
            jitter=SHARES,
        ),
        ExpireGrace: st.builds(ExpireGrace, attempt=number, jitter=SHARES),
        RetryDue: st.just(RetryDue()),
        RepeatPhase: st.just(RepeatPhase()),
        ContinueJob: st.builds(ContinueJob, obstacle=words()),
        CancelJob: st.builds(CancelJob, error=texts()),
    }


def commands(
    job_id: str | None = None, attempts: int = 3, request: FeedRequest | None = None
) -> st.SearchStrategy[Command]:
    """Commands for a job with so many attempts: sensible ones, late ones, and some about no attempt at all."""
    asked: dict[str, Any] = {
        "job_id": job_ids() if job_id is None else st.just(job_id),
        "request": requests() if request is None else st.just(request),
    }
    starts = st.builds(StartGeneration, **asked) | st.builds(StartValidation, **asked)
    return st.one_of(starts, reports(attempts), *_others(attempts).values())


def commands_of(kind: type[Any]) -> st.SearchStrategy[Command]:
    """Commands of one type."""
    starts = (StartGeneration, StartValidation)
    if kind in starts:
        return st.builds(kind, job_id=job_ids(), request=requests())
    return reports() if kind is ReportOutcome else _others(3)[kind]
