"""Places: whose a destination is."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Owner:
    """Who writes to a place, or reads from it, and what lies there: `feed`, `report` or `source`."""

    affiliate_merchant_id: str
    role: str


class Places(Protocol):
    """The first to ask for a place has it, for ever: what one merchant writes no other replaces."""

    def claim(self, place: str, owner: Owner) -> Owner:
        """Take the place, if nobody has; answers whose it is. Durable, and atomic however many race."""

    def release(self, place: str) -> None:
        """Let the place go, which was claimed a moment ago and will not be used."""

    def owner(self, place: str) -> Owner | None:
        """Whose the place is; None where nobody has asked for it."""
