from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedscript.domain import (
    Failed,
    JobState,
    Outcome,
    Phase,
    Reason,
    RecordExit,
    ReportOutcome,
    RetryPolicy,
    decide,
)
from feedscript.testing.fakes import NOON
from tests.unit.domain.histories import existing

SHARES = st.floats(0, 1)
DELAYS = st.timedeltas(timedelta(microseconds=1), timedelta(days=365))


def test_backoff_doubles_up_to_the_cap() -> None:
    policy = RetryPolicy(base=timedelta(seconds=5), cap=timedelta(seconds=60))
    assert [policy.backoff(retries=n, share=1.0).total_seconds() for n in range(6)] == [5, 10, 20, 40, 60, 60]


@given(base=DELAYS, cap=DELAYS, retries=st.integers(0, 10_000), share=SHARES)
def test_backoff_stays_between_nothing_and_the_cap(
    base: timedelta, cap: timedelta, retries: int, share: float
) -> None:
    policy = RetryPolicy(base=base, cap=cap)
    delay = policy.backoff(retries=retries, share=share)
    assert timedelta() <= delay <= cap
    assert delay <= policy.backoff(retries=retries + 1, share=share)
    assert abs(delay - policy.backoff(retries=retries, share=1.0) * share) <= timedelta(microseconds=1)


@given(base=DELAYS, cap=DELAYS)
def test_backoff_does_reach_the_cap(base: timedelta, cap: timedelta) -> None:
    assert RetryPolicy(base=base, cap=cap).backoff(retries=1_000, share=1.0) == cap


def test_without_a_base_nothing_is_waited_for() -> None:
    assert RetryPolicy(base=timedelta()).backoff(retries=40, share=1.0) == timedelta()


@pytest.mark.parametrize("reason", Reason)
def test_only_what_a_repeat_can_mend_is_repeated_by_itself(reason: Reason) -> None:
    policy = RetryPolicy()
    job = existing(JobState.GENERATING)
    at = policy.next_retry_at(job, Phase.GENERATION, reason, now=NOON, share=1.0)
    # What takes too long once does so again, and each time costs the whole time: 5.3.
    mendable = reason in {Reason.LOST, Reason.TRANSIENT}
    assert at == (NOON + timedelta(seconds=30) if mendable else None)


def test_nothing_is_repeated_by_itself_past_the_limit() -> None:
    policy = RetryPolicy(max_retries=0)
    job = existing(JobState.GENERATING)
    assert policy.next_retry_at(job, Phase.GENERATION, Reason.LOST, now=NOON, share=1.0) is None


@pytest.mark.parametrize(
    "command",
    [
        RecordExit(attempt=1, exit_code=75, jitter=0.5),
        RecordExit(attempt=1, reason=Reason.LOST, jitter=0.5),
        ReportOutcome(phase=Phase.GENERATION, outcome=Outcome.FAILED, reason=Reason.TRANSIENT, jitter=0.5),
    ],
)
def test_the_failure_says_when_it_is_repeated(command: RecordExit | ReportOutcome) -> None:
    policy = RetryPolicy(base=timedelta(seconds=8))
    event = decide(existing(JobState.GENERATING), command, NOON, policy)
    assert isinstance(event, Failed)
    assert event.next_retry_at == NOON + timedelta(seconds=4)


@pytest.mark.parametrize("name", ["max_retries", "max_manual_retries"])
def test_a_limit_below_none_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=f"{name} is -1"):
        RetryPolicy(**{name: -1})
