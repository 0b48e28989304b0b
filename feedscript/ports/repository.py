"""Where jobs are kept."""

from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from feedscript.domain import Activity, FeedscriptError, Job, JobState, Phase, Reach, Reason, Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class JobFilter:
    """Which jobs a listing shows; what is None does not narrow it. Times are aware, bounds are exclusive.

    `statuses` are those of which a job has one, and none of them narrows nothing; `reason` is the newest attempt's.
    `reach` is what whoever asks may see.
    """

    statuses: frozenset[JobState] = frozenset()
    stage: Stage | None = None
    reason: Reason | None = None
    affiliate_merchant_id: str | None = None
    partner_id: str | None = None
    reference: str | None = None
    phase: Phase | None = None
    created_after: datetime | None = None
    created_before: datetime | None = None
    reach: Reach = field(default_factory=Reach)

    def matches(self, job: Job) -> bool:
        """Whether the job is one of those asked for."""
        return (
            (not self.statuses or job.state in self.statuses)
            and self.stage in (None, job.stage)
            and self.reason in (None, job.latest.reason)
            and self.affiliate_merchant_id in (None, job.affiliate_merchant_id)
            and self.partner_id in (None, job.latest.request.partner_id)
            and self.reference in (None, job.reference)
            and self.phase in (None, job.latest.phase)
            and (self.created_after is None or job.created_at > self.created_after)
            and (self.created_before is None or job.created_at < self.created_before)
            and self.reach.covers(job)
        )


@dataclass(frozen=True, slots=True)
class JobPage:
    """Some jobs, newest first; `cursor` continues after them, None at the end."""

    jobs: tuple[Job, ...]
    cursor: str | None


def version_before(job: Job, activities: Sequence[Activity]) -> int:
    """The version that a commit follows: it makes one for each event among its activities, and one at least."""
    return job.version - max(1, sum(activity.event is not None for activity in activities))


class JobRepository(Protocol):
    """Jobs by id, durable when `commit` returns, safe for many threads and processes at once."""

    def claim(self, affiliate_merchant_id: str, reference: str, job_id: str) -> str:
        """Reserve the merchant's reference for `job_id`; answers whose it is: that id, or the earlier one.

        Atomic however many race; durable no later than the job's first commit.
        """

    def get(self, job_id: str) -> Job | None:
        """The job as it was last committed, by whomever, or None.

        Raises `UnreadableJob` for a document that cannot be read.
        """

    def several(self, job_ids: Iterable[str], *, unread: Callable[[FeedscriptError], None]) -> Iterator[Job]:
        """The jobs of these ids, oldest first; unknown ones are left out, and what cannot be read `unread` is told."""
        for job_id in job_ids:
            try:
                job = self.get(job_id)
            except FeedscriptError as error:
                unread(error)
                continue
            if job is not None:
                yield job

    def commit(self, job: Job, activities: Sequence[Activity]) -> None:
        """Store the job's next version and the activities that tell of it: both durable, or neither.

        Where activities tell of several events, the job is the one after the last, and the version before is the one
        before the first (`version_before`). Raises `VersionConflict` unless the stored version is the one before,
        `StorageFull` for a job's first version where there is no room for new work, `StorageBroken` where nothing may
        be acknowledged.
        """

    def commit_last(self, job: Job, activities: Sequence[Activity]) -> bool:
        """As `commit`, of a version from which nothing follows; answers whether the job is settled with it.

        Where that would cost as much as a call of `settle`, it is left to one.
        """
        self.commit(job, activities)
        return False

    def settle(self, job_id: str) -> None:
        """Take the job off the list of open ones: nothing more happens to it by itself.

        A job that is not settled by what is stored, because somebody has started it again, stays on the list.
        """

    def open_jobs(self, *, left_out: Container[str] = ()) -> Iterable[str]:
        """The ids of all jobs that are not settled, oldest first; those in `left_out` are not looked at.

        Whatever is committed is open again, even where it leaves the job with nothing to do: more follows from it.
        """

    def page(self, wanted: JobFilter, *, limit: int, cursor: str | None = None) -> JobPage:
        """Up to `limit` matching jobs after the cursor, newest first; raises `BadCursor`.

        Going from cursor to cursor shows every matching job once, and comes to an end; what is new meanwhile shifts
        nothing.
        """
