"""`/ready`: what somebody should look at, told to whoever may know; and the object store, where it is asked for."""

import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from feedscript.domain import Scope
from feedscript.entrypoints.http import looking_around
from feedscript.entrypoints.http.looking_around import PROBE, Remembered, StoreCheck
from feedscript.ports.errors import BucketNotFound, ObjectStoreFailed, ObjectStoreMisconfigured
from feedscript.testing.fakes import FrozenClock, MemoryObjectStore
from tests.integration.http.conftest import Api, make_api
from tests.integration.http.test_access import make_tenants
from tests.integration.live_server import poll

CHECK = "/ready?check=object_store"


class TroubledStore(MemoryObjectStore):
    """It answers each bucket as it was told to."""

    def __init__(self, **wrong: type[ObjectStoreFailed | BucketNotFound]) -> None:
        super().__init__()
        self.wrong = wrong
        self.asked: list[str] = []

    def read(self, uri: str, *, limit: int) -> bytes:
        bucket = uri.split("/")[2]
        self.asked.append(bucket)
        if bucket in self.wrong:
            raise self.wrong[bucket](uri, "as was asked for")
        return super().read(uri, limit=limit)


def test_a_silent_script_is_named(tmp_path: Path) -> None:
    clock = FrozenClock()
    api = make_api(tmp_path, clock=clock, stuck_after=600.0)
    silent, heard = (api.generate().json["job_id"] for _ in range(2))
    for job_id in (silent, heard):
        api.executor.begin(job_id, 1)
    api.executor.heard[heard, 1] = clock.now() + timedelta(seconds=590)
    clock.tick(timedelta(seconds=601))
    ready = api.client.get("/ready")
    assert (ready.status_code, ready.json["ready"], ready.json["stuck"]) == (200, True, 1)
    (told,) = ready.json["stuck_jobs"]
    assert (told["job_id"], told["stage"]) == (silent, "running")
    assert told["since"] == api.status(silent)["attempts"][0]["started_at"]


def test_which_jobs_are_stuck_is_for_those_who_may_read_them(tmp_path: Path) -> None:
    tenants = make_tenants(tmp_path, stuck_after=1.0)
    job_id = tenants.started("m1")
    tenants.api.executor.begin(job_id, 1)
    tenants.make("starts alone", scopes=frozenset({Scope.SUBMIT}))
    clock: Any = tenants.api.container.clock()
    clock.tick(timedelta(seconds=5))
    for name, number, named in (
        ("", 1, None),
        ("starts alone", 1, None),
        ("m2", 0, []),
        ("m1", 1, [job_id]),
        ("all", 1, [job_id]),
    ):
        told = tenants.call(name, "GET", "/ready").json
        assert told["stuck"] == number, name
        shown = None if "stuck_jobs" not in told else [job["job_id"] for job in told["stuck_jobs"]]
        assert shown == named, name


def test_without_keys_nobody_from_elsewhere_is_told_which(api: Api) -> None:
    told = api.client.get("/ready", environ_overrides={"REMOTE_ADDR": "192.0.2.1"}).json
    assert "stuck_jobs" not in told
    assert "stuck_jobs" not in api.client.get("/ready", headers={"Host": "rebound.example"}).json
    assert api.client.get("/ready").json["stuck_jobs"] == []


@pytest.mark.parametrize(
    ("buckets", "wrong", "told"),
    [
        ((), {}, "ok"),
        ((), {"feedscript-probe": ObjectStoreMisconfigured}, "ok"),
        ((), {"feedscript-probe": ObjectStoreFailed}, "as was asked for"),
        (("one", "m1=two"), {}, "ok"),
        (("one", "m1=two"), {"two": ObjectStoreMisconfigured}, f"s3://two/{PROBE}: as was asked for"),
        (("one", "m1=two"), {"feedscript-probe": ObjectStoreFailed}, "ok"),
        ((), {"feedscript-probe": BucketNotFound}, "ok"),
        (
            ("one", "m1=two"),
            {"two": BucketNotFound},
            f"s3://two/{PROBE}: there is no bucket as was asked for",
        ),
    ],
)
def test_the_object_store_is_asked_where_that_is_asked_for(
    tmp_path: Path,
    buckets: tuple[str, ...],
    wrong: dict[str, type[ObjectStoreFailed | BucketNotFound]],
    told: str,
) -> None:
    store = TroubledStore(**wrong)
    api = make_api(tmp_path, objects=store, allowed_buckets=buckets)
    assert "object_store" not in api.client.get("/ready").json
    assert store.asked == []
    for _ in range(3):
        ready = api.client.get(CHECK)
        assert told in ready.json["object_store"]
        assert ready.status_code == (200 if told == "ok" else 503)
    assert len(store.asked) == max(1, len(buckets)), "once in a while, however often somebody asks"
    assert api.client.get("/ready?check=everything").status_code == 422


def test_a_store_that_does_not_answer_is_asked_by_one_thread() -> None:
    go, asked = threading.Event(), threading.Semaphore(0)

    class Hanging(MemoryObjectStore):
        def read(self, uri: str, *, limit: int) -> bytes:
            asked.release()
            go.wait()
            return super().read(uri, limit=limit)

    check = StoreCheck(Hanging(), [], answer_within=0.05)
    assert [check(), check()] == ["no answer within 0.05 s"] * 2
    assert asked.acquire(timeout=5)
    assert not asked.acquire(blocking=False)
    go.set()
    poll(lambda: check() == "ok")


def test_while_somebody_looks_others_are_told_what_was_found_before() -> None:
    looks: list[int] = []
    remembered = Remembered(lambda: looks.append(1) or len(looks), again_after=0)
    assert (remembered(), remembered()) == (1, 2)
    kept = Remembered(lambda: looks.append(1) or len(looks), again_after=looking_around.LOOK_AGAIN_AFTER)
    assert kept() == kept() == 3
