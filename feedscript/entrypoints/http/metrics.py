"""`GET /metrics`: the service in figures, for Prometheus."""

import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

from flask import Response

from feedscript.adapters.files import Disk
from feedscript.adapters.observing import Metrics
from feedscript.domain import OutOfReach
from feedscript.entrypoints.http.callers import caller
from feedscript.entrypoints.http.problems import problem
from feedscript.entrypoints.http.routes import Routes
from feedscript.entrypoints.settings import Settings
from feedscript.service import JobService

if TYPE_CHECKING:
    from prometheus_client.core import Metric

#: Prometheus' text format (prometheus.io/docs/instrumenting/exposition_formats).
TEXT_FORMAT = "text/plain; version=0.0.4; charset=utf-8"


def metrics_blueprint(service: JobService, counted: Metrics, disk: Disk, settings: Settings) -> Routes:
    """The route over what is counted, and what the service and its disk tell of themselves."""
    blueprint = Routes("metrics", description="Metrics")

    @blueprint.route("/metrics", methods=["GET"], any_query=True)
    @blueprint.response(
        200, {"type": "string"}, content_type="text/plain", description="Prometheus' text format"
    )
    @blueprint.problems(OutOfReach, stored=False)
    def metrics() -> Response:
        """Tell the service in figures: of all merchants, so that a key has to reach them all."""
        if not caller().reach.everything:
            return problem(
                403, "out_of_reach", "figures are of all merchants: use a key that reaches them all"
            )
        return Response(counted.text(_state(service, disk, settings)), content_type=TEXT_FORMAT)

    return blueprint


def _state(service: JobService, disk: Disk, settings: Settings) -> Iterator["Metric"]:
    from prometheus_client.core import GaugeMetricFamily  # noqa: PLC0415 - the client is imported where it is used

    scripts = service.health()
    for name, told, value in (
        ("scripts_running", "Scripts at work", scripts.running),
        ("scripts_queued", "Attempts that wait for a place", scripts.queued),
        ("scripts_capacity", "Places for scripts", scripts.capacity),
        (
            "oldest_wait_seconds",
            "How long the first of those that wait has waited",
            scripts.oldest_wait_seconds or 0.0,
        ),
        ("disk_ok", "1 where the disk keeps what is synced, else 0", float(disk.broken is None)),
        ("disk_floor_bytes", "Below so many free bytes no work is taken", settings.min_free_bytes),
    ):
        yield GaugeMetricFamily(f"feedscript_{name}", told, value=float(value))
    free = GaugeMetricFamily(
        "feedscript_disk_free_bytes", "Free bytes where the folder lies", labels=["folder"]
    )
    for folder in ("jobs_dir", "activities_dir", "runs_dir", "logs_dir"):
        try:
            free.add_metric(
                [folder.removesuffix("_dir")], float(shutil.disk_usage(getattr(settings, folder)).free)
            )
        except OSError:
            continue  # it is not there yet
    yield free
