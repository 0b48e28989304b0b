"""What the index holds of a job, as the job itself tells it and as the trail's lines of its changes do."""

import json
from dataclasses import dataclass, field

from feedscript.codec import to_rfc3339
from feedscript.domain import (
    TRANSITIONS,
    GenerationStarted,
    Job,
    Phase,
    ValidationStarted,
    activity_type,
)

Row = tuple[str, int, str, str, str | None, str | None, str, str]
"""A job: its id, version, status, merchant, partner, reference and phase, and when it was created."""

FIRST = 1
"""The version that a job begins with."""
OF_A_JOB = b'"type":"feedscript.job.'
STATUS_AFTER = {activity_type(event): state.value for (_, event), state in TRANSITIONS.items()}
STARTS = {
    activity_type(GenerationStarted): Phase.GENERATION.value,
    activity_type(ValidationStarted): Phase.VALIDATION.value,
}


@dataclass(slots=True)
class Changes:
    """What some lines of the trail tell: attempts that were started, and changes of status without one.

    `moved` holds each change's version and status, and the job's id.
    """

    started: list[Row] = field(default_factory=list)
    moved: list[tuple[int, str, str]] = field(default_factory=list)

    def read(self, lines: bytes) -> None:
        """Take in whole lines; raises `ValueError` for one that tells of a job and cannot be understood."""
        for line in lines.split(b"\n"):
            if OF_A_JOB in line:
                try:
                    self._read(line)
                except (LookupError, TypeError, AttributeError) as error:
                    raise ValueError(f"no entry: {type(error).__name__}: {error}") from error

    def later(self) -> set[str]:
        """The jobs that are told of by more than their beginning."""
        return {row[0] for row in self.started if row[1] != FIRST} | {job_id for _, _, job_id in self.moved}

    def _read(self, line: bytes) -> None:
        entry = json.loads(line)
        kind = entry["type"]
        status = STATUS_AFTER.get(kind)
        if status is None:
            return  # a fact about an attempt, which leaves the status alone
        job_id, _, version = entry["id"].rpartition("/")
        if kind not in STARTS:
            self.moved.append((int(version), status, job_id))
            return
        event = entry["data"]["event"]
        request = event["request"]
        self.started.append(
            (
                job_id,
                int(version),
                status,
                request["affiliate_merchant_id"],
                request["partner_id"],
                request["reference"],
                STARTS[kind],
                event["at"],
            )
        )


def row_of(job: Job) -> Row:
    """The row that the job's file gives."""
    return (
        job.id,
        job.version,
        job.state.value,
        job.affiliate_merchant_id,
        job.latest.request.partner_id,
        job.reference,
        job.latest.phase.value,
        to_rfc3339(job.created_at),
    )
