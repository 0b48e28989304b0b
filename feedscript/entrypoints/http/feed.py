"""`/api/feed`: start, follow, list and cancel jobs."""

from dataclasses import replace
from typing import Any, Literal

from flask import Response, jsonify, request
from marshmallow import EXCLUDE, RAISE

from feedscript.domain import (
    DestinationBusy,
    DestinationTaken,
    FeedRequest,
    ForbiddenBucket,
    ForbiddenCallback,
    NoReport,
    OutOfReach,
    Phase,
    QueueFull,
    RefusalCode,
    SourceMissing,
    UnknownAttempt,
    UnknownJob,
    UnknownPartner,
    WrongDestination,
)
from feedscript.entrypoints.http.access import found_within_reach
from feedscript.entrypoints.http.answers import (
    AcceptedSchema,
    JobPageSchema,
    JobSchema,
    LogSchema,
    TrailSchema,
)
from feedscript.entrypoints.http.audit import call_is_entered, this_call
from feedscript.entrypoints.http.callers import actor, caller
from feedscript.entrypoints.http.problems import problem, refused
from feedscript.entrypoints.http.routes import Routes
from feedscript.entrypoints.http.schemas import (
    FeedRequestSchema,
    JobQuerySchema,
    LogQuerySchema,
    RepeatSchema,
    ReportQuerySchema,
    StatusQuerySchema,
    ValidateRequestSchema,
)
from feedscript.entrypoints.http.views import activity_view, job_document
from feedscript.entrypoints.http.waiting import until_changed
from feedscript.ports.errors import BadCursor, ObjectNotFound, ObjectStoreFailed
from feedscript.service import Answer, JobService

ACCEPTED = {Phase.GENERATION: "Generation job accepted", Phase.VALIDATION: "Validation job accepted"}
# A report is a merchant's own data in a page: it may style itself and run its own search. It reaches nothing, sends no
# form, and is of no origin, so that nothing it asks for comes from this service's own pages.
REPORT_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'none'; sandbox allow-scripts"
)


#: Decisions against starting a phase: `domain/starting.py` takes them.
NOT_NOW = (
    RefusalCode.IN_FLIGHT,
    RefusalCode.ALREADY_GENERATED,
    RefusalCode.ALREADY_VALIDATED,
    RefusalCode.RETRIES_EXHAUSTED,
)
#: What may be wrong with a request for a feed, beside its fields, and when it is repeated.
WRONG = (
    UnknownPartner,
    WrongDestination,
    ForbiddenCallback,
    ForbiddenBucket,
    DestinationBusy,
    DestinationTaken,
    OutOfReach,
    QueueFull,
)
REQUEST_PROBLEMS = (*WRONG, UnknownJob, RefusalCode.REFERENCE_MISMATCH, *NOT_NOW)


def feed_blueprint(service: JobService, *, lenient: bool = False) -> Routes:
    """The routes over the service; `lenient`, names in a request that mean nothing are left out."""
    unknown: Literal["exclude", "raise"] = EXCLUDE if lenient else RAISE
    feed = Routes("feed", prefix="/api/feed", description="Generate and validate feeds")

    @feed.route("/generate", methods=["POST"])
    @feed.arguments(FeedRequestSchema(unknown=unknown))
    @feed.response(202, AcceptedSchema)
    @feed.alt_response(200, schema=AcceptedSchema, description="The same request was accepted before")
    @feed.problems(*REQUEST_PROBLEMS)
    def generate(wanted: FeedRequest) -> Response:
        """Start the generation of a feed, or repeat one that failed."""
        return _start(service, Phase.GENERATION, wanted)

    @feed.route("/validate", methods=["POST"])
    @feed.arguments(ValidateRequestSchema(unknown=unknown))
    @feed.response(202, AcceptedSchema)
    @feed.alt_response(200, schema=AcceptedSchema, description="The same request was accepted before")
    @feed.problems(*REQUEST_PROBLEMS, RefusalCode.NOT_GENERATED, SourceMissing)
    def validate(wanted: FeedRequest) -> Response:
        """Start the validation of a feed, or repeat one that failed."""
        return _start(service, Phase.VALIDATION, wanted)

    @feed.route("/status/<job_id>", methods=["GET"])
    @feed.arguments(StatusQuerySchema(), location="query")
    @feed.response(200, JobSchema)
    @feed.problems(UnknownJob)
    def status(query: dict[str, Any], job_id: str) -> Response:
        """Tell where a job stands, by its id or by its merchant and the caller's own reference; `wait` for a change."""
        job = found_within_reach(service, job_id, merchant=query.get("affiliate_merchant_id"))
        job = until_changed(service, job, query["wait"])
        return jsonify(job_document(job, compact=query["compact"], seen=service.observe(job)))

    @feed.route("/retry/<job_id>", methods=["POST"])
    @feed.response(202, AcceptedSchema)
    @feed.problems(UnknownJob, *WRONG, *NOT_NOW, body=True)
    def retry(job_id: str) -> Response:
        """Repeat the phase that failed, with the request of its last attempt; no body is needed."""
        if request.get_data(cache=True):
            feed.ARGUMENTS_PARSER.parse(RepeatSchema(), request, location="json")
        return _started(service.repeat(job_id, actor=actor(), call=this_call(status=202)))

    @feed.route("/cancel/<job_id>", methods=["POST"])
    @feed.response(200, JobSchema)
    @feed.problems(UnknownJob, RefusalCode.NOT_IN_FLIGHT)
    def cancel(job_id: str) -> Response:
        """End what is under way for a job, queued or running."""
        answer = service.cancel(job_id, actor=actor(), call=this_call(status=200))
        if answer.refusal is not None:
            return refused(answer.refusal, job_id=job_id, status_of_job=answer.job.state.value)
        call_is_entered()
        return jsonify(job_document(answer.job))

    _add_jobs(feed, service)
    return feed


