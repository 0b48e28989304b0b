"""`/api/activities`: the audit trail of all jobs."""

from typing import Any

from flask import Response, jsonify
from flask_smorest import Blueprint

from feedscript.entrypoints.http.schemas import ActivityPageSchema, ActivityQuerySchema
from feedscript.entrypoints.http.views import activity_view
from feedscript.service import JobService


def activities_blueprint(service: JobService) -> Blueprint:
    """The route over the service."""
    activities = Blueprint("activities", __name__, url_prefix="/api", description="The audit trail")

    @activities.route("/activities", methods=["GET"])
    @activities.arguments(ActivityQuerySchema, location="query")
    @activities.response(200, ActivityPageSchema)
    def trail(query: dict[str, Any]) -> Response:
        """Read the audit trail, newest first; pass `cursor` on to continue."""
        page = service.trail(**query)
        shown = [activity_view(activity) for activity in page.activities]
        return jsonify({"activities": shown, "cursor": page.cursor})

    return activities
