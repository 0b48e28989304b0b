"""What a caller is told when an attempt has ended."""

from collections.abc import Callable, Mapping
from typing import Any

from feedscript.domain.job import Job, JobState, Outcome

_FAILED_STATES = (JobState.GENERATION_FAILED, JobState.VALIDATION_FAILED)


def outcome_of(job: Job, *, report_address: Callable[[str], str]) -> Mapping[str, Any]:
    """The outcome of the job's latest attempt: the fields of the callback contract, and what else tells it apart.

    `report_address` answers where the report of the job with that id can be read; told where there is one. The same
    job gives the same document, so that what is sent twice is the same to the byte.
    """
    attempt = job.latest
    result = dict(attempt.result or {})
    return {
        "job_id": job.id,
        "type": attempt.phase.value,
        "status": Outcome.FAILED.value if job.state in _FAILED_STATES else Outcome.SUCCESS.value,
        "result": result,
        "err": attempt.error or "",
        "reason": attempt.reason.value if attempt.reason else None,
        "attempt": attempt.number,
        "reference": job.reference,
        "affiliate_merchant_id": job.affiliate_merchant_id,
        "partner_id": attempt.request.partner_id,
        "state": job.state.value,
        "report_url": report_address(job.id) if "report_s3_path" in result else None,
        "ended_at": None if attempt.ended_at is None else attempt.ended_at.isoformat(),
    }
