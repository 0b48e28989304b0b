"""What the object stores do beyond their contract: objects that go in several parts, and buckets that are missing."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from feedscript.adapters.objects import FolderObjectStore, S3ObjectStore
from feedscript.ports import ObjectStore
from feedscript.ports.errors import ObjectNotFound, ObjectStoreMisconfigured
from tests.s3_server import REGION, empty_bucket, s3_server


@pytest.fixture(scope="module")
def s3_endpoint() -> Iterator[str]:
    with s3_server() as endpoint:
        empty_bucket(endpoint, "bucket")
        yield endpoint


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


def test_a_missing_bucket_is_said_in_one_line(s3_endpoint: str, tmp_path: Path) -> None:
    (tmp_path / "here").write_text("x")
    store = S3ObjectStore(region=REGION, endpoint=s3_endpoint)
    for call in (
        lambda: store.publish(tmp_path / "here", "s3://no-such-bucket/key"),
        lambda: store.read("s3://no-such-bucket/key", limit=1),
        lambda: store.fetch("s3://no-such-bucket/key", tmp_path / "there"),
    ):
        with pytest.raises(ObjectStoreMisconfigured) as caught:
            call()
        assert str(caught.value) == "s3://no-such-bucket/key: there is no bucket no-such-bucket"


def test_a_missing_bucket_of_the_folder_is_said_too(tmp_path: Path) -> None:
    store = FolderObjectStore(tmp_path)
    (tmp_path / "bucket").mkdir()
    for uri, why in (("s3://none/key", "there is no bucket none"), ("s3://bucket/a/key", "no such object")):
        with pytest.raises(ObjectNotFound, match=why):
            store.read(uri, limit=1)


def test_a_name_that_is_too_long_is_no_outage(tmp_path: Path) -> None:
    (tmp_path / "here").write_text("x")
    store, uri = FolderObjectStore(tmp_path / "objects"), f"s3://bucket/{'a' * 300}.csv"
    for call in (lambda: store.publish(tmp_path / "here", uri), lambda: store.read(uri, limit=1)):
        with pytest.raises(ObjectStoreMisconfigured, match="too long"):
            call()
