"""Time, identity and secrets: what the service may not make up by itself."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """The time of day."""

    def now(self) -> datetime:
        """Aware UTC."""


class IdFactory(Protocol):
    """New identities."""

    def new_id(self) -> str:
        """A UUIDv7 in its canonical text form (RFC 9562), never given before: ids sort by time."""


class AttemptTokens(Protocol):
    """The secret that proves a callback to come from the attempt's own script."""

    def issue(self, job_id: str, attempt: int) -> str:
        """The attempt's token, the same every time it is asked for, and no other attempt's."""

    def attempt_of(self, job_id: str, token: str) -> int | None:
        """The attempt whose token this is; None for a forged one, whatever text it is."""
