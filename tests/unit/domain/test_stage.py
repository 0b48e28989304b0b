"""What a job waits for: told by its attempts alone, and settled exactly where nothing more comes by itself."""

from datetime import timedelta

import pytest
from hypothesis import given

from feedscript.domain import (
    Event,
    GenerationFailed,
    GenerationStarted,
    GenerationSucceeded,
    Job,
    JobState,
    RetryCalledOff,
    ScriptExited,
    ScriptStarted,
    Stage,
    ValidationStarted,
    evolve,
)
from feedscript.testing.fakes import NOON
from feedscript.testing.strategies import jobs
from tests.unit.domain.histories import event_of, existing

LATER = NOON + timedelta(hours=1)
STORIES: list[tuple[Stage, list[tuple[type[Event], int, dict[str, object]]]]] = [
    (Stage.QUEUED, []),
    (Stage.RUNNING, [(ScriptStarted, 1, {})]),
    (Stage.WAITING_FOR_CALLBACK, [(ScriptStarted, 1, {}), (ScriptExited, 1, {})]),
    (Stage.WAITING_FOR_CALLBACK, [(ScriptExited, 1, {})]),
    (Stage.SETTLED, [(GenerationFailed, 1, {})]),
    (Stage.RUNNING, [(ScriptStarted, 1, {}), (GenerationSucceeded, 1, {})]),
    (Stage.SETTLED, [(ScriptStarted, 1, {}), (GenerationSucceeded, 1, {"exited": True})]),
    (Stage.RETRY_DUE, [(GenerationFailed, 1, {"next_retry_at": LATER})]),
    (Stage.RETRY_DUE, [(ScriptStarted, 1, {}), (GenerationFailed, 1, {"next_retry_at": LATER})]),
    (Stage.SETTLED, [(GenerationFailed, 1, {"next_retry_at": LATER}), (RetryCalledOff, 1, {})]),
    (Stage.QUEUED, [(ScriptStarted, 1, {}), (GenerationSucceeded, 1, {}), (ValidationStarted, 2, {})]),
    (Stage.QUEUED, [(ScriptStarted, 1, {}), (GenerationFailed, 1, {}), (GenerationStarted, 2, {})]),
]


@pytest.mark.parametrize(("stage", "story"), STORIES)
def test_a_job_waits_for_what_comes_next(
    stage: Stage, story: list[tuple[type[Event], int, dict[str, object]]]
) -> None:
    job: Job = existing(JobState.GENERATING)
    for minute, (kind, attempt, facts) in enumerate(story, start=1):
        job = evolve(job, event_of(kind, attempt, minute, **facts))
    assert job.stage is stage
    assert job.settled == (stage is Stage.SETTLED)


@given(jobs())
def test_what_is_settled_has_nothing_open_due_or_at_work(job: Job) -> None:
    due = job.next_retry_at is not None or job.following is not None
    rests = not job.latest.open and not due and not any(a.at_work for a in job.attempts)
    assert (job.stage is Stage.SETTLED) == rests


def test_every_stage_is_reached() -> None:
    assert {stage for stage, _ in STORIES} == {*Stage}
