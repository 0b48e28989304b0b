"""What is entered on the audit trail beside the changes of jobs, and who is told of all that is."""

from feedscript.domain import Activity, Job, Outcome, Refusal, ReportOutcome
from feedscript.ports import ActivityLog, Clock, IdFactory, Observer
from feedscript.service.calls import Callback, told


class Trail:
    """Enters activities; `observer` is told of each, and of those that were committed with a job."""

    def __init__(
        self, activities: ActivityLog, *, clock: Clock, ids: IdFactory, observer: Observer | None
    ) -> None:
        self._activities = activities
        self._clock = clock
        self._ids = ids
        self._observer = observer

    def enter(self, activity: Activity, *, durable: bool = True) -> None:
        """Enter what changes no job."""
        self._activities.append([activity], durable=durable)
        self.observe(activity)

    def observe(self, activity: Activity, job: Job | None = None) -> None:
        """Tell of what is on the trail now."""
        if self._observer is not None:
            self._observer.entered(activity, job)

    def received(self, callback: Callback, report: ReportOutcome, refusal: Refusal | None) -> Activity:
        """A callback, applied or not."""
        return self._entry(
            "callback.received",
            callback,
            phase=report.phase.value,
            outcome=report.outcome.value,
            attempt=report.attempt,
            applied=refusal is None,
            reason=refusal.code.value if refusal else None,
            **({"error": report.error} if report.outcome is Outcome.FAILED else {}),
            **({"reported_reason": report.reason.value} if report.reason else {}),
        )

    def forged(self, callback: Callback) -> Activity:
        """A callback whose token is none of the job's."""
        return self._entry("callback.forged", callback)

    def _entry(self, what: str, callback: Callback, **data: object) -> Activity:
        return Activity(
            id=self._ids.new_id(),
            at=self._clock.now(),
            type=f"feedscript.{what}",
            job_id=callback.job_id,
            actor=callback.actor,
            data={**data, **told(callback.call)},
        )
