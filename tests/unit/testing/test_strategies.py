import json

from hypothesis import given, settings
from hypothesis import strategies as st

from feedscript.domain import Event, FeedRequest, Job, fold
from feedscript.testing import strategies


@given(st.from_type(Job))
def test_jobs_are_found_by_their_type(job: Job) -> None:
    assert [a.number for a in job.attempts] == list(range(1, len(job.attempts) + 1))


@given(st.from_type(FeedRequest), st.from_type(Event))
def test_so_are_requests_and_events(request: FeedRequest, event: Event) -> None:
    assert request.source.startswith("s3://")
    assert event.attempt >= 1


@given(strategies.histories())
def test_a_history_folds(history: tuple[Event, ...]) -> None:
    job = fold(history)
    assert job is not None
    assert job.version == len(history)


@given(strategies.results())
def test_a_result_is_json(result: dict[str, object]) -> None:
    assert json.loads(json.dumps(result)) == result


def test_the_strategies_reach_every_state() -> None:
    seen = set()

    @settings(max_examples=300, derandomize=True, database=None)
    @given(strategies.jobs())
    def look(job: Job) -> None:
        seen.add(job.state)

    look()
    assert len(seen) == 6
