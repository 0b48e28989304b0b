"""What the object stores do beyond their contract: objects that go in several parts, and buckets that are missing."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from feedscript.adapters.objects import FolderObjectStore, S3ObjectStore
from feedscript.ports import ObjectStore
from feedscript.ports.errors import ObjectNotFound, ObjectStoreFailed
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
    with pytest.raises((ObjectNotFound, ObjectStoreFailed)) as caught:
        store.publish(tmp_path / "here", "s3://no-such-bucket/key")
    assert "\n" not in str(caught.value)
