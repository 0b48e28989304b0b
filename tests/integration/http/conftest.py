"""The application in this process (real routes, real files, a scripted executor), and servers that tests share."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from feedscript.entrypoints.container import Container
from feedscript.entrypoints.http import create_app
from feedscript.entrypoints.settings import Settings
from feedscript.ports import Clock, Keys
from feedscript.testing.fakes import MemoryObjectStore, RecordingNotifier, ScriptedExecutor
from tests.integration.live_merchant import Merchant, dispatching
from tests.integration.live_server import LiveServer, request_body
from tests.integration.served_document import CheckedClient


@dataclass
class Api:
    """A client, and what stands behind the application."""

    client: FlaskClient
    container: Container
    executor: ScriptedExecutor
    notifier: RecordingNotifier
    objects: MemoryObjectStore
    _numbers: Iterator[int] = field(default_factory=lambda: count(2))

    def generate(self, **changes: Any) -> TestResponse:
        return self.client.post("/api/feed/generate", json=self._body(changes))

    def validate(self, **changes: Any) -> TestResponse:
        return self.client.post("/api/feed/validate", json=self._body(changes))

    def _body(self, changes: dict[str, Any]) -> dict[str, Any]:
        """A body whose job is the only one that writes to its destination."""
        reference = changes.get("job_id")
        own = (
            next(self._numbers) if reference is None else hashlib.sha256(str(reference).encode()).hexdigest()
        )
        return request_body(**{"destination_s3_path": f"s3://bucket/feed-{own}.csv", **changes})

    def generated(self, **changes: Any) -> str:
        """A job whose generation has ended well."""
        job_id: str = self.generate(**changes).json["job_id"]
        self.executor.begin(job_id, 1)
        self.executor.end(job_id, 1, exit_code=0, result={"destination_s3_path": "s3://bucket/feed.csv"})
        return job_id

    def status(self, job_id: str) -> dict[str, Any]:
        document: dict[str, Any] = self.client.get(f"/api/feed/status/{job_id}").json
        return document


def make_api(
    folder: Path,
    executor: ScriptedExecutor | None = None,
    *,
    keys: Keys | None = None,
    clock: Clock | None = None,
    objects: MemoryObjectStore | None = None,
    **settings: Any,
) -> Api:
    places = {name: folder / name for name in ("jobs_dir", "activities_dir", "runs_dir", "logs_dir")}
    container = Container(settings=Settings(**places, min_free_bytes=0, **settings))
    executor, notifier, objects = (
        executor or ScriptedExecutor(),
        RecordingNotifier(),
        objects or MemoryObjectStore(),
    )
    container.executor.override(executor)
    container.notifier.override(notifier)
    container.objects.override(objects)
    if keys is not None:
        container.keys.override(keys)
    if clock is not None:
        container.clock.override(clock)
    app = create_app(container)
    app.test_client_class = CheckedClient
    return Api(app.test_client(), container, executor, notifier, objects)


@pytest.fixture
def api(tmp_path: Path) -> Api:
    return make_api(tmp_path)


@pytest.fixture
def guarded(tmp_path: Path) -> Api:
    """The application with a key configured."""
    return make_api(tmp_path, api_keys={"alice": "a-key"})


@pytest.fixture(scope="session")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A server of the built-in scripts, on which no partner has a file; a merchant of it may have."""
    with LiveServer(tmp_path_factory.mktemp("live")) as server:
        yield server


@pytest.fixture
def merchant(live: LiveServer) -> Merchant:
    """A merchant of that server."""
    return Merchant(live)


@pytest.fixture(scope="session")
def partnered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """Another one, on which partners have files."""
    with LiveServer(tmp_path_factory.mktemp("partnered")) as server:
        yield server


@pytest.fixture(scope="session")
def scripted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A server on which each merchant has a script of its own, or one that does nothing."""
    folder = tmp_path_factory.mktemp("scripted")
    with LiveServer(folder, GENERATE_COMMAND=dispatching(folder), HOME=str(folder)) as server:
        yield server
