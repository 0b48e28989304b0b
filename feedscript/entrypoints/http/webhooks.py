"""`/api/webhooks`: outcomes that could not be told."""

from collections.abc import Sequence
from typing import Any

from flask import Response, jsonify

from feedscript.domain import veiled
from feedscript.entrypoints.http.access import Visible, within_reach
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
from feedscript.service import JobService


def webhooks_blueprint(service: JobService, dead_letters: DeadLetters) -> Routes:
    """The routes over what was not delivered."""
    webhooks = Routes("webhooks", prefix="/api/webhooks", description="Outcomes that could not be told")

    @webhooks.route("", methods=["GET"])
    @webhooks.arguments(UndeliveredQuerySchema(), location="query")
    @webhooks.response(200, UndeliveredPageSchema)
    @webhooks.problems(BadCursor)
    def undelivered(query: dict[str, Any]) -> Response:
        """List outcomes that were given up, or still wait; pass `cursor` on to continue."""

        def page(cursor: str | None) -> tuple[Sequence[Undelivered], str | None]:
            found = dead_letters.page(**{**query, "cursor": cursor})
            return found.undelivered, found.cursor

        shown, cursor = within_reach(page, Visible(service).undelivered, query.get("cursor"))
        documents = [UndeliveredSchema().dump(_view(each)) for each in shown]
        return jsonify({"notifications": documents, "cursor": cursor})

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
