"""When a pause is over, on a clock that may be set back."""

from datetime import datetime, timedelta

CLOCK_CORRECTION = timedelta(seconds=5)
"""How far a clock is put right in passing: less than this is no reason to cut a pause short."""


def pause_is_over(until: datetime, *, now: datetime, longest: timedelta) -> bool:
    """Whether a pause that ends at `until`, and was never to last more than `longest`, is over.

    An end that lies further ahead than the longest pause was set by a clock that has been put back since: nobody can
    tell how much of the pause is left, so it is over.

    >>> from datetime import UTC
    >>> noon, minute = datetime(2026, 1, 1, 12, tzinfo=UTC), timedelta(minutes=1)
    >>> pause_is_over(noon + minute, now=noon, longest=minute)
    False
    >>> pause_is_over(noon + minute, now=noon - timedelta(hours=1), longest=minute)
    True
    """
    return now >= until or until - now > longest + CLOCK_CORRECTION
