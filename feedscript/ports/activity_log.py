"""Where the audit trail is kept."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from feedscript.domain import Activity


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityFilter:
    """Which entries a listing shows; what is None does not narrow it. `since` is inclusive, `until` is not."""

    job_id: str | None = None
    type: str | None = None
    actor: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    def matches(self, activity: Activity) -> bool:
        """Whether the entry is one of those asked for."""
        return (
            self.job_id in (None, activity.job_id)
            and self.type in (None, activity.type)
            and self.actor in (None, activity.actor)
            and (self.since is None or activity.at >= self.since)
            and (self.until is None or activity.at < self.until)
        )


@dataclass(frozen=True, slots=True)
class ActivityPage:
    """Some entries, newest first; `cursor` continues after them, None at the end."""

    activities: tuple[Activity, ...]
    cursor: str | None


class ActivityLog(Protocol):
    """Append-only; entries keep their order, and come back as they were. Newest is what was appended last."""

    def append(self, activities: Sequence[Activity], *, durable: bool = True) -> None:
        """Add entries at the end, all of them, whoever else appends; with `durable` they are on disk on return.

        Raises `StorageBroken` where that cannot be promised.
        """

    def of_job(self, job_id: str, *, since: datetime) -> Iterator[Activity]:
        """The job's entries from the first at or after `since` on, in the order in which they were appended.

        What was appended later counts as later, also where a clock was set back meanwhile.
        """

    def finish_days(self) -> None:
        """Seal the days that are over, where the log does such a thing; cheap when there is nothing to do."""

    def page(self, wanted: ActivityFilter, *, limit: int, cursor: str | None = None) -> ActivityPage:
        """Up to `limit` matching entries after the cursor, newest first; raises `BadCursor`.

        Going from cursor to cursor shows every matching entry once, and comes to an end; what is new meanwhile shifts
        nothing. A page may hold fewer, or none, and have a cursor: what is rare is not looked for without end.
        """
