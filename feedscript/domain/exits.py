"""What a script's exit means where no callback has told the outcome (exit codes: BSD sysexits.h)."""

from dataclasses import dataclass

from feedscript.domain.commands import RecordExit
from feedscript.domain.job import Outcome, Reason

EX_DATAERR = 65
"""The feed itself is wrong."""
EX_TEMPFAIL = 75
"""Something passing went wrong; a repeat may mend it."""
EX_CONFIG = 78
"""The configuration asks for what cannot be done."""

_REASONS = {
    EX_DATAERR: Reason.INVALID_FEED,
    EX_TEMPFAIL: Reason.TRANSIENT,
    EX_CONFIG: Reason.BAD_CONFIG,
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome that an exit stands for; None while a callback may still come."""

    outcome: Outcome | None
    reason: Reason = Reason.SCRIPT_ERROR
    error: str = ""


def judge_exit(exit_: RecordExit) -> Verdict:
    """Read the exit of a script whose attempt is still open.

    >>> judge_exit(RecordExit(attempt=1, exit_code=75)).reason
    <Reason.TRANSIENT: 'transient'>
    """
    if exit_.reason is not None:
        return Verdict(Outcome.FAILED, exit_.reason, exit_.error or exit_.reason.value)
    if exit_.exit_code == 0:
        return Verdict(Outcome.SUCCESS if exit_.result is not None else None)
    reason = _REASONS.get(exit_.exit_code or 0, Reason.SCRIPT_ERROR)
    return Verdict(Outcome.FAILED, reason, exit_.error or f"the script exited with {exit_.exit_code}")
