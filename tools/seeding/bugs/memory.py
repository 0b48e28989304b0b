"""The bugs of jobs and the trail in memory, and of what ports do for adapters."""

from tools.seeding.bug import of as _of

BUGS = (
    *_of(
        "memory",
        "adapters/memory.py",
        (
            "a stale version is accepted in memory",
            "if found != (before := version_before(job, activities)):",
            "if found > (before := version_before(job, activities)):",
        ),
        (
            "a reference is not reserved in memory",
            "return self._claims.setdefault((affiliate_merchant_id, reference), job_id)",
            "return job_id",
        ),
        ("settle drops what is at work, in memory", "if job is None or job.settled:", "if True:"),
        (
            "the page's edge is skipped in memory",
            "shown[-1].id if len(matching) > limit",
            "matching[limit].id if len(matching) > limit",
        ),
        (
            "the trail is told before the version is looked at",
            "stored = self._jobs.get(job.id)\n            found",
            "stored = self._jobs.get(job.id)\n            self._log.append(activities[:0] or activities)\n            found",
        ),
        (
            "a cursor of the trail repeats in memory",
            "str(shown[-1]) if len(places) > limit",
            "str(end) if len(places) > limit",
        ),
        (
            "since is ignored in memory",
            "return dropwhile(lambda activity: activity.at < since, entries)",
            "return iter(entries)",
        ),
        (
            "open jobs come newest first in memory",
            "in sorted(self._open)",
            "in sorted(self._open, reverse=True)",
        ),
        ("left-out jobs are looked at in memory", "if job_id not in left_out]", "]"),
        ("a settled job stays on the list", "self._open.discard(job_id)", "pass"),
        (
            "any cursor is taken in memory",
            "if cursor is not None and cursor not in self._jobs:",
            "if cursor == '':",
        ),
    ),
    *_of(
        "memory",
        "ports/repository.py",
        (
            "the filter forgets the partner",
            "and self.partner_id in (None, job.latest.request.partner_id)",
            "",
        ),
        (
            "the filter's bound is inclusive",
            "job.created_at > self.created_after",
            "job.created_at >= self.created_after",
        ),
    ),
    *_of(
        "memory",
        "ports/activity_log.py",
        ("the trail's filter ends too late", "activity.at < self.until", "activity.at <= self.until"),
        ("the trail's filter begins too late", "activity.at >= self.since", "activity.at > self.since"),
    ),
)
