"""`/api/activities`: the audit trail of all jobs."""

from typing import Any

from flask import Response, jsonify

from feedscript.entrypoints.http.answers import ActivityPageSchema
from feedscript.entrypoints.http.routes import Routes
from feedscript.entrypoints.http.schemas import ActivityQuerySchema
from feedscript.entrypoints.http.views import activity_view
from feedscript.ports.errors import BadCursor
from feedscript.service import JobService


def activities_blueprint(service: JobService) -> Routes:
    """The route over the service."""
    activities = Routes("activities", prefix="/api", description="The audit trail")

    @activities.route("/activities", methods=["GET"])
    @activities.arguments(ActivityQuerySchema(), location="query")
    @activities.response(200, ActivityPageSchema)
    @activities.problems(BadCursor)
    def trail(query: dict[str, Any]) -> Response:
        """Read the audit trail, newest first; pass `cursor` on to continue."""
        page = service.trail(**query)
        shown = [activity_view(activity) for activity in page.activities]
        return jsonify({"activities": shown, "cursor": page.cursor})

    return activities
