"""`/ready`: whether the service can take work, how much it has, and what somebody should look at."""

import logging
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from flask import Response, jsonify

from feedscript.adapters.files import Disk
from feedscript.domain import FeedscriptError, Job
from feedscript.entrypoints.http.answers import HereSchema, ReadySchema
from feedscript.entrypoints.http.callers import caller, may_read
from feedscript.entrypoints.http.draining import is_draining
from feedscript.entrypoints.http.looking_around import Remembered, StoreCheck
from feedscript.entrypoints.http.routes import Routes
from feedscript.entrypoints.http.schemas import ReadyQuerySchema
from feedscript.entrypoints.settings import Settings
from feedscript.ports import ExecutorHealth, ObjectStore
from feedscript.ports.errors import StorageFull
from feedscript.service import JobService

logger = logging.getLogger(__name__)

#: What is known of hosts without the database that they share.
UNKNOWN = ExecutorHealth(leads=False, running=0, queued=0, capacity=0)


def health_blueprint(
    service: JobService,
    disk: Disk,
    objects: ObjectStore,
    settings: Settings,
    database_state: Callable[[], str] | None = None,
) -> Routes:
    """The routes over the service, its disk and its object store, and its database where it has one."""
    health = Routes("health", description="Health")
    patience = timedelta(seconds=settings.stuck_after)
    stuck = Remembered(lambda: service.stuck(patience=patience))
    store = Remembered(StoreCheck(objects, settings.named_buckets))

    @health.route("/", methods=["GET"], any_query=True)
    @health.response(200, HereSchema)
    def root() -> Response:
        """Tell that somebody is there."""
        return jsonify({"ok": True})

    @health.route("/ready", methods=["GET"])
    @health.arguments(ReadyQuerySchema(), location="query")
    @health.response(200, ReadySchema)
    @health.alt_response(503, schema=ReadySchema, description="No new work is taken")
    def ready(query: dict[str, Any]) -> Response:
        """Tell whether new work is taken: 200 if so, else 503; what runs and waits, and what is stuck."""
        disk_state, draining = _disk_state(disk, settings), is_draining()
        database = {} if database_state is None else {"database": database_state()}
        able = {disk_state, *database.values()} == {"ok"} and not draining
        # Nothing is asked of a database that has just not answered.
        is_away = not set(database.values()) <= {"ok"}
        scripts = asdict(UNKNOWN if is_away and settings.executor == "procrastinate" else service.health())
        scripts["max_queued"] = settings.max_queued
        del scripts["waiting"]  # which merchants there are is nobody's business who needs no key
        document: dict[str, Any] = {
            "ready": able,
            "disk": disk_state,
            **database,
            "draining": draining,
            "scripts": scripts,
            **({"stuck": 0} if is_away else _stuck(stuck, settings)),
        }
        if query.get("check") == "object_store":
            found = store()
            document["object_store"] = (
                found if found == "ok" or may_read(settings) else "failed: the service's log tells why"
            )
            able = document["ready"] = able and found == "ok"
        answer = jsonify(document)
        answer.status_code = 200 if able else 503
        return answer

    return health


def _stuck(look: Callable[[], list[tuple[Job, datetime]]], settings: Settings) -> dict[str, Any]:
    """How many jobs are stuck; which ones, for whoever may read them."""
    try:
        found = look()
    except FeedscriptError as error:
        logger.warning("jobs that are stuck cannot be looked for: %s", error)
        return {"stuck": 0}
    if not may_read(settings):
        return {"stuck": len(found)}
    shown = [(job, since) for job, since in found if caller().reach.covers(job)]
    jobs = [{"job_id": job.id, "stage": job.stage.value, "since": since.isoformat()} for job, since in shown]
    return {"stuck": len(shown), "stuck_jobs": jobs}


def _disk_state(disk: Disk, settings: Settings) -> str:
    if disk.broken is not None:
        return "broken: the service's log tells what failed"
    try:
        disk.need_room(settings.jobs_dir)
    except StorageFull as error:
        return f"full: {error.free} bytes free, {error.floor} needed"
    return "ok"
