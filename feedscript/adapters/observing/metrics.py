"""What happens, counted for Prometheus over all processes of a server."""

import os
import threading
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from feedscript.domain import (
    Activity,
    Attempt,
    Failed,
    GenerationStarted,
    Job,
    ScriptStarted,
    Succeeded,
    ValidationStarted,
)
from feedscript.ports import Observer

if TYPE_CHECKING:
    from prometheus_client import Counter
    from prometheus_client.core import Metric

#: Seconds; from a check of a few rows to the longest script.
_SCRIPT_BUCKETS = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600, 14400)
_CALL_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5)
#: What callers may make up is told apart up to so many.
_MOST_PARTNERS = 200
NO_PARTNER, OTHER = "", "(other)"
#: Figures are floating-point numbers, whole up to here.
_MOST = 2**53
_SEVERITIES = ("error", "warning")
#: Where Prometheus' client looks for the folder that processes share.
FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"


class Metrics(Observer):
    """Counts and times by Prometheus' client.

    They are those of all processes of a server, which share a folder (`PROMETHEUS_MULTIPROC_DIR`), or else this one's.
    The client is imported here, as it looks for the folder when it is imported.
    """

    def __init__(self) -> None:
        from prometheus_client import (  # noqa: PLC0415 - as said
            CollectorRegistry,
            Counter,
            Histogram,
            disable_created_metrics,
        )

        disable_created_metrics()  # type: ignore[no-untyped-call]
        self._registry = CollectorRegistry()
        self._partners: set[str] = set()
        self._lock = threading.Lock()
        own: dict[str, Any] = {"registry": self._registry, "namespace": "feedscript"}
        timed = own | {"buckets": _SCRIPT_BUCKETS}
        self._accepted = Counter(
            "attempts_accepted",
            "Attempts accepted; how: asked, again, automatic",
            ["phase", "partner", "how"],
            **own,
        )
        self._ended = Counter(
            "attempts_ended",
            "Attempts that have an outcome",
            ["phase", "partner", "outcome", "reason"],
            **own,
        )
        self._waits = Histogram(
            "attempt_wait_seconds", "From being accepted to the script's start", ["phase"], **timed
        )
        self._runs = Histogram(
            "attempt_run_seconds", "From the script's start to the outcome", ["phase"], **timed
        )
        self._callbacks = Counter("callbacks", "Outcomes reported; applied or why not", ["result"], **own)
        self._webhooks = Counter("webhook_tries", "Tries to tell callers", ["result"], **own)
        self._entries = Counter("trail_entries", "Entries on the audit trail", ["area"], **own)
        self._items = Counter(
            "items", "Items of feeds; what: read, written, rejected, checked", ["partner", "what"], **own
        )
        self._findings = Counter("findings", "Findings of validations", ["partner", "severity"], **own)
        self._bytes = Counter("feed_bytes", "Bytes of exports and feeds that were read", ["partner"], **own)
        self._calls = Histogram(
            "http_request_duration_seconds",
            "Calls of the API by route",
            ["route", "status"],
            buckets=_CALL_BUCKETS,
            **own,
        )

    def entered(self, activity: Activity, job: Job | None = None) -> None:
        """Count the entry."""
        self._entries.labels(activity.type.split(".")[1]).inc()
        if activity.type == "feedscript.callback.received":
            self._callbacks.labels(_callback_result(activity.data)).inc()
        elif activity.type == "feedscript.callback.forged":
            self._callbacks.labels("forged").inc()
        elif activity.type == "feedscript.notification.sent":
            self._webhooks.labels(_webhook_result(activity.data)).inc()
        attempt = job.attempt(activity.event.attempt) if job and activity.event else None
        if attempt is not None:
            self._count_change(activity, attempt)

    def called(self, route: str, status: int, seconds: float) -> None:
        """Count a call of the API."""
        self._calls.labels(route, str(status)).observe(seconds)

    def text(self, state: Iterable["Metric"]) -> bytes:
        """All of it in Prometheus' text format, over all processes, and behind it what tells of the present `state`."""
        from prometheus_client import CollectorRegistry, generate_latest, multiprocess  # noqa: PLC0415 - as above

        shown: CollectorRegistry = self._registry
        if FOLDER_VARIABLE in os.environ:
            shown = CollectorRegistry()
            multiprocess.MultiProcessCollector(shown)  # type: ignore[no-untyped-call]
        present = CollectorRegistry()
        present.register(_Present(state))
        return bytes(generate_latest(shown) + generate_latest(present))

    def serve(self, host: str, port: int) -> None:
        """Tell Prometheus what this process has counted, at that address, from a thread; raises OSError."""
        from prometheus_client import start_http_server  # noqa: PLC0415 - as above

        start_http_server(port, host, self._registry)

    def _count_change(self, activity: Activity, attempt: Attempt) -> None:
        event, phase = activity.event, attempt.phase.value
        partner = self._partner(attempt.request.partner_id)
        match event:
            case GenerationStarted() | ValidationStarted():
                how = "automatic" if event.automatic else "again" if event.retry else "asked"
                self._accepted.labels(phase, partner, how).inc()
            case ScriptStarted():
                self._waits.labels(phase).observe(_seconds(attempt.accepted_at, event.at))
            case Succeeded() | Failed():
                outcome, reason = (
                    ("failed", event.reason.value) if isinstance(event, Failed) else ("success", "")
                )
                self._ended.labels(phase, partner, outcome, reason).inc()
                if attempt.started_at is not None:
                    self._runs.labels(phase).observe(_seconds(attempt.started_at, event.at))
                self._count_result(partner, event.result or {})

    def _count_result(self, partner: str, result: Mapping[str, Any]) -> None:
        for what, name in (
            ("read", "items_read"),
            ("written", "items_written"),
            ("rejected", "items_rejected"),
        ):
            _add(self._items, (partner, what), result.get(name))
        _add(self._bytes, (partner,), result.get("bytes_read"))
        summary = result.get("summary")
        if isinstance(summary, Mapping):
            _add(self._items, (partner, "checked"), summary.get("items_total"))
            issues = summary.get("issues")
            for severity, number in issues.items() if isinstance(issues, Mapping) else ():
                if severity in _SEVERITIES:
                    _add(self._findings, (partner, severity), number)

    def _partner(self, partner: str | None) -> str:
        if not partner:
            return NO_PARTNER
        with self._lock:
            if partner not in self._partners and len(self._partners) >= _MOST_PARTNERS:
                return OTHER
            self._partners.add(partner)
        return partner


class _Present:
    """What the client asks for metrics that are told rather than counted."""

    def __init__(self, metrics: Iterable["Metric"]) -> None:
        self._metrics = metrics

    def collect(self) -> Iterable["Metric"]:
        return self._metrics

    def describe(self) -> Iterable["Metric"]:
        return ()


def _add(counter: "Counter", labels: tuple[str, ...], number: object) -> None:
    # A result is what a script says: what is no number of anything counts for nothing.
    if isinstance(number, int) and not isinstance(number, bool) and 0 < number < _MOST:
        counter.labels(*labels).inc(number)


def _callback_result(data: Mapping[str, Any]) -> str:
    return "applied" if data.get("applied") else str(data.get("reason"))


def _webhook_result(data: Mapping[str, Any]) -> str:
    return "delivered" if data.get("delivered") else "given_up" if data.get("given_up") else "failed"


def _seconds(begin: datetime, end: datetime) -> float:
    # A clock may have been set back.
    return max(0.0, (end - begin).total_seconds())
