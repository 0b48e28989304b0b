"""Both object stores by the same tests: the local folder, and S3's own protocol spoken by a server in this process."""

import os
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer

from feedscript.adapters.objects import FolderObjectStore, S3ObjectStore
from feedscript.ports import ObjectStore
from feedscript.ports.errors import ObjectNotFound, ObjectStoreFailed

REGION = "eu-central-1"
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_EC2_METADATA_DISABLED": "true",
}


@pytest.fixture(scope="module")
def s3_endpoint() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    before = dict(os.environ)
    os.environ.update(CREDENTIALS)
    boto3.client("s3", endpoint_url=endpoint, region_name=REGION).create_bucket(
        Bucket="bucket", CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    yield endpoint
    server.stop()
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture(params=["folder", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ObjectStore:
    if request.param == "folder":
        return FolderObjectStore(tmp_path / "objects")
    return S3ObjectStore(region=REGION, endpoint=request.getfixturevalue("s3_endpoint"))


@pytest.mark.parametrize("size", [0, 1, 12 * 1024 * 1024], ids=["empty", "small", "multipart"])
def test_what_is_published_is_fetched(store: ObjectStore, tmp_path: Path, size: int) -> None:
    content = os.urandom(size)
    (tmp_path / "here").write_bytes(content)
    store.publish(tmp_path / "here", "s3://bucket/a folder/ü.csv")
    assert store.fetch("s3://bucket/a folder/ü.csv", tmp_path / "there") == size
    assert (tmp_path / "there").read_bytes() == content
    assert store.read("s3://bucket/a folder/ü.csv", limit=size) == content


def test_publishing_replaces(store: ObjectStore, tmp_path: Path) -> None:
    for content in ("first, and longer", "second"):
        (tmp_path / "here").write_text(content)
        store.publish(tmp_path / "here", "s3://bucket/key")
    assert store.read("s3://bucket/key", limit=100) == b"second"


def test_what_is_not_there_is_not_found(store: ObjectStore, tmp_path: Path) -> None:
    with pytest.raises(ObjectNotFound) as caught:
        store.fetch("s3://bucket/nothing", tmp_path / "there")
    assert caught.value.uri == "s3://bucket/nothing"
    with pytest.raises(ObjectNotFound):
        store.read("s3://bucket/nothing", limit=1)


def test_no_more_is_read_than_allowed(store: ObjectStore, tmp_path: Path) -> None:
    (tmp_path / "here").write_bytes(b"12345")
    store.publish(tmp_path / "here", "s3://bucket/five")
    with pytest.raises(ObjectStoreFailed, match="5 bytes"):
        store.read("s3://bucket/five", limit=4)


@pytest.mark.parametrize(
    "uri", ["bucket/key", "s3://bucket", "s3://bucket/", "s3:///key", "s3://b/../c", "file:///x"]
)
def test_an_address_of_another_form_is_refused(store: ObjectStore, tmp_path: Path, uri: str) -> None:
    with pytest.raises(ObjectStoreFailed):
        store.fetch(uri, tmp_path / "there")


def test_a_missing_bucket_is_said_in_one_line(s3_endpoint: str, tmp_path: Path) -> None:
    (tmp_path / "here").write_text("x")
    store = S3ObjectStore(region=REGION, endpoint=s3_endpoint)
    with pytest.raises((ObjectNotFound, ObjectStoreFailed)) as caught:
        store.publish(tmp_path / "here", "s3://no-such-bucket/key")
    assert "\n" not in str(caught.value)
