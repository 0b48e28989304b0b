"""What the log says of each entry: a line, at the level of somebody's concern, with the facts beside."""

import logging
from dataclasses import replace
from datetime import timedelta
from typing import get_args

import pytest

from feedscript.adapters.observing import ChangeLog, Observers
from feedscript.domain import (
    Activity,
    Event,
    Fact,
    FeedRequest,
    GenerationFailed,
    GenerationStarted,
    GenerationSucceeded,
    Job,
    JobState,
    Reason,
    ScriptExited,
    ScriptStarted,
    ValidationRevoked,
    evolve,
    record_of,
)
from feedscript.ports import Observer
from feedscript.testing.fakes import NOON
from tests.unit.domain.histories import BODY, JOB, event_of, existing

AGAIN = NOON + timedelta(minutes=3)


def logged(
    caplog: pytest.LogCaptureFixture, activity: Activity, job: Job | None = None
) -> list[logging.LogRecord]:
    caplog.clear()
    with caplog.at_level(logging.DEBUG, "feedscript.jobs"):
        ChangeLog().entered(activity, job)
    return caplog.records


def change(event: Event, before: Job | None, **entered: object) -> tuple[Activity, Job]:
    job = evolve(before, event)
    return record_of(event, job.version, actor="key:ci/1", **entered), job


@pytest.mark.parametrize(
    ("event", "state", "level", "said"),
    [
        (
            event_of(GenerationStarted, 1),
            None,
            "INFO",
            "generation 1 is accepted: merchant m1, partner (none named), ",
        ),
        (event_of(ScriptStarted, 1, 1), JobState.GENERATING, "INFO", "the script of generation 1 runs"),
        (
            event_of(GenerationSucceeded, 1, 2, result={"headline": "2 of\n2 items"}),
            JobState.GENERATING,
            "INFO",
            "generation 1 succeeded: 2 of 2 items (by",
        ),
        (
            event_of(GenerationSucceeded, 1, 2, result=None),
            JobState.GENERATING,
            "INFO",
            "generation 1 succeeded (by",
        ),
        (
            event_of(GenerationFailed, 1, 2, reason=Reason.TIMEOUT, error="too long " * 100),
            JobState.GENERATING,
            "WARNING",
            "generation 1 failed, timeout: too long too long",
        ),
        (
            event_of(GenerationFailed, 1, 2, reason=Reason.TRANSIENT, error="away", next_retry_at=AGAIN),
            JobState.GENERATING,
            "WARNING",
            "generation 1 failed, transient: away; again at 12:03:00 UTC",
        ),
        (event_of(ScriptExited, 1, 3, exit_code=0), JobState.GENERATED, "INFO", "is gone, exit code 0"),
        (
            event_of(ScriptExited, 1, 3, exit_code=None, warning="it went on"),
            JobState.GENERATED,
            "WARNING",
            "is gone, nobody saw how; it went on",
        ),
        (
            event_of(ValidationRevoked, 2, 9, error="refused"),
            JobState.VALIDATED,
            "WARNING",
            "validation 2 is taken back, script_error: refused",
        ),
    ],
)
def test_a_change_is_a_line(
    caplog: pytest.LogCaptureFixture, event: Event, state: JobState | None, level: str, said: str
) -> None:
    (record,) = logged(caplog, *change(event, existing(state) if state else None))
    text = record.getMessage()
    assert (record.levelname, text.startswith(f"job {JOB}: ")) == (level, True)
    assert said in text
    assert "\n" not in text
    assert len(text) < 600


@pytest.mark.parametrize("kind", [*get_args(Fact)])
def test_whatever_happens_has_a_line(caplog: pytest.LogCaptureFixture, kind: type[Event]) -> None:
    assert len(logged(caplog, *change(event_of(kind, 1, 5), existing(JobState.GENERATION_FAILED)))) == 1


def test_the_facts_are_fields(caplog: pytest.LogCaptureFixture) -> None:
    asked = replace(BODY, partner_id="google")
    started = event_of(GenerationStarted, 1, request=asked)
    (record,) = logged(caplog, *change(started, None, call={"id": "r1"}))
    told = {name: value for name, value in vars(record).items() if name in FACTS}
    assert told == {
        "job_id": JOB,
        "event": "feedscript.job.generation_started",
        "attempt": 1,
        "phase": "feed_generation",
        "state": "generating",
        "affiliate_merchant_id": "m1",
        "partner_id": "google",
        "reference": "7",
        "actor": "key:ci/1",
        "request_id": "r1",
    }


FACTS = {
    *("job_id", "event", "attempt", "phase", "state", "reason", "affiliate_merchant_id", "partner_id"),
    *("reference", "actor", "request_id"),
}


@pytest.mark.parametrize(
    ("kind", "data", "level"),
    [
        ("callback.received", {"applied": True}, None),
        ("callback.received", {"applied": False, "outcome": "success", "reason": "late"}, "INFO"),
        ("callback.forged", {}, "WARNING"),
        ("notification.sent", {"delivered": True}, "DEBUG"),
        ("notification.sent", {"delivered": False, "given_up": False}, "INFO"),
        ("notification.sent", {"delivered": False, "given_up": True}, "WARNING"),
        ("api.call", {"status": 200}, None),
    ],
)
def test_what_is_no_change_is_said_where_somebody_may_care(
    caplog: pytest.LogCaptureFixture, kind: str, data: dict[str, object], level: str | None
) -> None:
    activity = Activity(id="a1", at=NOON, type=f"feedscript.{kind}", job_id=JOB, data=data)
    assert [record.levelname for record in logged(caplog, activity)] == ([level] if level else [])


class Clumsy(Observer):
    def entered(self, activity: Activity, job: Job | None = None) -> None:
        raise ZeroDivisionError


class Noting(Observer):
    def __init__(self) -> None:
        self.noted: list[str] = []

    def entered(self, activity: Activity, job: Job | None = None) -> None:
        self.noted.append(activity.id)


def test_one_observers_mistake_is_its_own(caplog: pytest.LogCaptureFixture) -> None:
    noting = Noting()
    Observers(Clumsy(), noting).entered(Activity(id="a1", at=NOON, type="feedscript.api.call"))
    assert noting.noted == ["a1"]
    assert "could not be observed" in caplog.text


def test_whoever_is_turned_away_for_a_full_queue_is_told_of(caplog: pytest.LogCaptureFixture) -> None:
    def entered(code: str, **asked: str) -> list[logging.LogRecord]:
        data = {"status": 429, "response": {"code": code}, "request": asked}
        return logged(
            caplog, Activity(id="a1", at=NOON, type="feedscript.api.call", actor="key:ci/1", data=data)
        )

    (record,) = entered("queue_full", affiliate_merchant_id="m1")
    assert record.levelname == "WARNING"
    assert "a job for merchant m1 is turned away, queue_full" in record.getMessage()
    (record,) = entered("queue_full")
    assert record.getMessage().startswith("a job is turned away")
    assert not entered("too_many_calls", affiliate_merchant_id="m1")


def test_a_partner_that_nobody_named_is_said_so(caplog: pytest.LogCaptureFixture) -> None:
    asked = FeedRequest(
        affiliate_merchant_id="m\n1", source="s3://b/in", destination="s3://b/out", partner_id="p"
    )
    (record,) = logged(caplog, *change(event_of(GenerationStarted, 1, request=asked), None))
    assert "partner p" in record.getMessage()
