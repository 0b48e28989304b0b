"""What the object stores do beyond their contract: objects that go in several parts, and buckets that are missing."""

import os
from pathlib import Path

import pytest

from feedscript.adapters.objects import FolderObjectStore, S3ObjectStore
from feedscript.entrypoints.checking.finding import Level
from feedscript.entrypoints.checking.objects import buckets
from feedscript.ports import ObjectStore
from feedscript.ports.errors import ObjectNotFound, ObjectStoreMisconfigured
from tests.integration.objects.stores import s3, s3_endpoint, s3_endpoints, store
from tests.s3_server import REGION, careless_server, empty_bucket

__all__ = ["s3", "s3_endpoint", "s3_endpoints", "store"]


@pytest.mark.parametrize("size", [0, 1, 12 * 1024 * 1024], ids=["empty", "small", "multipart"])
def test_what_is_published_is_fetched(store: ObjectStore, tmp_path: Path, size: int) -> None:
    content = os.urandom(size)
    (tmp_path / "here").write_bytes(content)
    store.publish(tmp_path / "here", "s3://bucket/a folder/ü.csv")
    assert store.fetch("s3://bucket/a folder/ü.csv", tmp_path / "there") == size
    assert (tmp_path / "there").read_bytes() == content
    assert store.read("s3://bucket/a folder/ü.csv", limit=size) == content


def test_a_server_heeds_conditions_or_does_not(s3: S3ObjectStore, tmp_path: Path) -> None:
    (tmp_path / "here").write_text("x")
    s3.publish(tmp_path / "here", "s3://bucket/probe")
    assert s3.heeds_conditions("s3://bucket/probe")
    assert s3.read("s3://bucket/probe", limit=1) == b"x"
    with pytest.raises(ObjectStoreMisconfigured, match="there is no bucket no-such-bucket"):
        s3.heeds_conditions("s3://no-such-bucket/probe")


def test_a_server_that_heeds_no_conditions_is_told_of() -> None:
    with careless_server() as endpoint:
        empty_bucket(endpoint, "bucket")
        (told,) = buckets(S3ObjectStore(region=REGION, endpoint=endpoint), ["bucket"])
    assert told.level is Level.WARNING
    assert "If-None-Match: *) was carried out and replaced what was there" in told.message


def test_a_bucket_of_s3_is_fine(s3: S3ObjectStore) -> None:
    (told,) = buckets(s3, ["bucket"])
    assert (told.level, told.message) == (Level.OK, "s3://bucket can be written and read")


def test_a_missing_bucket_is_said_in_one_line(s3: S3ObjectStore, tmp_path: Path) -> None:
    (tmp_path / "here").write_text("x")
    for call in (
        lambda: s3.publish(tmp_path / "here", "s3://no-such-bucket/key"),
        lambda: s3.read("s3://no-such-bucket/key", limit=1),
        lambda: s3.fetch("s3://no-such-bucket/key", tmp_path / "there"),
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
