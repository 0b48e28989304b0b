"""What an `ObjectStore` must do."""

from pathlib import Path

import pytest

from feedscript.ports import ObjectStore
from feedscript.ports.errors import ObjectNotFound, ObjectStoreFailed


class ObjectStoreContract:
    """What an `ObjectStore` does."""

    @pytest.fixture
    def store(self) -> ObjectStore:
        """The hook: an empty store."""
        raise NotImplementedError

    @pytest.mark.parametrize(
        "content", [b"", b"a,b\n1,2\n", b"\0" * 6_000_000], ids=["empty", "small", "large"]
    )
    def test_what_was_published_is_fetched(self, store: ObjectStore, tmp_path: Path, content: bytes) -> None:
        (tmp_path / "up").write_bytes(content)
        store.publish(tmp_path / "up", "s3://feeds/m1/ä feed%20#1?.csv")
        assert store.fetch("s3://feeds/m1/ä feed%20#1?.csv", tmp_path / "down") == len(content)
        assert (tmp_path / "down").read_bytes() == content
        assert store.read("s3://feeds/m1/ä feed%20#1?.csv", limit=len(content)) == content

    def test_publishing_again_replaces(self, store: ObjectStore, tmp_path: Path) -> None:
        for content in (b"a longer one", b"short"):
            (tmp_path / "up").write_bytes(content)
            store.publish(tmp_path / "up", "s3://feeds/a")
        assert store.read("s3://feeds/a", limit=100) == b"short"

    def test_what_is_not_there_is_not_found(self, store: ObjectStore, tmp_path: Path) -> None:
        with pytest.raises(ObjectNotFound) as caught:
            store.read("s3://feeds/none", limit=1)
        assert caught.value.uri == "s3://feeds/none"
        with pytest.raises(ObjectNotFound):
            store.fetch("s3://no-bucket/none", tmp_path / "down")

    def test_too_large_an_object_is_not_read(self, store: ObjectStore, tmp_path: Path) -> None:
        (tmp_path / "up").write_bytes(b"12345")
        store.publish(tmp_path / "up", "s3://feeds/a")
        with pytest.raises(ObjectStoreFailed):
            store.read("s3://feeds/a", limit=4)

    @pytest.mark.parametrize(
        "uri",
        ["", "feeds/a", "s3://", "s3://feeds", "s3://feeds/", "s3:///a", "file:///etc/passwd", "s3://b/../a"],
    )
    def test_what_is_no_address_is_refused(self, store: ObjectStore, tmp_path: Path, uri: str) -> None:
        (tmp_path / "up").write_bytes(b"1")
        with pytest.raises(ObjectStoreFailed):
            store.publish(tmp_path / "up", uri)
        with pytest.raises(ObjectStoreFailed):
            store.read(uri, limit=1)
        with pytest.raises(ObjectStoreFailed):
            store.fetch(uri, tmp_path / "down")
