"""A source is copied no further than a feed may be large."""

from pathlib import Path

import pytest

from feedscript.adapters.objects.copying import copy
from feedscript.entrypoints.scripts.assignment import Workplace
from feedscript.feeds import Limits
from feedscript.feeds.config import load_config
from feedscript.feeds.engine.errors import SourceUnreadable
from feedscript.ports.errors import ObjectTooLarge
from feedscript.testing.fakes import MemoryObjectStore


def workplace(folder: Path, limits: Limits, content: bytes) -> Workplace:
    config, policy = load_config(folder, partner_id=None, merchant_id="m1")
    return Workplace(MemoryObjectStore({"s3://feeds/a.csv": content}), config, policy, limits, folder)


def test_a_source_larger_than_a_feed_may_be_is_no_feed(tmp_path: Path) -> None:
    place = workplace(tmp_path, Limits(max_bytes=9), b"0123456789")
    with pytest.raises(SourceUnreadable) as refused:
        place.fetch("s3://feeds/a.csv", tmp_path / "source")
    assert str(refused.value) == (
        "s3://feeds/a.csv cannot be read as a feed: it is larger than 9 bytes (MAX_FEED_BYTES)"
    )
    assert not (tmp_path / "source").exists()


def test_a_source_as_large_as_a_feed_may_be_is_copied(tmp_path: Path) -> None:
    workplace(tmp_path, Limits(max_bytes=10), b"0123456789").fetch("s3://feeds/a.csv", tmp_path / "source")
    assert (tmp_path / "source").read_bytes() == b"0123456789"


def test_an_object_that_grows_while_it_is_copied_ends_at_the_limit(tmp_path: Path) -> None:
    asked = []

    def growing() -> "list[bytes]":
        asked.append(1)
        return [b"12345"]

    with (tmp_path / "copy").open("wb") as file, pytest.raises(ObjectTooLarge):
        copy((chunk for _ in range(1_000) for chunk in growing()), file, "s3://feeds/a", 12)
    assert len(asked) == 3
    assert (tmp_path / "copy").stat().st_size == 10
