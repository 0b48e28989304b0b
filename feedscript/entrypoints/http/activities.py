"""`/api/activities`: the audit trail of all jobs."""

from collections.abc import Sequence
from typing import Any

from flask import Response, jsonify

from feedscript.domain import Activity
from feedscript.entrypoints.http.access import Visible, within_reach
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

        def page(cursor: str | None) -> tuple[Sequence[Activity], str | None]:
            found = service.trail(query["wanted"], limit=query["limit"], cursor=cursor)
            return found.activities, found.cursor

        shown, cursor = within_reach(page, Visible(service).activity, query.get("cursor"))
        return jsonify({"activities": list(map(activity_view, shown)), "cursor": cursor})

    return activities
