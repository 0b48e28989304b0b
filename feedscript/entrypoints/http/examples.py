"""Examples of every document that goes over the wire, for OpenAPI; a test holds each against its schema."""

from typing import Any

from feedscript.entrypoints.http.problems import TITLES

JOB_ID = "019b7976-3a80-7000-8000-000000000001"
BEGAN, ENDED = "2026-01-01T12:00:00+00:00", "2026-01-01T12:00:07+00:00"
REQUEST: dict[str, Any] = {
    "job_id": 1,
    "affiliate_merchant_id": "trailhead-outfitters",
    "source_s3_path": "s3://demo/merchant-export.csv",
    "destination_s3_path": "s3://demo/google-feed.csv",
    "callback_url": "https://shop.example/outcomes",
    "partner_id": "google",
    "country": "NO",
    "then": None,
}
VALIDATION: dict[str, Any] = {
    **{name: value for name, value in REQUEST.items() if name not in ("source_s3_path", "then")},
    "destination_s3_path": "s3://demo/google-report.json",
}
RESULT = {"destination_s3_path": "s3://demo/google-feed.csv"}
_ASKED = REQUEST | {"job_id": "1"}
_JOB: dict[str, Any] = {
    "id": JOB_ID,
    "affiliate_merchant_id": "trailhead-outfitters",
    "partner_id": "google",
    "reference": "1",
    "status": "generated",
    "stage": "settled",
    "retry_count": 0,
    "next_retry_at": None,
    "reason": None,
    "error": None,
    "warnings": [],
    "job_data": _ASKED | {"type": "feed_generation", "result": RESULT},
    "attempts": [
        {
            "number": 1,
            "type": "feed_generation",
            "retry": False,
            "automatic": False,
            "accepted_at": BEGAN,
            "started_at": BEGAN,
            "exited_at": ENDED,
            "ended_at": ENDED,
            "outcome": "success",
            "exit_code": 0,
            "result": RESULT,
            "job_data": _ASKED,
        }
    ],
    "created_at": BEGAN,
    "updated_at": ENDED,
}
_ACTIVITY = {
    "specversion": "1.0",
    "id": f"{JOB_ID}/1",
    "source": "/feedscript",
    "type": "feedscript.job.generation_started",
    "time": BEGAN,
    "datacontenttype": "application/json",
    "data": {"actor": "anonymous"},
    "subject": JOB_ID,
}
_UNDELIVERED = {
    "id": f"{JOB_ID}/1/generated",
    "job_id": JOB_ID,
    "affiliate_merchant_id": "trailhead-outfitters",
    "callback": "https://shop.example/…",
    "state": "dead",
    "tries": 10,
    "next_try_at": None,
}
#: By the names of the schemas in the document.
EXAMPLES: dict[str, Any] = {
    "FeedRequest": REQUEST,
    "ValidateRequest": VALIDATION,
    "Callback": {"job_id": JOB_ID, "type": "feed_generation", "status": "success", "result": RESULT},
    "Accepted": {
        "message": "Generation job accepted",
        "job_id": JOB_ID,
        "status": "generating",
        "deduplicated": False,
    },
    "Received": {"received": True, "applied": True, "reason": None},
    "Job": _JOB | {"progress": None, "queue_position": None, "last_sign_of_life_at": ENDED},
    "JobPage": {"jobs": [_JOB], "cursor": None},
    "Trail": {"activities": [_ACTIVITY]},
    "ActivityPage": {"activities": [_ACTIVITY], "cursor": None},
    "Log": {"text": "12 items\n", "offset": 0, "next_offset": 9, "complete": True, "truncated": False},
    "UndeliveredPage": {"notifications": [_UNDELIVERED], "cursor": None},
    "Settled": {"id": f"{JOB_ID}/1/generated", "state": "waiting"},
    "Here": {"ok": True},
    "Ready": {
        "ready": True,
        "disk": "ok",
        "draining": False,
        "scripts": {
            "leads": True,
            "running": 0,
            "queued": 0,
            "max_queued": 100000,
            "capacity": 2,
            "oldest_wait_seconds": None,
        },
        "stuck": 1,
        "stuck_jobs": [{"job_id": JOB_ID, "stage": "running", "since": BEGAN}],
        "object_store": "ok",
    },
    "Outcome": {
        "job_id": JOB_ID,
        "type": "feed_generation",
        "status": "success",
        "state": "generated",
        "result": RESULT,
        "err": "",
        "reason": None,
        "attempt": 1,
        "reference": "1",
        "affiliate_merchant_id": "trailhead-outfitters",
        "partner_id": "google",
        "report_url": None,
        "ended_at": ENDED,
    },
}


def problem_example(status: int, code: str) -> dict[str, Any]:
    """A problem document of that code."""
    return {
        "type": "about:blank",
        "title": TITLES[status],
        "status": status,
        "code": code,
        "detail": "What was wrong, where, and what to do",
    }
