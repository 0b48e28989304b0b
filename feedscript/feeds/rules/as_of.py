"""The moment that rules of dates count from."""

from dataclasses import dataclass
from datetime import datetime

_DAY_SECONDS = 86_400


@dataclass(frozen=True)
class AsOf:
    """A moment, and in SQL its seconds since 1970 where a plan is told them only when it is executed."""

    moment: datetime
    seconds: str | None = None

    def days_later(self, days: int) -> str:
        """The seconds since 1970 of so many days later, as SQL."""
        if self.seconds is None:
            return str(self.moment.timestamp() + days * _DAY_SECONDS)
        return f"({self.seconds} + {days * _DAY_SECONDS})"
