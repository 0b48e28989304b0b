"""The shipped strategies: found by their types, legal, of every kind, and taken by what they are for."""

import json
import tempfile
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from feedscript.codec import activity_from_json, activity_to_json
from feedscript.domain import (
    Activity,
    Attempt,
    AttemptEvent,
    Command,
    Event,
    Failed,
    FeedRequest,
    Job,
    JobState,
    RetryPolicy,
    Succeeded,
    fold,
)
from feedscript.feeds import generate, read_mapping, validate
from feedscript.testing import strategies
from tests.integration.http.conftest import make_api

FEW = settings(max_examples=3, suppress_health_check=list(HealthCheck))


def some_of(strategy: st.SearchStrategy[Any], number: int = 10) -> list[Any]:
    """Some of what the strategy draws."""
    drawn = []

    @settings(max_examples=number, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(strategy)
    def draw(value: Any) -> None:
        drawn.append(value)

    draw()
    return drawn


@given(st.from_type(Job))
def test_jobs_are_found_by_their_type(job: Job) -> None:
    assert [a.number for a in job.attempts] == list(range(1, len(job.attempts) + 1))


@given(st.from_type(FeedRequest), st.from_type(Event))
def test_so_are_requests_and_events(request: FeedRequest, event: Event) -> None:
    assert request.source.startswith("s3://")
    assert event.attempt >= 1


@pytest.mark.parametrize("kind", [Activity, Attempt, RetryPolicy, Command, AttemptEvent, Succeeded, Failed])
def test_so_is_everything_that_a_consumer_handles(kind: Any) -> None:
    assert all(isinstance(each, kind) for each in some_of(st.from_type(kind)))


@pytest.mark.parametrize("kind", [*get_args(Event), *get_args(Command)])
def test_so_is_each_kind_of_event_and_command(kind: type[Any]) -> None:
    assert {type(each) for each in some_of(st.from_type(kind))} == {kind}


@given(strategies.histories())
def test_a_history_folds(history: tuple[Event, ...]) -> None:
    job = fold(history)
    assert job is not None
    assert job.version == len(history)


@given(strategies.results())
def test_a_result_is_json(result: dict[str, object]) -> None:
    assert json.loads(json.dumps(result)) == result


@pytest.mark.parametrize("state", JobState)
def test_the_strategies_reach_every_state(state: JobState) -> None:
    assert {job.state for job in some_of(strategies.jobs(state))} == {state}


def test_jobs_of_every_state_are_among_them() -> None:
    assert {job.state for job in some_of(strategies.jobs(), 200)} == {*JobState}


@given(st.from_type(Activity))
def test_an_activity_is_written_and_read_back(activity: Activity) -> None:
    assert activity_from_json(activity_to_json(activity)) == activity


def test_every_request_is_taken_by_the_api(tmp_path: Path) -> None:
    api = make_api(tmp_path)

    @settings(max_examples=60)
    @given(strategies.requests())
    def ask(request: FeedRequest) -> None:
        body = {
            "affiliate_merchant_id": request.affiliate_merchant_id,
            "source_s3_path": request.source,
            "destination_s3_path": request.destination,
            "partner_id": request.partner_id,
            "callback_url": request.callback_url,
            "country": request.country,
        }
        answer = api.client.post("/api/feed/generate", json=body)
        # What was drawn before may have been another merchant's.
        assert answer.status_code == 202 or answer.json["code"] in (
            "destination_taken",
            "destination_busy",
        ), answer.text

    ask()


@FEW
@given(strategies.feed_files())
def test_a_feed_file_is_valid_for_google(feed: strategies.FeedFile) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / feed.name
        path.write_bytes(feed.content)
        report = validate(path, profile="google")
    assert (report.items_total, report.valid) == (len(feed.products), True), report.issues


@FEW
@given(strategies.exports())
def test_a_mapping_leads_from_its_export_to_the_products(
    drawn: tuple[strategies.FeedFile, dict[str, Any]],
) -> None:
    export, document = drawn
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / export.name).write_bytes(export.content)
        (folder / "mapping.yaml").write_text(yaml.safe_dump(document))
        made = generate(
            folder / export.name, folder / "feed.csv", mapping=read_mapping(folder / "mapping.yaml")
        )
    assert made.items_written == len(export.products)
