"""Every API call with its request and its response on the audit trail, by an allow-list of fields.

What a call changes is on the trail whole, with what was asked for; the entry of the change tells of the call too
(`this_call`). Every other call has an entry of its own, made when its answer is known.
"""

import json
import logging
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, g, request

from feedscript.domain import Activity, FeedscriptError
from feedscript.entrypoints.http.callers import actor, caller
from feedscript.entrypoints.http.rates import rates
from feedscript.ports import Clock, IdFactory
from feedscript.service import Call, JobService

logger = logging.getLogger(__name__)

PREFIXES = ("/api/feed/", "/api/callback/", "/api/activities", "/api/webhooks")
#: Of the console what hands something out, beside what is sent to it: pages that are open ask again and again.
HANDED_OUT = ("console.file", "console.shared")
SHOWN_OF_REQUEST = (
    "job_id",
    "affiliate_merchant_id",
    "source_s3_path",
    "destination_s3_path",
    "partner_id",
    "country",
    "type",
    "status",
    "attempt",
    "reason",
    "err",
)
SHOWN_OF_QUERY = (
    *SHOWN_OF_REQUEST,
    "reference",
    "created_after",
    "created_before",
    "actor",
    "since",
    "until",
    "cursor",
    "limit",
    "offset",
    "format",
)
SHOWN_OF_RESPONSE = (
    "message",
    "job_id",
    "id",
    "status",
    "deduplicated",
    "received",
    "applied",
    "reason",
    "code",
)
LONGEST, BRIEF, LARGEST_ANSWER = 1024, 200, 64 * 1024
PLAIN = (str, int, type(None))


def register_audit(app: Flask, service: JobService, clock: Clock, ids: IdFactory) -> None:
    """Give every request an id, and enter every API call that is not on the trail yet when its answer is known."""

    @app.before_request
    def name_request() -> None:
        g.request_id, g.entered = ids.new_id(), False

    @app.after_request
    def enter(response: Response) -> Response:
        response.headers["X-Request-ID"] = g.get("request_id", "")
        if _is_of_interest() and not g.get("entered") and _is_recorded():
            try:
                service.note(_call(response, clock, ids))
            except FeedscriptError as error:
                # The call is done, and what it did is recorded with the job: the answer stands.
                logger.error("the call %s is not on the trail: %s", g.get("request_id"), error)  # noqa: TRY400 - as it says
        return response


def _is_of_interest() -> bool:
    """Whether the trail tells of calls of this kind."""
    if request.path.startswith(PREFIXES):
        return True
    return request.blueprint == "console" and (request.method == "POST" or request.endpoint in HANDED_OUT)


def _is_recorded() -> bool:
    """Whether the call goes on the trail: of strangers, and of a key's that calls too often, some do."""
    if not caller().known:
        return rates().is_recorded()
    return not g.get("too_many") or rates().is_told(actor())


def told_path() -> str:
    """The path as trail and log tell it: a link opens something to whoever has it, those who read these too."""
    return "/console/shared/..." if request.endpoint == "console.shared" else request.path[:LONGEST]


def this_call(*, status: int) -> Call:
    """The call as the entry of what it changes tells of it; `status` is how it is answered then."""
    return {"id": g.request_id, **_identified(), "status": status}


def call_is_entered() -> None:
    """Say that the call is on the trail, with what it has changed."""
    g.entered = True


def _identified() -> dict[str, Any]:
    return {"method": request.method, "path": told_path(), "from": request.remote_addr}


def _call(response: Response, clock: Clock, ids: IdFactory) -> Activity:
    if not caller().known:
        return _brief(response, clock, ids)
    answered = _shown(_answered(response), SHOWN_OF_RESPONSE)
    asked = _asked()
    return Activity(
        id=g.get("request_id") or ids.new_id(),
        at=clock.now(),
        type="feedscript.api.call",
        job_id=_job_of(answered, asked),
        actor=actor(),
        data={
            **_identified(),
            "request": asked,
            "status": response.status_code,
            "response": answered,
        },
    )


def _brief(response: Response, clock: Clock, ids: IdFactory) -> Activity:
    """What the trail tells of a stranger's call: not what it said, so that nobody writes there who has proved nothing.

    `left_out` is how many such calls this process has not entered since the last that it has.
    """
    code = _shown(_answered(response), ("code",))
    identified = _identified()
    identified["path"] = _short(identified["path"])[:BRIEF]
    return Activity(
        id=g.get("request_id") or ids.new_id(),
        at=clock.now(),
        type="feedscript.api.call",
        actor=actor(),
        data={
            **identified,
            "status": response.status_code,
            "response": code,
            "left_out": rates().left_out(),
        },
    )


def _answered(response: Response) -> object:
    """What was answered, where it is small enough to have what is shown; a report is what its script made of it."""
    if "answered" in g:
        return g.answered  # what a page tells in its own way
    if not response.is_json or response.is_streamed:
        return None
    data = response.get_data()
    try:
        return json.loads(data) if len(data) <= LARGEST_ANSWER else None
    except ValueError:
        return None


def _asked() -> dict[str, Any]:
    if request.method != "POST":
        return _shown(request.args.to_dict(), SHOWN_OF_QUERY)
    body = g.get("body")  # as the parser read it; what it refused is not repeated
    shown = _shown(body, SHOWN_OF_REQUEST)
    url = body.get("callback_url") if isinstance(body, dict) else None
    if isinstance(url, str):
        shown["callback_url"] = _origin(url)
    return shown


def _shown(body: object, names: tuple[str, ...]) -> dict[str, Any]:
    if not isinstance(body, dict):
        return {}
    return {
        name: _short(value) if isinstance(value := body[name], str) else value
        for name in names
        if name in body and isinstance(body[name], PLAIN)
    }


def _short(value: str) -> str:
    # What cannot be written as UTF-8 came from a request that was refused for it.
    return (value if value.isascii() else value.encode(errors="replace").decode())[:LONGEST]


def _origin(url: str) -> str:
    """Without path and query, which may carry secrets."""
    try:
        parts = urlsplit(url)
        return f"{parts.scheme}://{parts.hostname}:{parts.port}"[:LONGEST]
    except ValueError:
        return "(not an address)"


def _job_of(answered: dict[str, Any], asked: dict[str, Any]) -> str | None:
    if g.get("hidden"):
        return None  # a job's story is for those who reach it: it does not tell who else has tried
    in_path = (request.view_args or {}).get("job_id")
    found = in_path or answered.get("job_id") or answered.get("id") or asked.get("job_id")
    return str(found)[:LONGEST] if found else None
