"""The items of a feed as the validator reads them."""

import tempfile
from pathlib import Path

from feedscript.feeds import Limits
from feedscript.feeds.engine.connection import connect
from feedscript.feeds.profiles.as_written import as_written
from feedscript.feeds.profiles.header import read_header
from feedscript.feeds.profiles.model import Profile
from feedscript.feeds.readers.options import SourceOptions
from feedscript.feeds.readers.staging import stage
from feedscript.feeds.scanning.source_table import source_table

Item = dict[str, str | None]


def items_of(feed: Path, profile: Profile) -> list[Item]:
    """The items of a feed without a fault, by attribute; values of a list are parted by U+001F where the file does."""
    with tempfile.TemporaryDirectory() as folder:
        limits, workdir = Limits(), Path(folder)
        staged = stage(
            feed,
            uri=str(feed),
            workdir=workdir,
            limits=limits,
            shapes=profile.shapes,
            options=as_written(profile, feed.name, SourceOptions()),
        )
        assert staged.complete
        assert not staged.faults.totals
        header = read_header(profile, staged.columns)
        columns = ", ".join(f"c{places[0]}" for places in header.columns.values())
        with connect(limits, workdir) as connection:
            query = f"SELECT {columns} FROM {source_table(staged, limits)}"  # noqa: S608 - columns by number
            rows = connection.execute(query).fetchall()
    return [dict(zip(header.columns, row, strict=True)) for row in rows]
