"""The retry rules, as a value: time and randomness are passed in."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from feedscript.domain.job import Job, Phase, Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """How often a phase may be repeated, and when it is repeated without being asked.

    Manual retries pass the backoff but never `max_retries`. Automatic ones happen for the `automatic` reasons
    only, after an exponential backoff (`base` doubled per retry, at most `cap`) with full jitter: a uniform
    share of the delay (AWS Architecture Blog, "Exponential Backoff And Jitter").

    >>> RetryPolicy().backoff(retries=2, share=1.0)
    datetime.timedelta(seconds=20)
    """

    max_retries: int = 3
    """Retries per phase of a job, manual and automatic together."""
    base: timedelta = timedelta(seconds=5)
    """The first delay before its jitter."""
    cap: timedelta = timedelta(minutes=10)
    """The longest delay."""
    automatic: frozenset[Reason] = frozenset({Reason.LOST, Reason.TRANSIENT, Reason.TIMEOUT})
    """The reasons that a repeat can mend."""

    def __post_init__(self) -> None:
        if self.max_retries < 0:
            raise ValueError(f"max_retries is {self.max_retries}; it counts retries, so 0 is the least")

    def allows(self, job: Job, phase: Phase) -> bool:
        """Whether one more retry of the phase stays within the limit."""
        return job.retries_of(phase) < self.max_retries

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
        if reason not in self.automatic or not self.allows(job, phase):
            return None
        return now + self.backoff(retries=job.retries_of(phase), share=share)
