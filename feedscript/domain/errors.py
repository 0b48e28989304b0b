"""What can be wrong with what is asked of a job; every error carries its facts as attributes."""

from feedscript.domain.job import JobState


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
