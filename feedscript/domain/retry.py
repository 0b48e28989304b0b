"""The retry rules, as a value: time and randomness are passed in."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from feedscript.domain.job import Job, Phase, Reason
from feedscript.domain.pauses import pause_is_over


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """How often a phase is repeated without being asked, and when; and how often when somebody asks.

    Automatic retries happen for the `automatic` reasons only, after an exponential backoff (`base` doubled per
    automatic retry, at most `cap`) with full jitter: a uniform share of the delay (AWS Architecture Blog, "Exponential
    Backoff And Jitter"). A retry that somebody asks for waits for no backoff, and begins the automatic ones anew.

    >>> RetryPolicy().backoff(retries=2, share=1.0)
    datetime.timedelta(seconds=120)
    """

    max_retries: int = 10
    """Automatic retries of a phase, counted from the last start that somebody asked for.

    Ten delays of the default `base` and `cap` are 4 hours at most, and 2 on average (docs/reliability.md).
    """
    max_manual_retries: int | None = None
    """Retries of a phase that somebody asks for; None sets no limit."""
    base: timedelta = timedelta(seconds=30)
    """The first delay before its jitter."""
    cap: timedelta = timedelta(hours=1)
    """The longest delay."""
    automatic: frozenset[Reason] = frozenset({Reason.LOST, Reason.TRANSIENT})
    """The reasons that a repeat can mend."""

    def __post_init__(self) -> None:
        for name in ("max_retries", "max_manual_retries"):
            limit = getattr(self, name)
            if limit is not None and limit < 0:
                raise ValueError(f"{name} is {limit}; it counts retries, so 0 is the least")

    def allows_manual(self, job: Job, phase: Phase) -> bool:
        """Whether the phase may be repeated once more for somebody who asks."""
        return self.max_manual_retries is None or job.manual_retries_of(phase) < self.max_manual_retries

    def backoff(self, *, retries: int, share: float) -> timedelta:
        """The delay before the next retry, after `retries` earlier ones; `share` is the jitter, 0 to 1."""
        if not self.base:
            return timedelta()
        # So many doublings reach the cap; more of them would leave timedelta's range.
        enough = (self.cap // self.base).bit_length()
        return min(self.cap, self.base * (1 << min(retries, enough))) * share

    def next_retry_at(
        self, job: Job, phase: Phase, reason: Reason, *, now: datetime, share: float
    ) -> datetime | None:
        """When the failed phase is repeated by itself; None where it is not."""
        retries = job.automatic_retries_of(phase)
        if reason not in self.automatic or retries >= self.max_retries:
            return None
        return now + self.backoff(retries=retries, share=share)

    def is_due(self, job: Job, *, now: datetime) -> bool:
        """Whether an automatic retry waits, and its backoff is over; a clock set back prolongs none."""
        if job.next_retry_at is None:
            return False
        longest = self.backoff(retries=job.automatic_retries_of(job.latest.phase), share=1.0)
        return pause_is_over(job.next_retry_at, now=now, longest=longest)
