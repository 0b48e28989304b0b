"""A feed that one file must not hold as several: `feed-1of3.csv.gz`, each whole in itself."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath

import duckdb

from feedscript.feeds.engine.errors import FeedError
from feedscript.feeds.profiles.written import FeedFile
from feedscript.feeds.writers.file_form import COMPRESSIONS

_ENDS = "item_ends"


class ItemTooLarge(FeedError):
    """An item alone is larger than a file may be.

    Attributes: `item` (its ordinal, from 1), `max_bytes`.
    """

    def __init__(self, item: int, max_bytes: int) -> None:
        super().__init__(
            f"item {item} alone takes more than the {max_bytes} bytes that a file of this partner may have"
        )
        self.item = item
        self.max_bytes = max_bytes


@dataclass(frozen=True)
class Shard:
    """The items of one file: a table in SQL, and how many they are."""

    table: str
    items: int


@dataclass(frozen=True)
class Size:
    """How large files are at most, in bytes before compression.

    `item` is the SQL of those of an item in `table`, `around` how many a file has beside its items.
    """

    table: str
    item: str
    around: int


def shard_name(name: str, number: int, total: int) -> str:
    """What a file of several is called; one alone keeps the name.

    >>> shard_name("feed.csv.gz", 1, 3)
    'feed-1of3.csv.gz'
    >>> shard_name("feed.csv", 1, 1)
    'feed.csv'
    """
    if total == 1:
        return name
    path = PurePath(name)
    packed = path.suffix if path.suffix[1:].lower() in COMPRESSIONS else ""
    inner = PurePath(name.removesuffix(packed))
    return f"{inner.stem}-{number}of{total}{inner.suffix}{packed}"


def shards(connection: duckdb.DuckDBPyConnection, items: str, size: Size, file: FeedFile) -> list[Shard]:
    """The items of each file, in order; one shard at least.

    Bytes are counted before compression, so that a compressed file is surely no larger. Raises ItemTooLarge.
    """
    total = _count(connection, items)
    if file.max_bytes is None:
        most = file.max_items or max(total, 1)
        lengths = [min(most, total - start) for start in range(0, total, most)]
    else:
        lengths = list(_lengths_by_bytes(connection, size, file))
    if len(lengths) <= 1:
        return [Shard(items, total)]
    starts = (sum(lengths[:place]) for place in range(len(lengths)))
    return [
        Shard(f"(SELECT * FROM {items} LIMIT {length} OFFSET {start})", length)
        for start, length in zip(starts, lengths, strict=True)
    ]


def _count(connection: duckdb.DuckDBPyConnection, items: str) -> int:
    counted = connection.execute(f"SELECT count(*) FROM {items}").fetchone()
    assert counted is not None
    return int(counted[0])


def _lengths_by_bytes(connection: duckdb.DuckDBPyConnection, size: Size, file: FeedFile) -> Iterator[int]:
    """How many items go into each file: as many as fit."""
    assert file.max_bytes is not None
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {_ENDS} AS SELECT row_number() OVER () AS n,"
        f" sum({size.item}) OVER (ROWS UNBOUNDED PRECEDING) AS ends FROM {size.table}"
    )
    try:
        total = _count(connection, _ENDS)
        done = before = 0
        while done < total:
            last = total if file.max_items is None else done + file.max_items
            room = before + file.max_bytes - size.around
            found = connection.execute(
                f"SELECT max(n), max(ends) FROM {_ENDS} WHERE n > {done} AND n <= {last} AND ends <= {room}"
            ).fetchone()
            if found is None or found[0] is None:
                raise ItemTooLarge(done + 1, file.max_bytes)
            yield int(found[0]) - done
            done, before = map(int, found)
    finally:
        connection.execute(f"DROP TABLE {_ENDS}")
