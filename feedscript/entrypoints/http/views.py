"""Jobs and activities in the words of the API."""

from collections.abc import Mapping
from dataclasses import fields as fields_of
from typing import Any

from feedscript.codec import activity_to_document
from feedscript.domain import Activity, Attempt, FeedRequest, Job, Phase
from feedscript.entrypoints.http.answers import JobSchema
from feedscript.ports import Observation

_JOBS = JobSchema()
THEN = {None: None, Phase.GENERATION: None, Phase.VALIDATION: "validate"}


def job_document(job: Job, *, compact: bool = False, seen: Observation | None = None) -> Mapping[str, Any]:
    """The job as `GET /api/feed/status/{id}` answers it; what is `seen` of its script is told of a single job alone."""
    latest = job.latest
    told = {} if seen is None else _observation(seen)
    document: Mapping[str, Any] = _JOBS.dump(
        told
        | ({} if compact else {"attempts": [_attempt(attempt) for attempt in job.attempts]})
        | {
            "id": job.id,
            "affiliate_merchant_id": job.affiliate_merchant_id,
            "partner_id": latest.request.partner_id,
            "reference": job.reference,
            "status": job.state,
            "stage": job.stage,
            "retry_count": job.retry_count,
            "next_retry_at": job.next_retry_at,
            "reason": latest.reason,
            "error": latest.error,
            "warnings": [*latest.warnings, *([latest.warning] if latest.warning else [])],
            "job_data": request_document(latest.request)
            | {"type": latest.phase}
            | ({"result": latest.result} if latest.result is not None else {}),
            "created_at": job.created_at,
            "updated_at": job.updated_at,
        }
    )
    return document


def _observation(seen: Observation) -> dict[str, Any]:
    return {
        "progress": seen.progress,
        "queue_position": seen.position,
        "last_sign_of_life_at": seen.heard_at,
    }


def request_document(request: FeedRequest) -> dict[str, Any]:
    """A request with the field names of the contract."""
    return {
        "job_id": request.reference,
        "affiliate_merchant_id": request.affiliate_merchant_id,
        "source_s3_path": request.source,
        "destination_s3_path": request.destination,
        "callback_url": request.callback_url,
        "partner_id": request.partner_id,
        "country": request.country,
        "then": THEN[request.then],
    }


def activity_view(activity: Activity) -> Mapping[str, Any]:
    """An activity as the CloudEvent that is on the trail."""
    return activity_to_document(activity)


def _attempt(attempt: Attempt) -> dict[str, Any]:
    known = {
        field.name: getattr(attempt, field.name) for field in fields_of(attempt) if field.name != "request"
    }
    return {name: value for name, value in known.items() if value not in (None, ())} | {
        "job_data": request_document(attempt.request)
    }
