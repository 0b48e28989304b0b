"""A clock set back makes nothing wait longer than its own longest pause. Ids name the kind: part.number."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedscript.domain import (
    Attempt,
    ExpireGrace,
    GenerationStarted,
    JobState,
    RetryDue,
    RetryPolicy,
    decide,
    due,
    pause_is_over,
)
from feedscript.domain.pauses import CLOCK_CORRECTION
from feedscript.testing.fakes import NOON
from tests.unit.domain.histories import existing

PAUSES = st.timedeltas(timedelta(), timedelta(days=30))
STEPS = st.timedeltas(timedelta(days=-400), timedelta(days=400))
GRACE = timedelta(seconds=60)
HOUR = timedelta(hours=1)


@given(pause=PAUSES, longest=PAUSES, step=STEPS)
def test_case_5_2_no_clock_makes_a_pause_longer_than_its_longest(
    pause: timedelta, longest: timedelta, step: timedelta
) -> None:
    until, now = NOON + min(pause, longest), NOON + step
    # However the clock was set, it is enough to wait for the longest pause by the clock as it goes now.
    assert pause_is_over(until, now=now, longest=longest) or pause_is_over(
        until, now=now + longest + CLOCK_CORRECTION, longest=longest
    )
    # And a clock that was not set back cuts no pause short.
    if timedelta() <= step < min(pause, longest):
        assert not pause_is_over(until, now=now, longest=longest)


@given(share=st.floats(0, 1), retries=st.integers(0, 20), step=st.timedeltas(timedelta(), timedelta(days=9)))
def test_case_5_2_an_automatic_retry_waits_for_its_own_backoff_alone(
    share: float, retries: int, step: timedelta
) -> None:
    policy = RetryPolicy(max_retries=100)
    at = NOON + policy.backoff(retries=retries, share=share)
    job = existing(JobState.GENERATION_FAILED, next_retry_at=at)
    made = (replace(job.latest, number=1), *(_automatic(job.latest, n) for n in range(2, retries + 2)))
    job = replace(job, attempts=made)
    longest = policy.backoff(retries=retries, share=1.0)
    now = NOON - step
    expected = at <= now or at - now > longest + CLOCK_CORRECTION
    assert (due(job, now=now, grace=GRACE, policy=policy) == RetryDue()) == expected
    if expected:
        # What is due is taken too: the look-around and the decision agree.
        assert isinstance(decide(job, RetryDue(), now, policy), GenerationStarted)


def _automatic(attempt: Attempt, number: int) -> Attempt:
    return replace(attempt, number=number, retry=True, automatic=True)


@pytest.mark.parametrize(
    ("back", "is_due"),
    [
        pytest.param(HOUR, True, id="5.2-an-hour"),
        pytest.param(timedelta(days=365), True, id="5.2-a-year"),
        pytest.param(timedelta(seconds=32), True, id="5.2-more-than-its-own-longest-pause"),
        pytest.param(timedelta(seconds=1), False, id="5.2-put-right-in-passing"),
        pytest.param(timedelta(), False, id="not-at-all"),
    ],
)
def test_a_retry_due_in_four_seconds(back: timedelta, is_due: bool) -> None:
    job = existing(JobState.GENERATION_FAILED, next_retry_at=NOON + timedelta(seconds=4))
    command = due(job, now=NOON - back, grace=GRACE, policy=RetryPolicy())
    assert command == (RetryDue() if is_due else None)


@pytest.mark.parametrize(
    ("back", "is_due"),
    [
        pytest.param(HOUR, True, id="5.2-an-hour"),
        pytest.param(timedelta(days=365), True, id="5.2-a-year"),
        pytest.param(timedelta(seconds=1), False, id="5.2-put-right-in-passing"),
        pytest.param(timedelta(), False, id="not-at-all"),
    ],
)
def test_the_grace_of_a_callback(back: timedelta, is_due: bool) -> None:
    job = existing(JobState.GENERATING)
    waiting = replace(job, attempts=(replace(job.latest, started_at=NOON, exited_at=NOON),))
    command = due(waiting, now=NOON - back, grace=GRACE, policy=RetryPolicy())
    assert command == (ExpireGrace(attempt=1) if is_due else None)
