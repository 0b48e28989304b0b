"""Deciding what ends: by a callback, by the script's exit, by the clock, by a cancel."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from feedscript.domain import events
from feedscript.domain.artifacts import without_foreign_places
from feedscript.domain.commands import CancelJob, ExpireGrace, RecordExit, RecordStart, ReportOutcome
from feedscript.domain.events import Event
from feedscript.domain.exits import judge_exit
from feedscript.domain.job import Attempt, Job, JobState, Outcome, Phase, Reason
from feedscript.domain.refusal import Refusal, RefusalCode
from feedscript.domain.retry import RetryPolicy

_Success = events.GenerationSucceeded | events.ValidationSucceeded
_Failure = events.GenerationFailed | events.ValidationFailed
_SUCCEEDED: Mapping[Phase, type[_Success]] = {
    Phase.GENERATION: events.GenerationSucceeded,
    Phase.VALIDATION: events.ValidationSucceeded,
}
_FAILED: Mapping[Phase, type[_Failure]] = {
    Phase.GENERATION: events.GenerationFailed,
    Phase.VALIDATION: events.ValidationFailed,
}
_ENDED_BY_US = (
    Reason.TIMEOUT,
    Reason.STALLED,
    Reason.CANCELLED,
    Reason.LOST,
    Reason.NO_CALLBACK,
    Reason.SPAWN_ERROR,
)


def report_outcome(job: Job, command: ReportOutcome, now: datetime, policy: RetryPolicy) -> Event | Refusal:
    """Apply a callback to the attempt it means: an open one is ended, a validated one may be revoked."""
    attempt = job.attempt(command.attempt) if command.attempt is not None else job.latest_of(command.phase)
    if attempt is None or attempt.phase is not command.phase:
        return Refusal(RefusalCode.NOT_STARTED, f"the job has no such {command.phase.value} attempt")
    if attempt.open:
        if command.outcome is Outcome.SUCCESS:
            return _succeeded(job, attempt, now, result=command.result)
        return _failed(
            job,
            attempt,
            now,
            policy,
            reason=command.reason or Reason.SCRIPT_ERROR,
            error=command.error or "the callback gave no reason",
            result=command.result,
            jitter=command.jitter,
        )
    if attempt.outcome is command.outcome and attempt.reason not in _ENDED_BY_US:
        return Refusal(RefusalCode.DUPLICATE, "this outcome was reported before")
    if attempt.number != job.latest.number:
        return Refusal(
            RefusalCode.SUPERSEDED, f"attempt {attempt.number} was followed by {job.latest.number}"
        )
    if job.state is JobState.VALIDATED:
        return events.ValidationRevoked(
            job_id=job.id,
            attempt=attempt.number,
            at=now,
            reason=Reason.REJECTED,
            error=command.error or "the partner rejected the feed",
            result=without_foreign_places(attempt, command.result),
        )
    if attempt.reason in _ENDED_BY_US:
        return Refusal(RefusalCode.LATE, f"the attempt had ended before: {attempt.reason}")
    return Refusal(RefusalCode.CONTRADICTED, f"the attempt had ended before: {attempt.outcome}")


def record_start(job: Job, command: RecordStart, now: datetime) -> Event | Refusal:
    """Note that the attempt's script is running."""
    attempt = job.attempt(command.attempt)
    if attempt is None:
        return _unknown(command.attempt)
    if attempt.started_at is not None:
        return Refusal(RefusalCode.ALREADY_RECORDED, "the start was recorded before")
    return events.ScriptStarted(job_id=job.id, attempt=attempt.number, at=now, log=command.log)


def record_exit(job: Job, command: RecordExit, now: datetime, policy: RetryPolicy) -> Event | Refusal:
    """Note that the attempt's script is gone, and judge an attempt that nobody reported on."""
    attempt = job.attempt(command.attempt)
    if attempt is None:
        return _unknown(command.attempt)
    if attempt.exited_at is not None:
        return Refusal(RefusalCode.ALREADY_RECORDED, "the exit was recorded before")
    if not attempt.open:
        crashed = attempt.outcome is Outcome.SUCCESS and (
            command.reason is not None or command.exit_code != 0
        )
        how = command.error or f"exit code {command.exit_code}"
        return events.ScriptExited(
            job_id=job.id,
            attempt=attempt.number,
            at=now,
            exit_code=command.exit_code,
            warning=f"the script reported success, then ended badly: {how}" if crashed else None,
        )
    verdict = judge_exit(command)
    if verdict.outcome is None:
        return events.ScriptExited(job_id=job.id, attempt=attempt.number, at=now, exit_code=command.exit_code)
    if verdict.outcome is Outcome.SUCCESS:
        success = _succeeded(job, attempt, now, result=command.result)
        return replace(success, exited=True, exit_code=command.exit_code)
    failure = _failed(
        job,
        attempt,
        now,
        policy,
        reason=verdict.reason,
        error=verdict.error,
        result=command.result,
        jitter=command.jitter,
    )
    return replace(failure, exited=True, exit_code=command.exit_code)


def expire_grace(job: Job, command: ExpireGrace, now: datetime, policy: RetryPolicy) -> Event | Refusal:
    """Fail an attempt whose script ended silently and whose callback never came."""
    attempt = job.attempt(command.attempt)
    if attempt is None or not attempt.open or attempt.exited_at is None:
        return Refusal(RefusalCode.NOT_DUE, "the attempt is not waiting for a callback")
    return _failed(
        job,
        attempt,
        now,
        policy,
        reason=Reason.NO_CALLBACK,
        error="the script exited with 0, left no result, and no callback came",
        jitter=command.jitter,
    )


def cancel(job: Job, command: CancelJob, now: datetime) -> Event | Refusal:
    """Fail the attempt under way as cancelled, or call off what would come by itself."""
    attempt = job.latest
    if attempt.open:
        kind = _FAILED[attempt.phase]
        return kind(
            job_id=job.id, attempt=attempt.number, at=now, reason=Reason.CANCELLED, error=command.error
        )
    if job.next_retry_at is not None:
        return events.RetryCalledOff(job_id=job.id, attempt=attempt.number, at=now)
    if job.following is not None:
        return events.ValidationCalledOff(job_id=job.id, attempt=attempt.number, at=now, why=command.error)
    return Refusal(RefusalCode.NOT_IN_FLIGHT, f"nothing is under way: the job is {job.state.value}")


def _succeeded(job: Job, attempt: Attempt, now: datetime, *, result: Mapping[str, Any] | None) -> _Success:
    return _SUCCEEDED[attempt.phase](
        job_id=job.id, attempt=attempt.number, at=now, result=without_foreign_places(attempt, result)
    )


def _failed(
    job: Job,
    attempt: Attempt,
    now: datetime,
    policy: RetryPolicy,
    *,
    reason: Reason,
    error: str,
    jitter: float,
    result: Mapping[str, Any] | None = None,
) -> _Failure:
    return _FAILED[attempt.phase](
        job_id=job.id,
        attempt=attempt.number,
        at=now,
        reason=reason,
        error=error,
        result=without_foreign_places(attempt, result),
        next_retry_at=policy.next_retry_at(job, attempt.phase, reason, now=now, share=jitter),
    )


def _unknown(attempt: int) -> Refusal:
    return Refusal(RefusalCode.NOT_STARTED, f"the job has no attempt {attempt}")
