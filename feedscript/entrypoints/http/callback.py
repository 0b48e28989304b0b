"""`/api/callback/feed`: where outcomes are reported."""

from flask import Response, jsonify
from marshmallow import EXCLUDE, RAISE

from feedscript.domain import ForgedToken, ReportOutcome, UnknownJob
from feedscript.entrypoints.http.access import check_job, refuse_forgery
from feedscript.entrypoints.http.answers import ReceivedSchema
from feedscript.entrypoints.http.audit import call_is_entered, this_call
from feedscript.entrypoints.http.callers import actor, token
from feedscript.entrypoints.http.routes import Routes
from feedscript.entrypoints.http.schemas import CallbackSchema
from feedscript.service import Callback, JobService


def callback_blueprint(service: JobService, *, lenient: bool = False) -> Routes:
    """The route over the service; `lenient`, names in its body that mean nothing are left out."""
    callback = Routes("callback", prefix="/api/callback", description="Report outcomes")

    @callback.route("/feed", methods=["POST"])
    @callback.arguments(CallbackSchema(unknown=EXCLUDE if lenient else RAISE))
    @callback.response(200, ReceivedSchema)
    @callback.problems(ForgedToken, UnknownJob)
    def receive(body: tuple[str, ReportOutcome]) -> Response:
        """Report how a phase ended; a repeated, late or contradicting report is received and changes nothing."""
        job_id, report = body
        secret = token()
        call = {**this_call(status=200), "by": actor()}
        if secret is None:
            check_job(service, job_id)
        elif not service.proves(job_id, secret):
            refused = refuse_forgery(job_id)
            if refused is not None:
                return refused
            call["status"] = 401
            call_is_entered()
        who = "script" if secret is not None else actor()
        answer = service.report(Callback(job_id=job_id, report=report, token=secret, actor=who, call=call))
        call_is_entered()
        reason = answer.refusal.code.value if answer.refusal else None
        return jsonify({"received": True, "applied": answer.refusal is None, "reason": reason})

    return callback
