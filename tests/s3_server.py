"""S3's own protocol, spoken by servers that have nothing in common but it."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import boto3
import requests
from moto.server import DomainDispatcherApplication, ThreadedMotoServer, create_backend_app
from werkzeug.serving import make_server

from tests.integration.live_server import free_port, poll
from tests.serving import serving

REGION = "eu-central-1"
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_EC2_METADATA_DISABLED": "true",
}


@contextmanager
def s3_server() -> Iterator[str]:
    """moto's in this process; yields its address; credentials for it are in the environment meanwhile."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    try:
        with _credentials():
            yield f"http://{host}:{port}"
    finally:
        server.stop()


@contextmanager
def ministack_server() -> Iterator[str]:
    """ministack's, a process of its own."""
    port = free_port()
    settings = {
        "GATEWAY_PORT": str(port),
        "BIND_HOST": "127.0.0.1",
        "SERVICES": "s3",
        "LOG_LEVEL": "ERROR",
        "DOCKER_HOST": "unix:///nowhere",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "ministack"], env={**os.environ, **settings}, stdout=subprocess.DEVNULL
    )
    endpoint = f"http://127.0.0.1:{port}"
    try:
        poll(lambda: _answers(endpoint))
        with _credentials():
            yield endpoint
    finally:
        process.terminate()
        process.wait(30)


@contextmanager
def careless_server() -> Iterator[str]:
    """One that takes conditions and heeds none, as some do."""
    server = make_server("127.0.0.1", 0, _Unconditional(), threaded=True)
    with serving(server) as endpoint, _credentials():
        yield endpoint


SERVERS: Mapping[str, Callable[[], AbstractContextManager[str]]] = {
    "moto": s3_server,
    "ministack": ministack_server,
}


def empty_bucket(endpoint: str, name: str) -> None:
    """Have the bucket there, and nothing in it."""
    client = boto3.client("s3", endpoint_url=endpoint, region_name=REGION)
    if name not in [bucket["Name"] for bucket in client.list_buckets()["Buckets"]]:
        client.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    for entry in client.list_objects_v2(Bucket=name).get("Contents", []):
        client.delete_object(Bucket=name, Key=entry["Key"])


class _Unconditional:
    """moto's application, which hears of no condition."""

    def __init__(self) -> None:
        self._moto = DomainDispatcherApplication(create_backend_app)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        environ.pop("HTTP_IF_NONE_MATCH", None)
        answer: Iterable[bytes] = self._moto(environ, start_response)
        return answer


def _answers(endpoint: str) -> bool:
    try:
        return requests.get(endpoint, timeout=5).status_code < 500
    except requests.ConnectionError:
        return False


@contextmanager
def _credentials() -> Iterator[None]:
    before = dict(os.environ)
    os.environ.update(CREDENTIALS)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
