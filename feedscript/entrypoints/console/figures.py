"""What a job's results tell in numbers; they are whatever its scripts have reported."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from feedscript.domain import Attempt, Job, Outcome, Phase


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one run: the items of its feed, and those that were left out or have errors; None where nobody has told."""

    items: int | None
    errors: int | None


def figures_of(job: Job) -> Figures:
    """What is known of the job's feed: of its validation, else of its generation."""
    return next(
        (found for each in reversed(job.attempts) if (found := of_attempt(each))), Figures(None, None)
    )


def of_attempt(attempt: Attempt) -> Figures | None:
    """What the attempt has told, if it has told any number."""
    result = attempt.result or {}
    if attempt.phase is Phase.VALIDATION:
        summary = result.get("summary")
        told = summary if isinstance(summary, Mapping) else {}
        found = Figures(_whole(told.get("items_total")), _whole(told.get("items_with_errors")))
    else:
        written = result.get("items_written") if attempt.outcome is Outcome.SUCCESS else None
        found = Figures(_whole(written), _whole(result.get("items_rejected")))
    return None if found == Figures(None, None) else found


def counts_of(result: Mapping[str, Any], *names: str) -> dict[str, int]:
    """The numbers by name that lie in a result, most first; what is no number is left out."""
    found: Any = result
    for name in names:
        found = found.get(name) if isinstance(found, Mapping) else None
    numbers = found.items() if isinstance(found, Mapping) else ()
    counted = {str(name): number for name, value in numbers if (number := _whole(value))}
    return dict(sorted(counted.items(), key=lambda each: -each[1]))


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
