"""What callers send, and what they are answered."""

from collections.abc import Mapping
from dataclasses import dataclass

from feedscript.domain import Job, Reach, Refusal, ReportOutcome

EVERYTHING = Reach()

Call = Mapping[str, object]
"""What the trail tells of a call beside what it has changed: which one it was, from where, how it was answered."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a command: the job as it is now, and why nothing changed, if nothing did."""

    job: Job
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Callback:
    """A report of an outcome, as it came in; `token` is the attempt's secret, where one was sent."""

    job_id: str
    report: ReportOutcome
    token: str | None = None
    actor: str = "callback"
    call: Call | None = None


def told(call: Call | None) -> dict[str, Call]:
    """The call as the data of an activity has it."""
    return {} if call is None else {"call": call}
