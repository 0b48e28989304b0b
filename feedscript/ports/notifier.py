"""Who is told of outcomes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """An outcome for a caller's own `callback_url`; `id` is the same however often it is sent."""

    id: str
    job_id: str
    url: str
    body: Mapping[str, Any]


class Notifier(Protocol):
    """Sends outcomes to the callers who asked for them."""

    def start(self) -> None:
        """Begin to deliver in the background."""

    def stop(self) -> None:
        """Deliver nothing more; what is left waits for the next start."""

    def notify(self, notification: Notification) -> None:
        """Take charge of the notification; returns at once, delivery follows in the background.

        It is delivered once, tried again where that fails, and not lost by a restart. The same id again changes
        nothing, until its job is forgotten.
        """

    def forget(self, job_id: str) -> None:
        """The job is settled: none of its notifications will come again."""
