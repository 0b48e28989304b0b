"""A job as the API shows it against its model: what differs, in words; and what a server may do by itself."""

import copy
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from feedscript.domain import FeedRequest, Outcome, Phase, Reason
from feedscript.testing.model import SOME_TEXT, ModelAttempt, ModelJob

Document = Mapping[str, Any]
NEVER_BY_ITSELF = (Reason.CANCELLED, Reason.REJECTED)


def differences(model: ModelJob, document: Document) -> list[str]:
    """How the document that `GET /api/feed/status/{id}` answers differs from the model."""
    newest, shown = model.attempts[-1], document.get("attempts", [])
    first = model.attempts[0].request
    expected = {
        "affiliate_merchant_id": first.affiliate_merchant_id,
        "partner_id": newest.request.partner_id,
        "reference": first.reference,
        "status": model.state,
        "retry_count": model.retry_count,
        "reason": newest.reason and newest.reason.value,
        "error": newest.error,
        "job_data": _job_data(newest.request)
        | {"type": newest.phase.value}
        | ({} if newest.result is None else {"result": newest.result}),
        "number of attempts": len(model.attempts),
        "a retry is due": model.next_retry_at is not None,
    }
    found = dict(document) | {
        "number of attempts": len(shown),
        "a retry is due": document.get("next_retry_at") is not None,
    }
    told = _differing(expected, found)
    for number, (attempt, has) in enumerate(zip(model.attempts, shown, strict=False), start=1):
        told += [f"attempt {number}: {what}" for what in _differing(_attempt(number, attempt), has)]
    return told + _disorder(document)


def after_what_happened(model: ModelJob, document: Document) -> ModelJob | None:
    """The model after what the document shows of scripts and the passing of time; None where it shows nothing of it.

    Nobody tells the machine of these; that the state machine allows them shows when the model is compared.
    """
    after, something = copy.deepcopy(model), False
    for number, shown in enumerate(document.get("attempts", []), start=1):
        if number > len(after.attempts):
            due = after.next_retry_at
            if due is None or not shown.get("automatic"):
                break
            after.tick(due)
            something = True
        if after.attempts[number - 1].outcome is None and _ended_by_itself(shown):
            after.end(
                number,
                Outcome(shown["outcome"]),
                Reason(shown["reason"]) if "reason" in shown else None,
                datetime.now(UTC),
                error=shown.get("error", ""),
                result=shown.get("result"),
            )
            something = True
    return after if something else None


def _ended_by_itself(shown: Document) -> bool:
    return shown.get("outcome") is not None and shown.get("reason") not in NEVER_BY_ITSELF


def _attempt(number: int, attempt: ModelAttempt) -> dict[str, Any]:
    return {
        "number": number,
        "type": attempt.phase.value,
        "retry": attempt.retry,
        "automatic": attempt.automatic,
        "outcome": attempt.outcome and attempt.outcome.value,
        "reason": attempt.reason and attempt.reason.value,
        "error": attempt.error,
        "result": attempt.result,
        "job_data": _job_data(attempt.request),
    }


def _job_data(request: FeedRequest) -> dict[str, Any]:
    return {
        "job_id": request.reference,
        "affiliate_merchant_id": request.affiliate_merchant_id,
        "source_s3_path": request.source,
        "destination_s3_path": request.destination,
        "callback_url": request.callback_url,
        "partner_id": request.partner_id,
        "country": request.country,
        "then": "validate" if request.then is Phase.VALIDATION else None,
    }


def _differing(expected: Document, found: Document) -> list[str]:
    told = []
    for name, wanted in expected.items():
        has = found.get(name)
        if wanted == SOME_TEXT and isinstance(has, str) and has:
            continue
        if name == "job_data" and isinstance(has, dict):
            # Fields may be added to answers; those of the contract stay.
            has = {field: has.get(field) for field in {*wanted, *(("result",) if "result" in has else ())}}
        if has != wanted:
            told.append(f"{name} is {has!r}, not {wanted!r}")
    return told


def _disorder(document: Document) -> list[str]:
    """Times that go backwards, or are none."""
    attempts = document.get("attempts", [])
    moments = [document["created_at"], *(each["accepted_at"] for each in attempts), document["updated_at"]]
    times = [datetime.fromisoformat(moment) for moment in moments]
    ordered = times == sorted(times) and all(time.tzinfo is not None for time in times)
    return [] if ordered else [f"its times are in no order: {moments}"]
