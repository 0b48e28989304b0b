"""A notification as it lies in the outbox."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from feedscript.adapters.web_address import NotAnAddress, WebAddress
from feedscript.ports import DeliveryState, Notification, Undelivered


class Unreadable(ValueError):
    """The file holds no letter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A notification, how often it was tried, why that failed, and when it is to be tried again (aware UTC).

    `pause` is what lay between the last try and that time.
    """

    notification: Notification
    tries: int = 0
    error: str | None = None
    not_before: datetime | None = None
    pause: timedelta | None = None

    @property
    def lane(self) -> tuple[str, str]:
        """Whose it is and whom it goes to: what may be held up together."""
        try:
            host = WebAddress.parse(self.notification.url).authority
        except NotAnAddress:
            host = ""
        return (self.notification.affiliate_merchant_id, host)

    @property
    def content(self) -> bytes:
        """The body as it is sent, the same at each try."""
        return json.dumps(self.notification.body).encode()

    def put_off(self, error: str, not_before: datetime, pause: timedelta) -> "Letter":
        """The letter after a try that failed."""
        return replace(self, tries=self.tries + 1, error=error, not_before=not_before, pause=pause)

    def given_up(self, error: str) -> "Letter":
        """The letter after its last try."""
        return replace(self, tries=self.tries + 1, error=error, not_before=None, pause=None)

    def anew(self) -> "Letter":
        """The letter as if it had not been tried."""
        return Letter(notification=self.notification)

    def undelivered(self, state: DeliveryState) -> Undelivered:
        """The letter in the words of the port."""
        return Undelivered(
            notification=self.notification,
            state=state,
            tries=self.tries,
            error=self.error,
            next_try_at=self.not_before,
        )

    def to_bytes(self) -> bytes:
        """The letter as a JSON document."""
        document = {**asdict(self.notification), "tries": self.tries, "error": self.error}
        if self.not_before is not None:
            document["not_before"] = self.not_before.timestamp()
        if self.pause is not None:
            document["pause"] = self.pause.total_seconds()
        return json.dumps(document).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> "Letter":
        """Read `to_bytes`, of this version or an earlier one; raises `Unreadable`."""
        try:
            return cls._from_document(json.loads(data))
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
            raise Unreadable(str(error)) from error

    @classmethod
    def _from_document(cls, document: Mapping[str, Any]) -> "Letter":
        known = {field.name: document[field.name] for field in fields(Notification) if field.name in document}
        not_before, pause = document.get("not_before"), document.get("pause")
        return cls(
            notification=Notification(**known),
            tries=int(document["tries"]),
            error=document.get("error"),
            not_before=None if not_before is None else datetime.fromtimestamp(not_before, UTC),
            pause=None if pause is None else timedelta(seconds=pause),
        )


def name_of(notification_id: str) -> str:
    """The name of a notification's file: names sort as ids do, and lead nowhere else."""
    return quote(notification_id, safe="")
