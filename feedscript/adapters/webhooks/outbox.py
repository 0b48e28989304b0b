"""Notifications that are still to be delivered, as letters in a box: a restart loses none."""

import logging
from collections.abc import Iterator

from feedscript.adapters.letter_box import LetterBox
from feedscript.adapters.webhooks.letters import Letter, Unreadable, name_of
from feedscript.ports import DeliveryState, Notification

logger = logging.getLogger(__name__)


class Outbox:
    """The box of letters; a letter that comes back after a power cut is delivered again."""

    def __init__(self, box: LetterBox) -> None:
        self._box = box
        self.make, self.leads, self.resign = box.make, box.leads, box.resign
        self.names = box.names

    def take_in(self, notification: Notification) -> bool:
        """Keep a notification; answers False where its job has brought it before."""
        return self._box.put(name_of(notification.id), Letter(notification=notification).to_bytes())

    def forget(self, job_id: str) -> None:
        """Drop the names of the job's notifications."""
        self._box.forget(name_of(job_id))

    def read(self, name: str) -> Letter | None:
        """The letter that waits under the name; None where it is gone, or was put aside as none."""
        try:
            document = self._box.read(name)
            return None if document is None else Letter.from_bytes(document)
        except (OSError, Unreadable) as error:
            logger.error("the letter %s cannot be read (%s); put aside", name, error)  # noqa: TRY400 - the text tells it all
            self._box.set_aside(name)
            return None

    def delivered(self, name: str) -> None:
        """The letter has arrived."""
        self._box.remove(name)

    def put_off(self, name: str, letter: Letter) -> None:
        """The letter has not arrived, and is tried again when it says."""
        self._box.replace(name, letter.to_bytes())

    def give_up(self, name: str, letter: Letter) -> None:
        """Keep the letter where nobody tries it again."""
        self._box.set_aside(name, letter.to_bytes())

    # What was given up

    def all_in(self, state: DeliveryState, *, after: str = "") -> Iterator[tuple[str, Letter | None]]:
        """The letters behind a name, in the order of their names; None stands for what is no letter."""
        for name, document in self._box.all_in(state, after=after):
            try:
                yield name, None if document is None else Letter.from_bytes(document)
            except Unreadable:
                yield name, None

    def replay(self, notification_id: str) -> Letter | None:
        """Put one that was given up among those that wait, as if it were new; None where there is none."""
        name = name_of(notification_id)
        document = self._box.dead(name)
        try:
            if document is None:
                return None
            letter = Letter.from_bytes(document).anew()
        except Unreadable:
            return None
        self._box.revive(name, letter.to_bytes())
        return letter

    def discard(self, notification_id: str) -> bool:
        """Drop one that was given up, readable or not; answers False where there is none."""
        return self._box.discard(name_of(notification_id))
