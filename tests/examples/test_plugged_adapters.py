"""`feedscript serve` over adapters of one's own, and what is said of wrong ones."""

import subprocess
from pathlib import Path

import pytest

from examples.sqlite_storage import adapters
from feedscript.domain import FeedRequest
from feedscript.entrypoints.adapters import Adapters, own_adapters
from feedscript.entrypoints.container import wired
from feedscript.entrypoints.settings import BadSettings, Settings
from feedscript.testing.fakes import MemoryObjectStore
from feedscript.testing.http import Target, hold_to_the_model
from feedscript.testing.model import GENERATION
from tests.integration.http.test_machine import SILENT
from tests.integration.live_server import ROOT, SERVE, LiveServer, request_body

SQLITE = "examples.sqlite_storage:adapters"
HERE = "tests.examples.test_plugged_adapters"


def nothing_of_use(_: Settings) -> object:
    return object()


def half_a_repository(settings: Settings) -> Adapters:
    return Adapters(repository=MemoryObjectStore(), activities=adapters(settings).activities)  # type: ignore[arg-type]


def half_of_two(settings: Settings) -> Adapters:
    return Adapters(repository=adapters(settings).repository)


def cannot_connect(_: Settings) -> Adapters:
    raise ConnectionRefusedError("the database says no")


def other_objects(_: Settings) -> Adapters:
    return Adapters(objects=MemoryObjectStore())


NOT_A_FUNCTION = 1


def test_jobs_are_served_from_one_sqlite_file(tmp_path: Path) -> None:
    with LiveServer(tmp_path, SERVE, **SILENT | {"WORKERS": "2"}, ADAPTERS=SQLITE) as server:
        hold_to_the_model(Target(server.base, scripts_act=False), examples=3)
        job_id = server.post("/api/feed/generate", request_body()).json()["job_id"]
    assert (tmp_path / "jobs/jobs.sqlite3").is_file()
    assert not list((tmp_path / "jobs").glob("2*")), "no file of a job beside it"
    made = adapters(Settings(jobs_dir=tmp_path / "jobs"))
    assert made.repository is not None
    assert made.repository.get(job_id) is not None


def test_a_port_that_is_left_out_keeps_what_the_settings_choose(tmp_path: Path) -> None:
    places = {"jobs_dir": tmp_path / "jobs", "activities_dir": tmp_path / "activities", "min_free_bytes": 0}
    container = wired(Settings(**places, adapters=f"{HERE}:other_objects"))
    assert isinstance(container.objects(), MemoryObjectStore)
    request = FeedRequest(
        affiliate_merchant_id="m", source="s3://bucket/a.csv", destination="s3://bucket/b.csv"
    )
    started = container.service().start(GENERATION, request, actor="a test").job
    assert container.repository().get(started.id) == started
    assert container.repository().places.root == tmp_path / "jobs"


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("examples.sqlite_storage", "not of the form package.module:function"),
        ("no_such_package:adapters", "No module named 'no_such_package'"),
        ("examples.sqlite_storage:adaptors", "has no attribute 'adaptors'"),
        (f"{HERE}:NOT_A_FUNCTION", "is int, not a function that takes the settings"),
        (f"{HERE}:nothing_of_use", "answers object, not feedscript.entrypoints.adapters.Adapters"),
        (
            f"{HERE}:half_a_repository",
            "its repository, a MemoryObjectStore, has no claim, commit, commit_last, get, open_jobs, page",
        ),
        (f"{HERE}:half_of_two", "repository and activities come together"),
        (f"{HERE}:cannot_connect", "the database says no"),
    ],
)
def test_wrong_adapters_are_said_in_one_line(tmp_path: Path, name: str, told: str) -> None:
    with pytest.raises(BadSettings) as caught:
        own_adapters(Settings(jobs_dir=tmp_path, adapters=name))
    assert told in str(caught.value)
    assert str(caught.value).startswith(f"ADAPTERS={name!r}: ")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("command", [(*SERVE,), (SERVE[0], str(ROOT / "app.py"))], ids=["serve", "app.py"])
def test_a_server_does_not_start_over_wrong_adapters(tmp_path: Path, command: tuple[str, ...]) -> None:
    ended = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        cwd=tmp_path,
        env={
            "PATH": "/usr/bin:/bin",
            "PYTHONPATH": str(ROOT),
            "ADAPTERS": "no_such_package:adapters",
            "PORT": "0",
        }
        | {"PORT": str(LiveServer(tmp_path).port)},
    )
    assert ended.returncode not in (0, 1)
    line = "feedscript: bad settings: ADAPTERS='no_such_package:adapters': No module named 'no_such_package'."
    assert line in ended.stderr.splitlines()
    assert "Traceback" not in ended.stderr
