"""S3's object store by the shipped contract, over S3's own protocol as two servers speak it."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from feedscript.adapters.objects import S3ObjectStore
from feedscript.ports import ObjectStore
from feedscript.testing.contracts import ObjectStoreContract
from feedscript.testing.contracts.faults import DEATH, ERROR, Fault
from tests.s3_server import REGION, SERVERS, empty_bucket
from tests.serving import serving


@pytest.fixture(scope="module", params=SERVERS)
def endpoint(request: pytest.FixtureRequest) -> Iterator[str]:
    with SERVERS[request.param]() as endpoint:
        yield endpoint


class Refusing(BaseHTTPRequestHandler):
    """Answers 403 to whatever is asked: what obstore does not try again."""

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(403)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_PUT(self) -> None:
        self.do_GET()

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


class Troubled(S3ObjectStore):
    """A store of which a call meets a server that refuses it."""

    def __init__(self, endpoint: str, refusing: str, fault: Fault) -> None:
        super().__init__(region=REGION, endpoint=endpoint)
        self._refused = S3ObjectStore(region=REGION, endpoint=refusing)
        self._fault = fault

    def fetch(self, uri: str, path: Path, *, limit: int | None = None) -> int:
        store = self._refused if self._fault.meets() else super()
        return store.fetch(uri, path, limit=limit)

    def publish(self, path: Path, uri: str) -> None:
        store = self._refused if self._fault.meets() else super()
        store.publish(path, uri)


@pytest.fixture(scope="module")
def refusing() -> Iterator[str]:
    with serving(ThreadingHTTPServer(("127.0.0.1", 0), Refusing)) as address:
        yield address


class TestS3ObjectStore(ObjectStoreContract):
    faults = (ERROR, DEATH)

    @pytest.fixture(autouse=True)
    def _endpoints(self, endpoint: str, refusing: str) -> None:
        self._endpoint, self._refusing = endpoint, refusing

    def open_failing(self, store: ObjectStore, fault: Fault) -> ObjectStore:
        return Troubled(self._endpoint, self._refusing, fault)

    @pytest.fixture
    def store(self, endpoint: str) -> ObjectStore:
        empty_bucket(endpoint, "feeds")
        return S3ObjectStore(region=REGION, endpoint=endpoint)
