"""What is counted of each entry, and what is not believed."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
from prometheus_client.parser import text_string_to_metric_families

from feedscript.adapters.observing import Metrics
from feedscript.domain import (
    Activity,
    Event,
    GenerationFailed,
    GenerationStarted,
    GenerationSucceeded,
    Job,
    Reason,
    ScriptStarted,
    evolve,
    record_of,
)
from feedscript.testing.fakes import NOON
from tests.unit.domain.histories import BODY, JOB, event_of

Sample = tuple[str, tuple[tuple[str, str], ...]]


def figures(metrics: Metrics) -> Mapping[Sample, float]:
    families = text_string_to_metric_families(metrics.text(()).decode())
    return {
        (sample.name.removeprefix("feedscript_"), tuple(sorted(sample.labels.items()))): sample.value
        for family in families
        for sample in family.samples
    }


def figure(metrics: Metrics, name: str, **labels: str) -> float:
    return figures(metrics).get((name, tuple(sorted(labels.items()))), 0.0)


def observe(metrics: Metrics, *events: Event) -> None:
    job: Job | None = None
    for event in events:
        job = evolve(job, event)
        metrics.entered(record_of(event, job.version), job)


def started(partner: str | None = "google", **facts: object) -> Event:
    return event_of(GenerationStarted, 1, request=replace(BODY, partner_id=partner), **facts)


def test_an_attempt_is_counted_and_timed_on_its_way() -> None:
    metrics = Metrics()
    result = {"items_read": 10, "items_written": 9, "items_rejected": 1, "bytes_read": 1000}
    observe(
        metrics, started(), event_of(ScriptStarted, 1, 2), event_of(GenerationSucceeded, 1, 5, result=result)
    )
    generation = {"phase": "feed_generation"}
    google = generation | {"partner": "google"}
    assert figure(metrics, "attempts_accepted_total", **google, how="asked") == 1
    assert figure(metrics, "attempts_ended_total", **google, outcome="success", reason="") == 1
    assert figure(metrics, "attempt_wait_seconds_sum", **generation) == 120
    assert figure(metrics, "attempt_run_seconds_sum", **generation) == 180
    items = {
        what: figure(metrics, "items_total", partner="google", what=what)
        for what in ("read", "written", "rejected")
    }
    assert items == {"read": 10, "written": 9, "rejected": 1}
    assert figure(metrics, "feed_bytes_total", partner="google") == 1000
    assert figure(metrics, "trail_entries_total", area="job") == 3


def test_a_failure_has_its_reason_and_a_report_its_findings() -> None:
    metrics = Metrics()
    summary = {"items_total": 7, "issues": {"error": 3, "warning": 2, "info": 5}}
    failed = event_of(
        GenerationFailed, 1, 5, reason=Reason.INVALID_FEED, error="bad", result={"summary": summary}
    )
    observe(metrics, started(), failed)
    labels = {"phase": "feed_generation", "partner": "google", "outcome": "failed", "reason": "invalid_feed"}
    assert figure(metrics, "attempts_ended_total", **labels) == 1
    assert figure(metrics, "items_total", partner="google", what="checked") == 7
    found = {
        each: figure(metrics, "findings_total", partner="google", severity=each)
        for each in ("error", "warning", "info")
    }
    assert found == {"error": 3, "warning": 2, "info": 0}


@pytest.mark.parametrize(
    "said",
    [
        {"items_read": "10"},
        {"items_read": -1},
        {"items_read": True},
        {"items_read": 2**60},
        {"items_read": 1.5},
        {"items_read": None},
        {"summary": "none"},
        {"summary": {"items_total": [], "issues": 3}},
        {"summary": {"issues": {"error": "many", "made up by a script": 1}}},
    ],
)
def test_what_a_script_says_is_not_believed_further_than_it_is_a_number(said: dict[str, object]) -> None:
    metrics = Metrics()
    observe(metrics, started(), event_of(GenerationSucceeded, 1, 5, result=said))
    counted = {name for name, _ in figures(metrics)}
    assert not counted & {"items_total", "findings_total", "feed_bytes_total"}


def test_who_makes_up_partners_makes_up_no_more_than_so_many_series() -> None:
    metrics = Metrics()
    for number in range(300):
        observe(metrics, started(f"p{number}"))
    observe(metrics, started("p1"), event_of(GenerationSucceeded, 1, 5))
    series = [labels for name, labels in figures(metrics) if name == "attempts_accepted_total"]
    assert len(series) == 201
    assert (
        figure(metrics, "attempts_accepted_total", phase="feed_generation", partner="(other)", how="asked")
        == 100
    )
    assert figure(metrics, "attempts_accepted_total", phase="feed_generation", partner="p1", how="asked") == 2


@pytest.mark.parametrize(
    ("kind", "data", "name", "result"),
    [
        ("callback.received", {"applied": True}, "callbacks_total", "applied"),
        ("callback.received", {"applied": False, "reason": "late"}, "callbacks_total", "late"),
        ("callback.forged", {}, "callbacks_total", "forged"),
        ("notification.sent", {"delivered": True}, "webhook_tries_total", "delivered"),
        ("notification.sent", {"delivered": False, "given_up": True}, "webhook_tries_total", "given_up"),
        ("notification.sent", {"delivered": False, "given_up": False}, "webhook_tries_total", "failed"),
    ],
)
def test_what_comes_in_and_goes_out_is_counted(
    kind: str, data: dict[str, object], name: str, result: str
) -> None:
    metrics = Metrics()
    metrics.entered(Activity(id="a", at=NOON, type=f"feedscript.{kind}", job_id=JOB, data=data))
    assert figure(metrics, name, result=result) == 1


def test_a_clock_that_was_set_back_makes_no_negative_time() -> None:
    metrics = Metrics()
    observe(metrics, started(), event_of(ScriptStarted, 1, -5))
    assert figure(metrics, "attempt_wait_seconds_sum", phase="feed_generation") == 0
