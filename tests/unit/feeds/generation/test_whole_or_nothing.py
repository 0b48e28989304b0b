"""What is told of a disk that is full while a feed is made: which one it is, in one line."""

from pathlib import Path

import duckdb
import pytest

from feedscript.feeds.engine.errors import NoRoom, Unwritable
from feedscript.feeds.engine.limits import Limits
from feedscript.feeds.generation.errors import DestinationUnwritable
from feedscript.feeds.generation.publishing import Shelf
from feedscript.feeds.generation.whole_or_nothing import whole_or_nothing

#: As the engine tells it where one thread writes, and where several do.
ONE = 'IO Error: Could not write file "{}": No space left on device'
SEVERAL = (
    'IO Error: Async write failed for range [offset=77, size=99]: {{"exception_type":"IO","exception_message":'
    '"Could not write file \\"{}\\": No space left on device","errno":"28"}}'
)


@pytest.mark.parametrize("told", [ONE, SEVERAL])
def test_a_full_disk_is_named(tmp_path: Path, told: str) -> None:
    shelf = Shelf(tmp_path / "feed.csv")
    places = {
        shelf.partial(shelf.feed): (DestinationUnwritable, f"{shelf.feed} cannot be written"),
        tmp_path / "made/on-the-way.tmp": (NoRoom, f"the temporary folder {tmp_path}/made"),
    }
    for place, (kind, text) in places.items():
        with pytest.raises(Unwritable) as raised, whole_or_nothing(shelf, "s3://b/k", Limits()):
            raise duckdb.IOException(told.format(place))
        assert type(raised.value) is kind
        assert str(raised.value).startswith(text)
        assert str(raised.value).endswith(": No space left on device")
