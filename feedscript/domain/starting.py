"""Deciding what starts: a phase, or the retry of one."""

from dataclasses import replace
from datetime import datetime
from typing import assert_never

from feedscript.domain.artifacts import would_replace
from feedscript.domain.commands import ContinueJob, RetryDue, StartGeneration, StartPhase, StartValidation
from feedscript.domain.completion import completed, following
from feedscript.domain.events import Event, GenerationStarted, ValidationCalledOff, ValidationStarted
from feedscript.domain.job import Job, JobState, Phase
from feedscript.domain.refusal import Refusal, RefusalCode
from feedscript.domain.retry import RetryPolicy


def begin_by_itself(
    job: Job, command: RetryDue | ContinueJob, now: datetime, policy: RetryPolicy
) -> Event | Refusal:
    """Begin what nobody asks for just then: the retry whose backoff is over, or what is to follow."""
    if isinstance(command, ContinueJob):
        return _go_on(job, command, now)
    return _retry_if_due(job, now, policy)


def _retry_if_due(job: Job, now: datetime, policy: RetryPolicy) -> Event | Refusal:
    """Begin the automatic retry with the request of the attempt that failed."""
    if not policy.is_due(job, now=now):
        return Refusal(RefusalCode.NOT_DUE, "no automatic retry is due")
    started = _started(job, _as_before(job), now, retry=True)
    latest = job.latest
    return replace(started, automatic=True, warnings=latest.warnings, caller=latest.caller)


def _go_on(job: Job, command: ContinueJob, now: datetime) -> Event | Refusal:
    """Begin the validation that is to follow, unless it cannot be: then it is called off."""
    feed = job.generated_feed
    if job.following is None or feed is None:
        return Refusal(RefusalCode.NOT_DUE, "nothing is to follow")
    latest, request = job.latest, following(job.latest.request, feed)
    replaced = would_replace(job, request, Phase.VALIDATION)
    obstacle = command.obstacle or (replaced and f"its report would replace {replaced}")
    if obstacle:
        return ValidationCalledOff(job_id=job.id, attempt=latest.number, at=now, why=obstacle)
    started = _started(job, StartValidation(job_id=job.id, request=request), now, retry=False)
    return replace(started, automatic=True, warnings=latest.warnings, caller=latest.caller)


def repeat(job: Job, now: datetime, policy: RetryPolicy) -> Event | Refusal:
    """Repeat the phase that failed, for somebody who asks, with the request of the attempt that failed."""
    match job.state:
        case JobState.GENERATION_FAILED | JobState.VALIDATION_FAILED:
            return _retried(job, job.latest.phase, _as_before(job), now, policy)
        case JobState.GENERATING | JobState.VALIDATING:
            return Refusal(RefusalCode.IN_FLIGHT, f"this job is {job.state.value}; wait or cancel it")
        case JobState.GENERATED:
            return Refusal(RefusalCode.ALREADY_GENERATED, "nothing failed: this job is generated")
        case JobState.VALIDATED:
            return Refusal(RefusalCode.ALREADY_VALIDATED, "nothing failed: this job is validated")
        case _:
            assert_never(job.state)


def _as_before(job: Job) -> StartPhase:
    kind = StartGeneration if job.latest.phase is Phase.GENERATION else StartValidation
    return kind(job_id=job.id, request=job.latest.request)


def start(job: Job | None, command: StartPhase, now: datetime, policy: RetryPolicy) -> Event | Refusal:
    """Start a phase, or repeat one, by what the job's state allows."""
    phase = Phase.GENERATION if isinstance(command, StartGeneration) else Phase.VALIDATION
    merchant = command.request.affiliate_merchant_id
    if job is not None and (command.job_id != job.id or merchant != job.affiliate_merchant_id):
        return Refusal(
            RefusalCode.REFERENCE_MISMATCH, f"job {command.job_id} does not belong to merchant {merchant}"
        )
    command = replace(command, request=completed(job, command.request, phase))
    decision = (
        _start_generation(job, command, now, policy)
        if isinstance(command, StartGeneration)
        else _start_validation(job, command, now, policy)
    )
    if not command.request.source and not isinstance(decision, Refusal):
        return Refusal(RefusalCode.SOURCE_MISSING, "required: this job has no generated feed to validate")
    replaced = None if isinstance(decision, Refusal) else would_replace(job, command.request, phase)
    if replaced is not None:
        return Refusal(RefusalCode.DESTINATION_TAKEN, f"what is written there would replace {replaced}")
    return decision


