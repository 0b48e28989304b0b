"""Looking after what could not be delivered."""

from collections.abc import Callable, Sequence
from urllib.parse import unquote

from feedscript.adapters.letter_box import LetterBox
from feedscript.adapters.webhooks.letters import Letter
from feedscript.adapters.webhooks.outbox import Outbox
from feedscript.domain import Activity
from feedscript.ports import (
    Clock,
    DeadLetters,
    DeliveryState,
    IdFactory,
    Notification,
    Undelivered,
    UndeliveredPage,
)
from feedscript.ports.errors import UnknownNotification


class OutboxDeadLetters(DeadLetters):
    """The letters of the outbox; `record` enters what is done to them on the audit trail."""

    def __init__(
        self,
        box: LetterBox,
        *,
        ids: IdFactory,
        clock: Clock,
        record: Callable[[Sequence[Activity]], None],
    ) -> None:
        self._outbox = Outbox(box)
        self._ids = ids
        self._clock = clock
        self._record = record

    def page(
        self,
        state: DeliveryState = DeliveryState.DEAD,
        *,
        affiliate_merchant_id: str | None = None,
        job_id: str | None = None,
        limit: int = 50,
        cursor: str | None = None,
    ) -> UndeliveredPage:
        """Some of them, in the order of their names."""
        found: list[Undelivered] = []
        last = ""
        for name, letter in self._outbox.all_in(state, after=cursor or ""):
            told = letter.notification if letter else None
            if affiliate_merchant_id not in (None, told and told.affiliate_merchant_id):
                continue
            if job_id not in (None, told and told.job_id):
                continue
            if len(found) == limit:
                return UndeliveredPage(found, last)
            found.append(_shown(name, letter, state))
            last = name
        return UndeliveredPage(found, None)

    def replay(self, notification_id: str, *, actor: str) -> None:
        """Put it among those that wait; whoever delivers finds it there within half a second."""
        letter = self._outbox.replay(notification_id)
        if letter is None:
            raise UnknownNotification(notification_id)
        self._enter("replayed", notification_id, letter.notification.job_id, actor)

    def discard(self, notification_id: str, *, actor: str) -> None:
        """Drop it."""
        if not self._outbox.discard(notification_id):
            raise UnknownNotification(notification_id)
        self._enter("discarded", notification_id, notification_id.partition("/")[0], actor)

    def _enter(self, what: str, notification_id: str, job_id: str, actor: str) -> None:
        self._record(
            [
                Activity(
                    id=self._ids.new_id(),
                    at=self._clock.now(),
                    type=f"feedscript.notification.{what}",
                    job_id=job_id,
                    actor=actor,
                    data={"notification": notification_id},
                )
            ]
        )


def _shown(name: str, letter: Letter | None, state: DeliveryState) -> Undelivered:
    if letter is not None:
        return letter.undelivered(state)
    unreadable = Notification(id=unquote(name), job_id="", url="", body={})
    return Undelivered(notification=unreadable, state=state, tries=0, error="it cannot be read")
