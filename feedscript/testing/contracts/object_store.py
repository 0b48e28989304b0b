"""What an `ObjectStore` must do."""

from collections.abc import Callable
from pathlib import Path

import pytest

from feedscript.ports import ObjectStore
from feedscript.ports.errors import ObjectNotFound, ObjectStoreFailed, ObjectTooLarge
from feedscript.testing.contracts.contract import Contract, needs
from feedscript.testing.contracts.faults import Fault, as_its_port_says, each_fault
from feedscript.testing.contracts.racing import at_once, returned
from feedscript.testing.promises import promise

NO_ADDRESSES = (
    "",
    "feeds/a",
    "s3://",
    "s3://feeds",
    "s3://feeds/",
    "s3:///a",
    "file:///etc/passwd",
    "s3://b/../a",
    "s3://feeds/a/../../b/c",
    "s3://feeds/a/..",
    "s3://../feeds/a",
    "s3://./feeds/a",
    "s3://feeds/./a",
    "s3://feeds//a",
    "s3://feeds/a/",
    "s3://feeds/a\0b",
    "s3://feeds/a\nb",
    "s3://feeds/\ud800",
    "S3://feeds/a",
)
#: Each names an object of its own: nothing in a key is decoded, folded or cut.
TWINS = (
    "s3://feeds/a b",
    "s3://feeds/a%20b",
    "s3://feeds/a+b",
    "s3://feeds/%2e%2e/a",
    "s3://feeds/..%2fa",
    "s3://feeds/%2e%2e%2fa",
    "s3://feeds/..%5ca",
    "s3://feeds/..\\a",
    "s3://feeds/...",
    "s3://feeds/.a",
    "s3://feeds/a.",
    "s3://feeds/a#1",
    "s3://feeds/a?b",
    "s3://feeds/a;b",
    "s3://feeds/~a",
    "s3://feeds/a%00",
)


