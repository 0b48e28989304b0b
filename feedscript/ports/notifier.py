"""Who is told of outcomes, and what could not be told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """An outcome for a caller's own `callback_url`; `id` is the same however often it is sent."""

    id: str
    job_id: str
    url: str
    body: Mapping[str, Any]
    affiliate_merchant_id: str = ""


class Notifier(Protocol):
    """Sends outcomes to the callers who asked for them."""

    def start(self) -> None:
        """Begin to deliver in the background."""

    def stop(self) -> None:
        """Deliver nothing more; what is left waits for the next start."""

    def refusal(self, url: str) -> str | None:
        """Why nothing will ever be sent to the address, as far as it tells by itself; None where it is tried."""

    def notify(self, notification: Notification) -> None:
        """Take charge of the notification; returns at once, delivery follows in the background.

        It is delivered once, tried again where that fails, and not lost by a restart. The same id again changes
        nothing, until its job is forgotten.
        """

    def forget(self, job_id: str) -> None:
        """The job is settled: none of its notifications will come again."""


class DeliveryState(StrEnum):
    """Where a notification stands that has not arrived."""

    WAITING = "waiting"
    DEAD = "dead"


@dataclass(frozen=True, slots=True, kw_only=True)
class Undelivered:
    """A notification that has not arrived: it waits for its next try, or was given up (`DEAD`).

    `error` says why the last try failed. It is for the operator: what a receiver answers, or whether there is one,
    tells of a network that the job's owner may not see.
    """

    notification: Notification
    state: DeliveryState
    tries: int
    error: str | None = None
    next_try_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class UndeliveredPage:
    """Some of what has not arrived, oldest job first; `cursor` continues, None at the end."""

    undelivered: Sequence[Undelivered]
    cursor: str | None


class DeadLetters(Protocol):
    """Notifications that have not arrived, for whoever looks after them."""

    def page(
        self,
        state: DeliveryState = DeliveryState.DEAD,
        *,
        affiliate_merchant_id: str | None = None,
        job_id: str | None = None,
        limit: int = 50,
        cursor: str | None = None,
    ) -> UndeliveredPage:
        """Some of them, in the order of their ids."""

    def replay(self, notification_id: str, *, actor: str) -> None:
        """Have one that was given up tried again, as if it were new; raises `UnknownNotification`."""

    def discard(self, notification_id: str, *, actor: str) -> None:
        """Drop one that was given up; raises `UnknownNotification`."""
