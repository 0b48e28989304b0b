"""`/api/webhooks`: outcomes that could not be told."""

from typing import Any

from flask import Response, jsonify

from feedscript.domain import veiled
from feedscript.entrypoints.http.callers import actor
from feedscript.entrypoints.http.outcome_schemas import (
    SettledSchema,
    UndeliveredPageSchema,
    UndeliveredQuerySchema,
    UndeliveredSchema,
)
from feedscript.entrypoints.http.routes import Routes
from feedscript.ports import DeadLetters, Undelivered
from feedscript.ports.errors import BadCursor, UnknownNotification


def webhooks_blueprint(dead_letters: DeadLetters) -> Routes:
    """The routes over what was not delivered."""
    webhooks = Routes("webhooks", prefix="/api/webhooks", description="Outcomes that could not be told")

    @webhooks.route("", methods=["GET"])
    @webhooks.arguments(UndeliveredQuerySchema(), location="query")
    @webhooks.response(200, UndeliveredPageSchema)
    @webhooks.problems(BadCursor)
    def undelivered(query: dict[str, Any]) -> Response:
        """List outcomes that were given up, or still wait; pass `cursor` on to continue."""
        page = dead_letters.page(**query)
        shown = [UndeliveredSchema().dump(_view(each)) for each in page.undelivered]
        return jsonify({"notifications": shown, "cursor": page.cursor})

    @webhooks.route("/replay/<path:notification_id>", methods=["POST"])
    @webhooks.response(202, SettledSchema)
    @webhooks.problems(UnknownNotification)
    def replay(notification_id: str) -> Response:
        """Try an outcome that was given up again, as if it were new, with the same `webhook-id`."""
        dead_letters.replay(notification_id, actor=actor())
        answer = jsonify({"id": notification_id, "state": "waiting"})
        answer.status_code = 202
        return answer

    @webhooks.route("/discard/<path:notification_id>", methods=["POST"])
    @webhooks.response(200, SettledSchema)
    @webhooks.problems(UnknownNotification)
    def discard(notification_id: str) -> Response:
        """Drop an outcome that was given up."""
        dead_letters.discard(notification_id, actor=actor())
        return jsonify({"id": notification_id, "state": "discarded"})

    return webhooks


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
