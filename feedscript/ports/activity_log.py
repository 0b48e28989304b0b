"""Where the audit trail is kept."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Protocol

from feedscript.domain import Activity


class ActivityLog(Protocol):
    """Append-only; entries keep their order, and an id is entered once."""

    def append(self, activities: Sequence[Activity], *, durable: bool = True) -> None:
        """Add entries at the end; with `durable` they are on disk on return.

        Raises `StorageBroken` where that cannot be promised.
        """

    def of_job(self, job_id: str, *, since: datetime) -> Iterator[Activity]:
        """The job's entries from that time on, oldest first."""
