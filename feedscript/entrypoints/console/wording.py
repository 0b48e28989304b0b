"""How the console writes times, durations and states; figures are written as in reports."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from feedscript.domain import Job, JobState, Stage

MINUTE, HOUR, DAY = 60, 3600, 86400
TONES = {
    JobState.GENERATING: "info",
    JobState.GENERATED: "ok",
    JobState.GENERATION_FAILED: "error",
    JobState.VALIDATING: "info",
    JobState.VALIDATED: "ok",
    JobState.VALIDATION_FAILED: "error",
}
SPARK_WIDTH, SPARK_HEIGHT, SPARK_EDGE = 96, 24, 3


def moment(time: datetime | None) -> str:
    """A time to the second, in UTC.

    >>> from datetime import UTC
    >>> moment(datetime(2026, 8, 1, 7, 30, 12, tzinfo=UTC))
    '2026-08-01 07:30:12'
    """
    return f"{time:%Y-%m-%d %H:%M:%S}" if time else ""


def duration(length: timedelta | float | None) -> str:
    """A length of time in the two units that matter.

    >>> [duration(seconds) for seconds in (0.3, 75, 7500, 266400)]
    ['0.3 s', '1 min 15 s', '2 h 5 min', '3 d 2 h']
    """
    if length is None:
        return ""
    seconds = max(0.0, length.total_seconds() if isinstance(length, timedelta) else length)
    if seconds < MINUTE:
        return f"{seconds:.1f} s".replace(".0 s", " s")
    whole = int(seconds)
    for unit, name, smaller, its in (
        (DAY, "d", HOUR, "h"),
        (HOUR, "h", MINUTE, "min"),
        (MINUTE, "min", 1, "s"),
    ):
        if whole >= unit:
            rest = whole % unit // smaller
            return f"{whole // unit} {name}" + (f" {rest} {its}" if rest else "")
    return f"{whole} s"


def plain(name: str) -> str:
    """A name of the API as words: `generation_failed` is `generation failed`."""
    return name.replace("_", " ")


def tone(job: Job) -> str:
    """How a job's state looks: `ok`, `error`, `info` while something is under way, `warning` before a retry."""
    return "warning" if job.next_retry_at is not None else TONES[job.state]


def stage(job: Job) -> str:
    """What a job waits for; empty where nothing more happens."""
    if job.stage is Stage.SETTLED:
        return ""
    if job.next_retry_at is not None:
        return f"retry at {moment(job.next_retry_at)}"
    return plain(job.stage.value)


def spark(values: Sequence[int]) -> str:
    """The points of a line through values, oldest first, for an SVG of `SPARK_WIDTH` by `SPARK_HEIGHT`.

    >>> spark([0, 10])
    '3.0,21.0 93.0,3.0'
    """
    highest, lowest = max(values), min(*values, 0)
    across = (SPARK_WIDTH - 2 * SPARK_EDGE) / max(len(values) - 1, 1)
    up = (SPARK_HEIGHT - 2 * SPARK_EDGE) / max(highest - lowest, 1)
    return " ".join(
        f"{SPARK_EDGE + n * across:.1f},{SPARK_HEIGHT - SPARK_EDGE - (value - lowest) * up:.1f}"
        for n, value in enumerate(values)
    )
