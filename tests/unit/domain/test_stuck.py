"""Which jobs somebody should look at: to the second from which on they are stuck."""

from datetime import datetime, timedelta

import pytest

from feedscript.domain import (
    Event,
    GenerationFailed,
    JobState,
    ScriptExited,
    ScriptStarted,
    evolve,
    stuck_since,
)
from feedscript.testing.fakes import NOON
from tests.unit.domain.histories import event_of, existing

SECOND, GRACE, PATIENCE = timedelta(seconds=1), timedelta(seconds=30), timedelta(minutes=10)
MINUTE = timedelta(minutes=1)
DUE = NOON + timedelta(hours=1)


@pytest.mark.parametrize(
    ("story", "heard", "since", "allowed"),
    [
        ([(ScriptStarted, {})], None, NOON + MINUTE, PATIENCE),
        ([(ScriptStarted, {})], NOON + 5 * MINUTE, NOON + 5 * MINUTE, PATIENCE),
        ([(ScriptStarted, {}), (ScriptExited, {})], None, NOON + 2 * MINUTE, GRACE + MINUTE),
        ([(GenerationFailed, {"next_retry_at": DUE})], None, DUE, MINUTE),
    ],
)
def test_a_job_is_stuck_when_what_should_have_come_has_not(
    story: list[tuple[type[Event], dict[str, object]]],
    heard: datetime | None,
    since: datetime,
    allowed: timedelta,
) -> None:
    job = existing(JobState.GENERATING)
    for minute, (kind, facts) in enumerate(story, start=1):
        job = evolve(job, event_of(kind, 1, minute, **facts))
    for now, told in ((since + allowed, None), (since + allowed + SECOND, since)):
        assert stuck_since(job, heard_at=heard, now=now, grace=GRACE, patience=PATIENCE) == told


@pytest.mark.parametrize("state", [JobState.GENERATING, JobState.GENERATED, JobState.GENERATION_FAILED])
def test_what_waits_for_its_turn_or_for_nothing_is_not_stuck(state: JobState) -> None:
    later = NOON + timedelta(days=30)
    assert stuck_since(existing(state), heard_at=None, now=later, grace=GRACE, patience=PATIENCE) is None