def _add_jobs(feed: Routes, service: JobService) -> None:
    @feed.route("/jobs", methods=["GET"])
    @feed.arguments(JobQuerySchema(), location="query")
    @feed.response(200, JobPageSchema)
    @feed.problems(BadCursor)
    def jobs(query: dict[str, Any]) -> Response:
        """List jobs, newest first; pass `cursor` on to continue."""
        wanted = replace(query["wanted"], reach=caller().reach)
        page = service.page(wanted, limit=query["limit"], cursor=query["cursor"])
        jobs = [job_document(job, compact=query["compact"]) for job in page.jobs]
        return jsonify({"jobs": jobs, "cursor": page.cursor})

    @feed.route("/jobs/<job_id>/activities", methods=["GET"])
    @feed.response(200, TrailSchema)
    @feed.problems(UnknownJob)
    def activities(job_id: str) -> Response:
        """Tell all that is on the audit trail about a job, oldest first."""
        return jsonify({"activities": [activity_view(activity) for activity in service.activities(job_id)]})

    @feed.route("/jobs/<job_id>/logs", methods=["GET"])
    @feed.arguments(LogQuerySchema(), location="query")
    @feed.response(200, LogSchema)
    @feed.problems(UnknownJob, UnknownAttempt)
    def logs(query: dict[str, Any], job_id: str) -> Response:
        """Read a piece of an attempt's log; the next one starts at `next_offset`."""
        chunk = service.log(job_id, query.get("attempt"), offset=query["offset"], limit=query["limit"])
        return jsonify(LogSchema().dump(chunk))

    @feed.route("/jobs/<job_id>/report", methods=["GET"])
    @feed.arguments(ReportQuerySchema(), location="query")
    @feed.response(200, {}, description="The report, as its validation wrote it")
    @feed.alt_response(200, schema={"type": "string"}, content_type="text/html")
    @feed.problems(UnknownJob, NoReport, ObjectNotFound, ObjectStoreFailed)
    def report(query: dict[str, Any], job_id: str) -> Response:
        """Read the newest validation's report, as JSON or as a page."""
        return report_of(service, job_id, html=query["format"] == "html")


def report_of(service: JobService, job_id: str, *, html: bool) -> Response:
    """The newest validation's report: as a page it is left to no more than it needs."""
    answer = Response(service.report_document(job_id, html=html))
    answer.mimetype = "text/html" if html else "application/json"
    if html:
        answer.headers["Content-Security-Policy"] = REPORT_POLICY
    return answer


def _start(service: JobService, phase: Phase, wanted: FeedRequest) -> Response:
    answer = service.start(phase, wanted, actor=actor(), call=this_call(status=202), reach=caller().reach)
    return _started(answer, phase)


def _started(answer: Answer, phase: Phase | None = None) -> Response:
    """What came of a call for a phase, by default for the one that the job is in."""
    job, refusal = answer.job, answer.refusal
    phase = phase or job.latest.phase
    body: dict[str, Any] = {
        "message": ACCEPTED[phase],
        "job_id": job.id,
        "status": job.state.value,
        "deduplicated": False,
    }
    meant = job.latest_of(phase)
    if meant is not None and meant.warnings:
        body["warnings"] = list(meant.warnings)
    if refusal is None:
        call_is_entered()
        return _with_status(jsonify(body), 202)
    if refusal.code is RefusalCode.DEDUPLICATED:
        return jsonify(body | {"message": refusal.detail, "deduplicated": True})
    return problem(409, refusal.code.value, refusal.detail, job_id=job.id, status_of_job=job.state.value)


def _with_status(response: Response, status: int) -> Response:
    response.status_code = status
    return response
