"""`/ready`: whether the service can take work, and how much it has."""

from dataclasses import asdict

from flask import Response, jsonify

from feedscript.adapters.files import Disk
from feedscript.entrypoints.http.answers import HereSchema, ReadySchema
from feedscript.entrypoints.http.draining import is_draining
from feedscript.entrypoints.http.routes import Routes
from feedscript.entrypoints.settings import Settings
from feedscript.ports.errors import StorageFull
from feedscript.service import JobService


def health_blueprint(service: JobService, disk: Disk, settings: Settings) -> Routes:
    """The route over the service and its disk."""
    health = Routes("health", description="Health")

    @health.route("/", methods=["GET"], any_query=True)
    @health.response(200, HereSchema)
    def root() -> Response:
        """Tell that somebody is there."""
        return jsonify({"ok": True})

    @health.route("/ready", methods=["GET"])
    @health.response(200, ReadySchema)
    @health.alt_response(503, schema=ReadySchema, description="No new work is taken")
    def ready() -> Response:
        """Tell whether new work is taken: 200 if so, else 503; and what runs and waits."""
        disk_state = _disk_state(disk, settings)
        draining = is_draining()
        able = disk_state == "ok" and not draining
        scripts = asdict(service.health())
        del scripts["waiting"]  # which merchants there are is nobody's business who needs no key
        answer = jsonify({"ready": able, "disk": disk_state, "draining": draining, "scripts": scripts})
        answer.status_code = 200 if able else 503
        return answer

    return health


def _disk_state(disk: Disk, settings: Settings) -> str:
    if disk.broken is not None:
        return "broken: the service's log tells what failed"
    try:
        disk.need_room(settings.jobs_dir)
    except StorageFull as error:
        return f"full: {error.free} bytes free, {error.floor} needed"
    return "ok"
