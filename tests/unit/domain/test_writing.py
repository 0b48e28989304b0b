"""Who may still write to a place: a job, as long as anything of it may come by itself."""

from dataclasses import replace
from datetime import timedelta

import pytest

from feedscript.domain import (
    Event,
    GenerationFailed,
    GenerationStarted,
    GenerationSucceeded,
    JobState,
    Phase,
    RetryCalledOff,
    ScriptExited,
    ScriptStarted,
    ValidationStarted,
    evolve,
    holds,
    place_of,
    places_written,
)
from feedscript.testing.fakes import NOON
from tests.unit.domain.histories import BODY, event_of, existing

HERE, ELSEWHERE = place_of(BODY.destination), place_of("s3://b/other.csv")
LATER = {"next_retry_at": NOON + timedelta(hours=1)}
Story = list[tuple[type[Event], int, dict[str, object]]]
STORIES: list[tuple[bool, Story]] = [
    (True, []),
    (True, [(ScriptStarted, 1, {})]),
    (True, [(ScriptExited, 1, {})]),
    (False, [(GenerationFailed, 1, {})]),
    (False, [(ScriptStarted, 1, {}), (GenerationSucceeded, 1, {"exited": True})]),
    (True, [(ScriptStarted, 1, {}), (GenerationSucceeded, 1, {})]),
    (True, [(GenerationFailed, 1, LATER)]),
    (False, [(GenerationFailed, 1, LATER), (RetryCalledOff, 1, {})]),
    (True, [(GenerationFailed, 1, {}), (GenerationStarted, 2, {})]),
    (True, [(ScriptStarted, 1, {}), (GenerationSucceeded, 1, {}), (ValidationStarted, 2, {})]),
]


@pytest.mark.parametrize(("written", "story"), STORIES)
def test_a_job_holds_its_place_while_anything_of_it_may_come(written: bool, story: Story) -> None:
    job = existing(JobState.GENERATING)
    for minute, (kind, attempt, facts) in enumerate(story, start=1):
        job = evolve(job, event_of(kind, attempt, minute, **facts))
    assert holds(job, HERE) is written
    assert not holds(job, ELSEWHERE)


def test_a_place_is_held_by_whatever_case_it_is_written_in() -> None:
    assert places_written(Phase.GENERATION, BODY) == (HERE,)
    assert place_of(BODY.destination.upper().replace("S3://", "s3://")) == HERE


def test_feeds_of_one_series_are_written_one_after_the_other() -> None:
    days = [replace(BODY, destination=f"s3://b/feed-2026-11-{day}.csv") for day in (27, 28)]
    first, second = ({*places_written(Phase.GENERATION, day)} for day in days)
    assert first & second == {place_of("s3://b/feed-YYYY-MM-DD.csv")}
    begun = evolve(None, event_of(GenerationStarted, 1, request=days[0]))
    assert all(holds(begun, place) for place in first)
    assert not all(holds(begun, place) for place in second)
    first, second = ({*places_written(Phase.VALIDATION, day)} for day in days)
    assert not first & second
