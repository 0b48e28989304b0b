"""The object stores that tests take turns with: a folder, and S3 as each of two servers speaks it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path

import pytest

from feedscript.adapters.objects import FolderObjectStore, S3ObjectStore
from feedscript.ports import ObjectStore
from tests.s3_server import REGION, SERVERS, empty_bucket

FOLDER = "folder"


@pytest.fixture(scope="module")
def s3_endpoints() -> Iterator[Callable[[str], str]]:
    """The addresses of servers by their names; each is started when it is first asked for, with an empty `bucket`."""
    with ExitStack() as stack:

        @cache
        def endpoint(name: str) -> str:
            started = stack.enter_context(SERVERS[name]())
            empty_bucket(started, "bucket")
            return started

        yield endpoint


@pytest.fixture(params=SERVERS)
def s3_endpoint(request: pytest.FixtureRequest, s3_endpoints: Callable[[str], str]) -> str:
    return s3_endpoints(request.param)


@pytest.fixture
def s3(s3_endpoint: str) -> S3ObjectStore:
    return S3ObjectStore(region=REGION, endpoint=s3_endpoint)


@pytest.fixture(params=[FOLDER, *SERVERS])
def store(request: pytest.FixtureRequest, s3_endpoints: Callable[[str], str], tmp_path: Path) -> ObjectStore:
    if request.param == FOLDER:
        return FolderObjectStore(tmp_path / "objects")
    return S3ObjectStore(region=REGION, endpoint=s3_endpoints(request.param))