def _start_generation(
    job: Job | None, command: StartGeneration, now: datetime, policy: RetryPolicy
) -> Event | Refusal:
    if job is None:
        return _started(None, command, now, retry=False)
    match job.state:
        case JobState.GENERATION_FAILED | JobState.VALIDATION_FAILED:
            return _retried(job, Phase.GENERATION, command, now, policy)
        case JobState.GENERATING:
            return _repeated(
                job,
                Phase.GENERATION,
                command,
                Refusal(
                    RefusalCode.IN_FLIGHT, "this job is being generated with another body; wait or cancel it"
                ),
            )
        case JobState.GENERATED:
            return _repeated(
                job,
                Phase.GENERATION,
                command,
                Refusal(
                    RefusalCode.ALREADY_GENERATED,
                    "this job was generated with another body; use another job_id",
                ),
            )
        case JobState.VALIDATING:
            return Refusal(RefusalCode.IN_FLIGHT, "this job is being validated; wait or cancel it")
        case JobState.VALIDATED:
            return Refusal(
                RefusalCode.ALREADY_GENERATED, "this job is generated and validated; use another job_id"
            )
        case _:
            assert_never(job.state)


def _start_validation(
    job: Job | None, command: StartValidation, now: datetime, policy: RetryPolicy
) -> Event | Refusal:
    if job is None:
        return _started(None, command, now, retry=False)
    match job.state:
        case JobState.GENERATED:
            return _started(job, command, now, retry=False)
        case JobState.VALIDATION_FAILED:
            return _retried(job, Phase.VALIDATION, command, now, policy)
        case JobState.GENERATING:
            return Refusal(
                RefusalCode.IN_FLIGHT, "this job is being generated; validate it when it is generated"
            )
        case JobState.GENERATION_FAILED:
            return Refusal(RefusalCode.NOT_GENERATED, "the generation failed; repeat it before validating")
        case JobState.VALIDATING:
            return _repeated(
                job,
                Phase.VALIDATION,
                command,
                Refusal(
                    RefusalCode.IN_FLIGHT, "this job is being validated with another body; wait or cancel it"
                ),
            )
        case JobState.VALIDATED:
            return _repeated(
                job,
                Phase.VALIDATION,
                command,
                Refusal(
                    RefusalCode.ALREADY_VALIDATED,
                    "this job was validated with another body; use another job_id",
                ),
            )
        case _:
            assert_never(job.state)


def _started(
    job: Job | None, command: StartPhase, now: datetime, *, retry: bool
) -> GenerationStarted | ValidationStarted:
    kind = GenerationStarted if isinstance(command, StartGeneration) else ValidationStarted
    number = len(job.attempts) + 1 if job else 1
    return kind(job_id=command.job_id, attempt=number, at=now, request=command.request, retry=retry)


def _retried(
    job: Job, phase: Phase, command: StartPhase, now: datetime, policy: RetryPolicy
) -> Event | Refusal:
    if not policy.allows_manual(job, phase):
        return Refusal(
            RefusalCode.RETRIES_EXHAUSTED,
            f"this phase was repeated {policy.max_manual_retries} times on request, the most that is allowed here; "
            "start a new job",
        )
    return _started(job, command, now, retry=True)


def _repeated(job: Job, phase: Phase, command: StartPhase, otherwise: Refusal) -> Refusal:
    current = job.latest_of(phase)
    if current is not None and current.request.fingerprint == command.request.fingerprint:
        return Refusal(
            RefusalCode.DEDUPLICATED, "the same request was accepted before; nothing new was started"
        )
    return otherwise
