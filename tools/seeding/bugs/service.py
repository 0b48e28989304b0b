"""The bugs of the service."""

from tools.seeding.bug import of as _of

BUGS = (
    *_of(
        "service",
        "service/job_service.py",
        (
            "cancel does not end the script",
            "self._executor.cancel(job_id, answer.job.latest.number)",
            "pass",
        ),
        (
            "a refused callback leaves no trace",
            "self._trail.enter(self._trail.received(callback, report, answer.refusal))",
            "pass",
        ),
        (
            "an applied callback leaves no trace",
            "beside=[self._trail.received(callback, report, None)]",
            "beside=[]",
        ),
        (
            "a forged callback is taken",
            "if attempt is None:\n                self._trail.enter(",
            "if attempt == 0:\n                self._trail.enter(",
        ),
    ),
    *_of(
        "service",
        "service/changes.py",
        (
            "an outcome is told twice",
            'id=f"{job.id}/{job.latest.number}/{job.state.value}"',
            'id=__import__("uuid").uuid4().hex',
        ),
        (
            "an outcome after a retry is never told",
            'id=f"{job.id}/{job.latest.number}/{job.state.value}"',
            'id=f"{job.id}"',
        ),
        (
            "an outcome is told while a retry is due",
            "if ended and job.next_retry_at is None:",
            "if ended:",
        ),
        (
            "the service tells itself",
            "if url is None or self._own_callbacks(url):\n            return\n        self._notifier.notify(",
            "if url is None:\n            return\n        self._notifier.notify(",
        ),
        (
            "a cancelled script is wanted",
            "wanted=attempt.reason is not Reason.CANCELLED",
            "wanted=True",
        ),
        (
            "a start is submitted to nobody",
            "self._executor.submit(self.run(job.id, job.latest))",
            "pass",
        ),
    ),
    *_of(
        "service",
        "service/attempts.py",
        (
            "a retry begins while the cancelled script still runs",
            "if any(earlier.at_work for earlier in job.attempts[: attempt - 1]):",
            "if attempt < 1:",
        ),
        (
            "a job that a crash left half settled is never settled",
            "elif job.settled and pause_is_over(",
            "elif not job.attempts and pause_is_over(",
        ),
        (
            "scripts that are to end are in no backlog",
            "if attempt.at_work or (attempt.open",
            "if (attempt.open",
        ),
    ),
    *_of(
        "service",
        "service/admission.py",
        (
            "what the caller is to know is dropped",
            "yield replace(event, warnings=warnings, caller=actor)",
            "yield event",
        ),
    ),
)
