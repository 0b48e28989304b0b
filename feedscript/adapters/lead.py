"""What a job's id tells of when it was created: listings by time are read from an index of ids.

Ids begin with the time at which they were made (RFC 9562, UUIDv7), by the clock of whoever made them; a job's time of
creation may be another clock's. How far the two are apart over all jobs bounds the ids that a listing need look at.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00Z")
_MILLISECOND = timedelta(milliseconds=1)
_LAST = 2**48 - 1


@dataclass(frozen=True, slots=True)
class Lead:
    """How far, in milliseconds, jobs' times of creation are ahead of the times in their ids."""

    least: int = 0
    most: int = 0

    def after(self, time: datetime) -> str:
        """What the id of every job that was created after `time` reaches at least."""
        return _id_at(_milliseconds(time) - self.most)

    def before(self, time: datetime) -> str:
        """What the id of every job that was created before `time` lies below."""
        return _id_at(_milliseconds(time) - self.least + 1)


def lead_of(job_id: str, created: datetime) -> int:
    """How far that job's time is ahead; raises `ValueError` for what is no id.

    >>> lead_of("019b796d-d600-7000-8000-000000000001", datetime.fromisoformat("2026-01-01T12:00:00.250Z"))
    250
    """
    return _milliseconds(created) - (UUID(job_id).int >> 80)


def _milliseconds(time: datetime) -> int:
    return (time - _EPOCH) // _MILLISECOND


def _id_at(milliseconds: int) -> str:
    """The least id of that moment (RFC 9562, 5.7)."""
    return str(UUID(int=min(max(milliseconds, 0), _LAST) << 80))