class ObjectStoreContract(Contract):
    """Give `store`, a fixture with an empty store that has the bucket `feeds`."""

    syncs = False
    """Whether `synced` tells which objects were made durable."""

    faults: tuple[str, ...] = ()
    """What `open_failing` can have go wrong, by name."""

    @pytest.fixture
    def store(self) -> ObjectStore:
        """The hook: an empty store."""
        raise NotImplementedError

    def open_failing(self, store: ObjectStore, fault: Fault) -> ObjectStore:
        """The hook of `faults`: another store of the same objects, over what asks `fault.meets()` at each call."""
        raise NotImplementedError

    def synced(self, uri: str) -> bool:
        """The hook of `syncs`: whether the object, and its name, were synced since it was put there."""
        raise NotImplementedError

    @promise(ObjectStore.fetch, "Copy the object to a local file; answers its bytes")
    @pytest.mark.parametrize(
        "content", [b"", b"a,b\n1,2\n", b"\0" * 6_000_000], ids=["empty", "small", "large"]
    )
    def test_what_was_published_is_fetched(self, store: ObjectStore, tmp_path: Path, content: bytes) -> None:
        (tmp_path / "up").write_bytes(content)
        store.publish(tmp_path / "up", "s3://feeds/m1/ä feed%20#1?.csv")
        assert store.fetch("s3://feeds/m1/ä feed%20#1?.csv", tmp_path / "down") == len(content)
        assert (tmp_path / "down").read_bytes() == content
        assert store.read("s3://feeds/m1/ä feed%20#1?.csv", limit=len(content)) == content

    @promise(ObjectStore.publish, "replacing what lies there in one step")
    def test_publishing_again_replaces(self, store: ObjectStore, tmp_path: Path) -> None:
        for content in (b"a longer one", b"short"):
            (tmp_path / "up").write_bytes(content)
            store.publish(tmp_path / "up", "s3://feeds/a")
        assert store.read("s3://feeds/a", limit=100) == b"short"

    @promise(ObjectStore.fetch, "Raises `ObjectNotFound` or `ObjectStoreFailed`")
    def test_what_is_not_there_is_not_found(self, store: ObjectStore, tmp_path: Path) -> None:
        (tmp_path / "up").write_bytes(b"1")
        store.publish(tmp_path / "up", "s3://feeds/another")
        with pytest.raises(ObjectNotFound) as caught:
            store.read("s3://feeds/none", limit=1)
        assert caught.value.uri == "s3://feeds/none"
        with pytest.raises(ObjectNotFound):
            store.fetch("s3://feeds/none", tmp_path / "down")

    @promise(ObjectStore.fetch, "then the local file is as it was")
    def test_a_fetch_that_fails_leaves_the_local_file_as_it_was(
        self, store: ObjectStore, tmp_path: Path
    ) -> None:
        (tmp_path / "down").write_bytes(b"what was there")
        with pytest.raises(ObjectNotFound):
            store.fetch("s3://feeds/none", tmp_path / "down")
        with pytest.raises(ObjectStoreFailed):
            store.fetch("no address", tmp_path / "down")
        assert (tmp_path / "down").read_bytes() == b"what was there"
        assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["down"]
        with pytest.raises(ObjectNotFound):
            store.fetch("s3://feeds/none", tmp_path / "new")
        assert not (tmp_path / "new").exists()

    @promise(ObjectStore.fetch, "One of more than `limit` bytes raises `ObjectTooLarge`")
    def test_too_large_an_object_is_not_fetched(self, store: ObjectStore, tmp_path: Path) -> None:
        content = b"12345" * 2_000_000
        (tmp_path / "up").write_bytes(content)
        (tmp_path / "down").write_bytes(b"what was there")
        store.publish(tmp_path / "up", "s3://feeds/a")
        for limit in (0, 4, len(content) - 1):
            with pytest.raises(ObjectTooLarge) as caught:
                store.fetch("s3://feeds/a", tmp_path / "down", limit=limit)
            assert (caught.value.uri, caught.value.limit) == ("s3://feeds/a", limit)
            assert (tmp_path / "down").read_bytes() == b"what was there"
            assert {path.name for path in tmp_path.iterdir() if path.is_file()} == {"up", "down"}
        assert store.fetch("s3://feeds/a", tmp_path / "down", limit=len(content)) == len(content)
        assert (tmp_path / "down").read_bytes() == content

    @promise(ObjectStore.read, "a larger one raises `ObjectStoreFailed`")
    def test_too_large_an_object_is_not_read(self, store: ObjectStore, tmp_path: Path) -> None:
        (tmp_path / "up").write_bytes(b"12345")
        store.publish(tmp_path / "up", "s3://feeds/a")
        with pytest.raises(ObjectStoreFailed):
            store.read("s3://feeds/a", limit=4)
        assert store.read("s3://feeds/a", limit=5) == b"12345"

    @promise(ObjectStore, "What is no such address, or climbs out of its bucket, is refused")
    @pytest.mark.parametrize("uri", NO_ADDRESSES)
    def test_what_is_no_address_is_refused(self, store: ObjectStore, tmp_path: Path, uri: str) -> None:
        (tmp_path / "up").write_bytes(b"1")
        with pytest.raises(ObjectStoreFailed):
            store.publish(tmp_path / "up", uri)
        with pytest.raises(ObjectStoreFailed):
            store.read(uri, limit=1)
        with pytest.raises(ObjectStoreFailed):
            store.fetch(uri, tmp_path / "down")

    @promise(ObjectStore, "the one object of that very name")
    def test_a_key_is_the_name_of_one_object(self, store: ObjectStore, tmp_path: Path) -> None:
        for n, uri in enumerate(TWINS):
            (tmp_path / "up").write_bytes(b"%d" % n)
            store.publish(tmp_path / "up", uri)
        assert [store.read(uri, limit=9) for uri in TWINS] == [b"%d" % n for n in range(len(TWINS))]

    @promise(ObjectStore, "published whole or not at all")
    def test_what_cannot_be_published_leaves_what_was_there(self, store: ObjectStore, tmp_path: Path) -> None:
        (tmp_path / "up").write_bytes(b"first")
        store.publish(tmp_path / "up", "s3://feeds/a")
        for bad in (tmp_path / "no such file", tmp_path):
            with pytest.raises(ObjectStoreFailed):
                store.publish(bad, "s3://feeds/a")
        assert store.read("s3://feeds/a", limit=100) == b"first"

    @promise(ObjectStore.publish, "Nobody sees a part of it, at no moment")
    def test_a_reader_sees_the_one_or_the_other_whole(self, store: ObjectStore, tmp_path: Path) -> None:
        size, rounds = 9_000_000, 6
        for letter in "ab":
            (tmp_path / letter).write_bytes(letter.encode() * size)
        store.publish(tmp_path / "a", "s3://feeds/a")
        done: list[bool] = []

        def write() -> set[bytes]:
            for n in range(rounds):
                store.publish(tmp_path / "ba"[n % 2], "s3://feeds/a")
            done.append(True)
            return set()

        def read() -> set[bytes]:
            seen = set[bytes]()
            while not done:
                content = store.read("s3://feeds/a", limit=size)
                seen.add(
                    b"%d of %s" % (len(content), content[:1]) if content == content[:1] * size else b"a part"
                )
            return seen

        works: list[Callable[[], set[bytes]]] = [write, read, read]
        seen = set[bytes]().union(*returned(at_once(*works)))
        assert b"a part" not in seen

    @promise(ObjectStore.publish, "in one step, durably")
    @needs("syncs")
    def test_what_was_published_is_durable(self, store: ObjectStore, tmp_path: Path) -> None:
        for content in (b"first", b"second"):
            (tmp_path / "up").write_bytes(content)
            store.publish(tmp_path / "up", "s3://feeds/new folder/a")
            assert self.synced("s3://feeds/new folder/a")

    @promise(ObjectStore, "published whole or not at all")
    @needs("faults")
    def test_under_any_fault_an_object_is_the_old_or_the_new_one(
        self, store: ObjectStore, tmp_path: Path
    ) -> None:
        def run(fault: Fault) -> None:
            (tmp_path / "up").write_bytes(b"old")
            store.publish(tmp_path / "up", "s3://feeds/a")
            (tmp_path / "up").write_bytes(b"the new one")
            (tmp_path / "down").write_bytes(b"what was there")
            published = False
            with as_its_port_says(fault):
                failing = self.open_failing(store, fault)
                failing.publish(tmp_path / "up", "s3://feeds/a")
                assert not fault.happened, "what failed was acknowledged"
                published = True
                failing.fetch("s3://feeds/a", tmp_path / "down")
            found = store.read("s3://feeds/a", limit=100)
            assert found in ((b"the new one",) if published else (b"old", b"the new one"))
            assert (tmp_path / "down").read_bytes() in (b"what was there", b"the new one")
            assert {path.name for path in tmp_path.iterdir() if path.is_file()} == {"up", "down"}

        each_fault(self.faults, run)
