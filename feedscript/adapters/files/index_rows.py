"""What the index holds of a job, as the job itself tells it and as the trail's lines of its changes do."""

import json
from dataclasses import dataclass, field

from feedscript.codec import to_rfc3339
from feedscript.domain import (
    TRANSITIONS,
    GenerationStarted,
    Job,
    Stage,
    ValidationStarted,
    activity_type,
)

Row = tuple[str, int, str, str, str | None, str | None, str, str, str | None]
"""A job: its id, version, status, merchant, partner and reference, when it was created, its stage and reason."""

FIRST = 1
"""The version that a job begins with."""
OF_A_JOB = b'"type":"feedscript.job.'
_Move = tuple[int, str | None, str, str | None, str]
STATUS_AFTER = {activity_type(event): state.value for (_, event), state in TRANSITIONS.items()}
STARTS = {activity_type(GenerationStarted), activity_type(ValidationStarted)}


@dataclass(slots=True)
class Changes:
    """What some lines of the trail tell: attempts that were started, and changes without one.

    `moved` holds each change's version, the status, stage and reason after it, and the job's id; without a status
    neither it nor the reason has changed. `untold` are jobs with a change whose line does not tell the stage.
    """

    started: list[Row] = field(default_factory=list)
    moved: list[_Move] = field(default_factory=list)
    untold: set[str] = field(default_factory=set)

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
        return {row[0] for row in self.started if row[1] != FIRST} | {move[-1] for move in self.moved}

    def _read(self, line: bytes) -> None:
        entry = json.loads(line)
        kind, data = entry["type"], entry["data"]
        status = STATUS_AFTER.get(kind)
        job_id, _, version = entry["id"].rpartition("/")
        event = data["event"]
        if kind not in STARTS:
            stage = data.get("stage")
            if stage is None:
                self.untold.add(job_id)
            else:
                self.moved.append((int(version), status, stage, event.get("reason"), job_id))
            return
        request = event["request"]
        self.started.append(
            (
                job_id,
                int(version),
                STATUS_AFTER[kind],
                request["affiliate_merchant_id"],
                request["partner_id"],
                request["reference"],
                event["at"],
                Stage.QUEUED.value,
                None,
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
        to_rfc3339(job.created_at),
        job.stage.value,
        job.latest.reason.value if job.latest.reason else None,
    )
