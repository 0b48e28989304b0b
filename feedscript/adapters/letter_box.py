"""What the outbox needs of whatever keeps its letters."""

from collections.abc import Iterator
from typing import Protocol

from feedscript.ports import DeliveryState


class LetterBox(Protocol):
    """Where letters lie, each a document under a name, shared by all server processes; what is written is durable.

    Those that wait are apart from the dead ones, which nobody tries again. A name is known until it is forgotten,
    whatever becomes of its letter.
    """

    def make(self) -> None:
        """Be ready to take letters."""

    def leads(self) -> bool:
        """Whether this process is the one that delivers; asked again and again."""

    def resign(self) -> None:
        """Let another process deliver."""

    def put(self, name: str, document: bytes) -> bool:
        """Keep a letter that waits, and know its name; answers False, and keeps none, where it is known."""

    def forget(self, beginning: str) -> None:
        """Know the names that begin so no more."""

    def names(self) -> list[str] | None:
        """The names of letters that wait, in order, at least those that came since the last look; None for no news."""

    def read(self, name: str) -> bytes | None:
        """The letter that waits under the name; None where it is gone. Raises `OSError` for one that is unreadable."""

    def replace(self, name: str, document: bytes) -> None:
        """Write the letter that waits anew."""

    def remove(self, name: str) -> None:
        """Drop the letter that waits."""

    def set_aside(self, name: str, document: bytes | None = None) -> None:
        """Put the letter that waits among the dead ones, with another text or as it is."""

    def all_in(self, state: DeliveryState, *, after: str) -> Iterator[tuple[str, bytes | None]]:
        """Names behind `after` and their letters, in the order of the names; None for an unreadable one."""

    def dead(self, name: str) -> bytes | None:
        """The dead letter of that name, if it can be read."""

    def revive(self, name: str, document: bytes) -> None:
        """Put the dead letter among those that wait, with another text."""

    def discard(self, name: str) -> bool:
        """Drop a dead letter, readable or not; answers False where there is none."""
