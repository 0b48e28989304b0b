"""`?wait=`: an answer when something has changed, which holds up neither others nor the end of the service."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from feedscript.entrypoints.http.waiting import Waiting
from tests.integration.http.conftest import Api, make_api
from tests.integration.live_server import poll

SOON = 10.0


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(4) as pool:
        yield pool


def waiting_of(api: Api) -> Waiting:
    waiting: Waiting = api.client.application.extensions["feedscript.waiting"]
    return waiting


def asked(api: Api, pool: ThreadPoolExecutor, job_id: str) -> Future[Any]:
    """A caller who waits for a minute; returns once that is so."""
    before = waiting_of(api).count
    client = api.client.application.test_client()
    call = pool.submit(lambda: client.get(f"/api/feed/status/{job_id}?wait=60").json)
    poll(lambda: waiting_of(api).count > before)
    return call


@pytest.mark.parametrize("wait", ["-1", "61", "x", "1.5"])
def test_nobody_waits_longer_than_a_minute(api: Api, wait: str) -> None:
    assert api.client.get(f"/api/feed/status/x?wait={wait}").status_code == 422


def test_a_change_is_answered_when_it_comes(api: Api, pool: ThreadPoolExecutor) -> None:
    job_id = api.generate().json["job_id"]
    steps: list[tuple[Callable[[], object], tuple[str, str]]] = [
        (lambda: api.executor.begin(job_id, 1), ("generating", "running")),
        (lambda: api.executor.end(job_id, 1, exit_code=0), ("generating", "waiting_for_callback")),
        (lambda: api.client.post(f"/api/feed/cancel/{job_id}"), ("generation_failed", "settled")),
    ]
    for step, told in steps:
        call = asked(api, pool, job_id)
        step()
        found = call.result(SOON)
        assert (found["status"], found["stage"]) == told
    assert waiting_of(api).count == 0


def test_nothing_is_waited_for_where_nothing_comes_by_itself(api: Api) -> None:
    job_id = api.generated()
    begun = time.monotonic()
    assert api.client.get(f"/api/feed/status/{job_id}?wait=60").json["status"] == "generated"
    assert time.monotonic() - begun < SOON


def test_who_waits_in_vain_is_answered_all_the_same(api: Api) -> None:
    job_id = api.generate().json["job_id"]
    begun = time.monotonic()
    assert api.client.get(f"/api/feed/status/{job_id}?wait=1").json["stage"] == "queued"
    assert time.monotonic() - begun >= 1


def test_half_of_the_threads_are_left_to_others_and_an_end_is_not_held_up(
    tmp_path: Path, pool: ThreadPoolExecutor
) -> None:
    api = make_api(tmp_path, threads=4)
    job_id = api.generate().json["job_id"]
    calls = [asked(api, pool, job_id) for _ in range(2)]
    begun = time.monotonic()
    assert api.client.get(f"/api/feed/status/{job_id}?wait=60").json["stage"] == "queued"
    assert time.monotonic() - begun < SOON, "a third one is answered at once"
    assert not any(call.done() for call in calls)
    api.client.application.extensions["feedscript.draining"].set()
    assert [call.result(SOON)["stage"] for call in calls] == ["queued", "queued"]
