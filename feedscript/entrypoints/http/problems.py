"""Every error as `application/problem+json` (RFC 9457), with a `code` that stays the same."""

import json
from typing import Any

from flask import Flask, Response, current_app
from werkzeug.exceptions import HTTPException

from feedscript.domain import (
    DestinationBusy,
    DestinationTaken,
    FeedscriptError,
    ForbiddenBucket,
    ForbiddenCallback,
    ForgedToken,
    NoReport,
    OutOfReach,
    QueueFull,
    Refusal,
    SourceMissing,
    UnknownAttempt,
    UnknownJob,
    UnknownPartner,
    WrongDestination,
)
from feedscript.entrypoints.job_files import NoFile
from feedscript.ports.errors import (
    BadCursor,
    ObjectNotFound,
    ObjectStoreFailed,
    StorageBroken,
    StorageBusy,
    StorageFull,
    StorageUnavailable,
    UnknownNotification,
    UnreadableJob,
)

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER = "5"
#: On every answer, unless its route says otherwise (OWASP REST Security Cheat Sheet).
HARDENING = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}

STATUS_OF_ERROR: dict[type[FeedscriptError], tuple[int, str]] = {
    UnknownJob: (404, "unknown_job"),
    UnknownAttempt: (404, "unknown_attempt"),
    NoReport: (404, "no_report"),
    NoFile: (404, "no_file"),
    ObjectNotFound: (404, "no_report"),
    UnknownNotification: (404, "unknown_notification"),
    OutOfReach: (403, "out_of_reach"),
    QueueFull: (429, "queue_full"),
    ForgedToken: (401, "forged_token"),
    BadCursor: (422, "invalid_fields"),
    SourceMissing: (422, "invalid_fields"),
    ForbiddenCallback: (422, "invalid_fields"),
    ForbiddenBucket: (422, "invalid_fields"),
    DestinationTaken: (409, "destination_taken"),
    DestinationBusy: (409, "destination_busy"),
    UnknownPartner: (422, "unknown_partner"),
    WrongDestination: (422, "wrong_ending"),
    StorageBusy: (503, "storage_busy"),
    StorageUnavailable: (503, "storage_unavailable"),
    StorageBroken: (503, "storage_broken"),
    UnreadableJob: (503, "unreadable_job"),
    ObjectStoreFailed: (503, "object_store_failed"),
    StorageFull: (507, "storage_full"),
}
FIELD_OF_ERROR = {
    BadCursor: "cursor",
    SourceMissing: "source_s3_path",
    ForbiddenCallback: "callback_url",
    UnknownPartner: "partner_id",
    WrongDestination: "destination_s3_path",
    DestinationTaken: "destination_s3_path",
    DestinationBusy: "destination_s3_path",
}
#: Instead of the error's own words, which tell where things lie on this machine; the log has those.
DETAIL_OF_ERROR: dict[type[FeedscriptError], str] = {
    StorageBusy: "a lock was not had within its deadline; repeat the call",
    StorageUnavailable: "the storage is not reached just now, or was lost before it said what it did; repeat the call",
    StorageBroken: "the storage did not do what it was told; nothing is acknowledged until a restart has looked at it",
    UnreadableJob: "the job cannot be read; whoever runs the service finds why in its log",
    StorageFull: "there is no room for new work; what runs can still end. Free some space and repeat the call",
}
#: Facts of errors that a program may act upon.
_TOLD = ("near", "endings")
CONFLICT = 409
#: What any call may be answered, whatever its route.
ANYWHERE = ((400, "bad_request"), (414, "address_too_long"), (431, "head_too_large"), (500, "internal_error"))
TITLES = {
    400: "The request cannot be read",
    401: "The caller is not known",
    403: "This caller may not do this",
    404: "There is no such thing here",
    405: "This address does not take that method",
    409: "The job's state does not allow this",
    413: "The request is too large",
    414: "The address is too long",
    415: "The request's format is not taken here",
    421: "This service has another name",
    431: "The request's head is too large",
    422: "Some fields are not right",
    429: "Too many requests",
    500: "Something went wrong here",
    503: "The service cannot do this just now",
    507: "There is no room for new work",
}
CODES = {
    400: "not_json",
    404: "unknown_address",
    405: "wrong_method",
    413: "too_large",
    422: "invalid_fields",
}


def problem(status: int, code: str, detail: str, **members: Any) -> Response:
    """A problem document as an answer; `members` are added to it."""
    body = {
        "type": "about:blank",
        "title": TITLES.get(status, code),
        "status": status,
        "code": code,
        "detail": detail,
    }
    answer = Response(json.dumps(body | members), status, mimetype=MEDIA_TYPE)
    if status in (429, 503):
        answer.headers["Retry-After"] = RETRY_AFTER
    if status == 401:  # noqa: PLR2004 - the status that RFC 9110 pairs with the header
        answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


def refused(refusal: Refusal, **members: Any) -> Response:
    """A decision against a command as an answer."""
    return problem(CONFLICT, refusal.code.value, refusal.detail, **members)


def register_problems(app: Flask) -> None:
    """Let every error leave the application as a problem document."""
    app.register_error_handler(FeedscriptError, _from_domain)
    app.register_error_handler(HTTPException, _from_http)
    app.register_error_handler(Exception, _from_defect)


def _from_domain(error: FeedscriptError) -> Response:
    for kind in type(error).__mro__:
        if kind in STATUS_OF_ERROR:
            status, code = STATUS_OF_ERROR[kind]
            field = (
                error.field if isinstance(error, ForbiddenBucket | OutOfReach) else FIELD_OF_ERROR.get(kind)
            )
            members: dict[str, Any] = {"errors": {field: [str(error)]}} if field else {}
            members |= {name: list(getattr(error, name)) for name in _TOLD if hasattr(error, name)}
            if isinstance(error, DestinationBusy) and error.job_id is not None:
                members["job_id"] = error.job_id
            if kind in DETAIL_OF_ERROR:
                current_app.logger.warning("answered %s: %s", code, error)
            return problem(status, code, DETAIL_OF_ERROR.get(kind, str(error)), **members)
    return _from_defect(error)


def _from_http(error: HTTPException) -> Response:
    status = error.code or 500
    data = getattr(error, "data", {})
    messages = data.get("messages") if isinstance(data, dict) else None
    if isinstance(messages, dict):
        # webargs nests the fields' messages under the place they came from: json, query ...
        errors = next(iter(messages.values()))
        if status == 400:  # noqa: PLR2004 - what webargs answers to a body that is not JSON
            return problem(status, "not_json", "; ".join(errors) if isinstance(errors, list) else str(errors))
        return problem(status, "invalid_fields", _sentence(errors), errors=errors)
    answer = problem(status, CODES.get(status, "http_error"), error.description or error.name)
    for name, value in error.get_headers():
        if name.lower() == "allow":
            answer.headers[name] = value
    return answer


def _from_defect(error: Exception) -> Response:
    current_app.logger.error("a defect in feedscript", exc_info=error)
    return problem(500, "internal_error", "an error that should not be; the service's log has the details")


def _sentence(errors: object) -> str:
    if isinstance(errors, dict):
        return "; ".join(f"{field}: {_sentence(messages)}" for field, messages in errors.items())
    return " ".join(str(message) for message in errors) if isinstance(errors, list) else str(errors)
