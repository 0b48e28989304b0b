"""What can be wrong with what is asked of a job; every error carries its facts as attributes."""

from feedscript.domain.artifacts import bucket_of
from feedscript.domain.job import JobState, Stage


class FeedscriptError(Exception):
    """The root of all errors that feedscript raises on purpose."""


class IllegalTransition(FeedscriptError):
    """The event has no row in the state table for the job's state."""

    def __init__(self, job_id: str, state: JobState | None, event: str) -> None:
        self.job_id = job_id
        self.state = state
        self.event = event
        super().__init__(f"job {job_id}: no {event} in state {state.value if state else '(none)'}")


class UnknownAttempt(FeedscriptError):
    """The event tells of an attempt that the job does not have."""

    def __init__(self, job_id: str, attempt: int) -> None:
        self.job_id = job_id
        self.attempt = attempt
        super().__init__(f"job {job_id} has no attempt {attempt}")


class UnknownJob(FeedscriptError):
    """No job has that id."""

    def __init__(self, job_id: str) -> None:
        self.job_id = job_id
        super().__init__(f"no job {job_id}")


class ForbiddenCallback(FeedscriptError):
    """The `callback_url` is none that this service calls."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(f"this service calls no such address: {why}")


class SourceMissing(FeedscriptError):
    """A validation named no source, and the job has no generated feed to take for it."""


class DestinationTaken(FeedscriptError):
    """The destination would be written over something that is still needed, or is somebody else's: `why` tells."""

    def __init__(self, destination: str, why: str) -> None:
        self.destination = destination
        self.why = why
        super().__init__(why)


class DestinationBusy(FeedscriptError):
    """Another job writes to the destination, or is about to: `job_id`, or None where whoever asks may not know it.

    `beside` is what it writes instead where both need that: a report's place, the record of a series of feeds.
    """

    def __init__(
        self, destination: str, job_id: str | None, stage: Stage, *, beside: str | None = None
    ) -> None:
        self.destination = destination
        self.job_id = job_id
        self.stage = stage
        self.beside = beside
        who = f"job {job_id}" if job_id else "another job"
        where = f"{beside}, as {destination} would" if beside else destination
        super().__init__(f"{who} writes to {where} ({stage.value}); wait until it is settled, or cancel it")


class ForbiddenBucket(FeedscriptError):
    """The merchant may not use the bucket that `field` of the request names."""

    def __init__(self, field: str, uri: str) -> None:
        self.field = field
        self.bucket = bucket_of(uri)
        super().__init__(f"the bucket {self.bucket} is none that this merchant may use")


class OutOfReach(FeedscriptError):
    """Whoever asks may have nothing to do with what `field` of the request names."""

    def __init__(self, field: str, name: str | None) -> None:
        self.field = field
        self.name = name
        super().__init__(
            f"this key does not reach {'what no partner is named for' if name is None else name}"
        )


class QueueFull(FeedscriptError):
    """So much waits already that nothing more is taken: `why` tells."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(f"{why}; call again when some are done, or cancel some")


class UnknownPartner(FeedscriptError):
    """Nobody has said what this partner takes; `near` are known partners that may be meant."""

    def __init__(self, partner_id: str, message: str, near: tuple[str, ...] = ()) -> None:
        self.partner_id = partner_id
        self.near = near
        super().__init__(message)


class WrongDestination(FeedscriptError):
    """The destination's name promises a file that the partner does not take; `endings` are those that fit."""

    def __init__(self, destination: str, message: str, endings: tuple[str, ...]) -> None:
        self.destination = destination
        self.endings = endings
        super().__init__(message)


class ForgedToken(FeedscriptError):
    """The callback's token is not one of the job's."""

    def __init__(self, job_id: str) -> None:
        self.job_id = job_id
        super().__init__("the token is not one of this job's attempts")


class NoReport(FeedscriptError):
    """The job has no validation report (yet), or what lies there is none: `why` tells."""

    def __init__(self, job_id: str, why: str = "") -> None:
        self.job_id = job_id
        super().__init__(f"job {job_id} has no validation report{why and f': {why}'}")
