"""`/api/webhooks`: outcomes that could not be told, and what callers are told, for the OpenAPI document."""

from collections.abc import Sequence
from typing import Any

from flask import Response, jsonify
from flask_smorest import Api, Blueprint

from feedscript.domain import veiled
from feedscript.entrypoints.http.access import Visible, within_reach
from feedscript.entrypoints.http.callers import actor
from feedscript.entrypoints.http.outcome_schemas import (
    OutcomeSchema,
    UndeliveredPageSchema,
    UndeliveredQuerySchema,
    UndeliveredSchema,
)
from feedscript.entrypoints.http.schemas import ProblemSchema
from feedscript.ports import DeadLetters, Undelivered
from feedscript.service import JobService

OUTCOME_HEADERS = {
    "webhook-id": "The same however often the outcome is sent: whoever has seen it needs to do nothing",
    "webhook-timestamp": "Seconds since 1970 of this try; refuse what is older than five minutes",
    "webhook-signature": "One or more v1,BASE64 with spaces between (Standard Webhooks); where secrets are set",
}


def webhooks_blueprint(service: JobService, dead_letters: DeadLetters) -> Blueprint:
    """The routes over what was not delivered."""
    webhooks = Blueprint(
        "webhooks", __name__, url_prefix="/api/webhooks", description="Outcomes that could not be told"
    )

    @webhooks.route("", methods=["GET"])
    @webhooks.arguments(UndeliveredQuerySchema(), location="query")
    @webhooks.response(200, UndeliveredPageSchema)
    def undelivered(query: dict[str, Any]) -> Response:
        """List outcomes that were given up, or still wait; pass `cursor` on to continue."""

        def page(cursor: str | None) -> tuple[Sequence[Undelivered], str | None]:
            found = dead_letters.page(**{**query, "cursor": cursor})
            return found.undelivered, found.cursor

        shown, cursor = within_reach(page, Visible(service).undelivered, query["cursor"])
        documents = [UndeliveredSchema().dump(_view(each)) for each in shown]
        return jsonify({"notifications": documents, "cursor": cursor})

    @webhooks.route("/replay/<path:notification_id>", methods=["POST"])
    @webhooks.response(202)
    @webhooks.alt_response(404, schema=ProblemSchema, description="None of that id was given up")
    def replay(notification_id: str) -> Response:
        """Try an outcome that was given up again, as if it were new, with the same `webhook-id`."""
        dead_letters.replay(notification_id, actor=actor())
        answer = jsonify({"id": notification_id, "state": "waiting"})
        answer.status_code = 202
        return answer

    @webhooks.route("/discard/<path:notification_id>", methods=["POST"])
    @webhooks.response(200)
    @webhooks.alt_response(404, schema=ProblemSchema, description="None of that id was given up")
    def discard(notification_id: str) -> Response:
        """Drop an outcome that was given up."""
        dead_letters.discard(notification_id, actor=actor())
        return jsonify({"id": notification_id, "state": "discarded"})

    return webhooks


def describe_outcomes(api: Api) -> None:
    """Tell in the OpenAPI document what is sent to a `callback_url`."""
    api.spec.components.schema("Outcome", schema=OutcomeSchema)
    api.spec.options["webhooks"] = {
        "outcome": {
            "post": {
                "operationId": "outcome",
                "summary": "Told to the request's callback_url when an attempt has ended",
                "description": "At least once, over a day: any 2xx is taken for received, 410 ends the tries, "
                "Retry-After is heeded, redirects are not followed.",
                "parameters": [
                    {
                        "name": name,
                        "in": "header",
                        "required": name != "webhook-signature",
                        "description": description,
                        "schema": {"type": "string"},
                    }
                    for name, description in OUTCOME_HEADERS.items()
                ],
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Outcome"}}},
                },
                "responses": {
                    "2XX": {"description": "Received"},
                    "410": {"description": "Nobody is there any more: not tried again"},
                    "default": {"description": "Tried again later"},
                },
            }
        }
    }


def _view(undelivered: Undelivered) -> dict[str, Any]:
    """Without why it failed: what is in a network, and what it answers, is not for those who name addresses."""
    told = undelivered.notification
    return {
        "id": told.id,
        "job_id": told.job_id,
        "affiliate_merchant_id": told.affiliate_merchant_id,
        "callback": veiled(told.url),
        "state": undelivered.state,
        "tries": undelivered.tries,
        "next_try_at": undelivered.next_try_at,
    }
