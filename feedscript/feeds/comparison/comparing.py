"""Compares two feeds item by item, in DuckDB: what does not fit into memory spills."""

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path

import duckdb

from feedscript.feeds.comparison.changes import Changed, Changes, Side
from feedscript.feeds.comparison.side import attribute_named, keep, open_feed
from feedscript.feeds.engine.connection import connect
from feedscript.feeds.engine.errors import FeedError
from feedscript.feeds.engine.limits import Limits
from feedscript.feeds.engine.packed import packed
from feedscript.feeds.engine.paths import AnyPath
from feedscript.feeds.engine.sql import literal
from feedscript.feeds.profiles import load_profile
from feedscript.feeds.readers.intake import Stopped

_LONGEST = 200
_BATCH = 10_000


class Incomparable(FeedError):
    """Two feeds could not be compared within the limits.

    Attributes: `cause` (one line).
    """

    def __init__(self, cause: str) -> None:
        super().__init__(f"the feeds were not compared: {cause}")
        self.cause = cause


def compare(
    old: AnyPath,
    new: AnyPath,
    *,
    profile: str = "google",
    key: str | None = None,
    uris: tuple[str, str] | None = None,
    samples: int = 20,
    listing: Path | None = None,
    limits: Limits = Limits(),  # noqa: B008 - frozen
    workdir: Path | None = None,
) -> Changes:
    """Tell which items are added, removed and changed in `new` against `old`, each in any format.

    Items are the same that have the same id: the attribute `key`, or what is the id under the `profile`, by whose
    attributes columns are known and several values are parted. Of several items with one id the first is compared to
    the first, and so on. `listing` is where every change goes, as gzipped JSON Lines: `change` (added, removed,
    changed), `item_id`, and `attributes` that differ. Raises a FeedError where one of them cannot be read whole.
    """
    old, new = Path(old), Path(new)
    rules = load_profile(profile)
    sought = attribute_named(rules, key) if key else rules.item
    with tempfile.TemporaryDirectory(prefix="feedscript-", dir=workdir) as folder:
        place = Path(folder)
        names = uris or (str(old), str(new))
        feeds = [
            open_feed(path, uri, rules, sought, limits=limits, workdir=place / side)
            for path, uri, side in zip((old, new), names, ("old", "new"), strict=True)
        ]
        compared = [name for name in dict.fromkeys((*feeds[0].cells, *feeds[1].cells)) if name != sought]
        kept = place / "old.parquet", place / "new.parquet"
        try:
            with connect(limits, place) as connection:
                unread = [
                    keep(connection, feed, sought, compared, path=path, limits=limits)
                    for feed, path in zip(feeds, kept, strict=True)
                ]
                return _Comparison(connection, *kept, compared).run(names, unread, samples, listing)
        except Stopped as stopped:
            raise Incomparable(stopped.reason) from stopped
        except duckdb.InterruptException as error:
            raise Incomparable(f"it took longer than {limits.max_seconds:g} s (max_seconds)") from error
        except duckdb.OutOfMemoryException as error:
            raise Incomparable("it needed more memory or temporary disk than the limits allow") from error
        except duckdb.Error as error:
            raise Incomparable(str(error).splitlines()[0]) from error


@dataclass(frozen=True)
class _Comparison:
    """Two Parquet files of items (id, v0 ...), and the names of their values."""

    connection: duckdb.DuckDBPyConnection
    old: Path
    new: Path
    names: list[str]

    def run(self, uris: tuple[str, str], unread: list[int], samples: int, listing: Path | None) -> Changes:
        items = [self._keyed("before", self.old), self._keyed("after", self.new)]
        self.connection.execute(
            "CREATE TEMP TABLE pairs AS SELECT before.n AS o, after.n AS n, coalesce(after.id, before.id) AS id"
            " FROM before FULL JOIN after USING (id, k) WHERE before.w IS DISTINCT FROM after.w"
        )
        self.connection.execute("DROP TABLE before; DROP TABLE after")
        totals = self.connection.execute(
            "SELECT count(*) FILTER (o IS NULL), count(*) FILTER (n IS NULL),"
            " count(*) FILTER (o IS NOT NULL AND n IS NOT NULL) FROM pairs"
        ).fetchone()
        assert totals is not None
        added, removed, changed = totals
        if listing is not None:
            self._list(listing)
        return Changes(
            old=Side(uris[0], items[0], unread[0]),
            new=Side(uris[1], items[1], unread[1]),
            added=added,
            removed=removed,
            changed=changed,
            by_attribute=self._by_attribute() if changed else {},
            first_added=self._first("o IS NULL ORDER BY n", samples),
            first_removed=self._first("n IS NULL ORDER BY o", samples),
            first_changed=tuple(self._changed(samples)) if changed else (),
        )

    def _keyed(self, table: str, path: Path) -> int:
        """Make the table of each item's place, its id, which of those with this id it is, and a hash of its values."""
        values = ", ".join(f"v{place}" for place in range(len(self.names))) or "0"
        self.connection.execute(
            f"CREATE TEMP TABLE {table} AS SELECT file_row_number AS n, id, 1::BIGINT AS k, hash({values}) AS w"
            f" FROM {_numbered(path)}"
        )
        row = self.connection.execute(f"SELECT count(*), count(DISTINCT id) FROM {table}").fetchone()
        assert row is not None
        items, ids = row
        if ids < items:
            self.connection.execute(
                f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT n, id,"
                f" row_number() OVER (PARTITION BY id ORDER BY n) AS k, w FROM {table}"
            )
        return int(items)

    def _beside(self, pairs: str) -> str:
        """The items of pairs, before as b and after as a."""
        return (
            f"{pairs} AS p JOIN {_numbered(self.old)} AS b ON b.file_row_number = p.o"
            f" JOIN {_numbered(self.new)} AS a ON a.file_row_number = p.n"
        )

    def _by_attribute(self) -> dict[str, int]:
        counts = ", ".join(f"count_if({differs})" for differs in self._differs)
        row = self.connection.execute(f"SELECT {counts} FROM {self._beside('pairs')}").fetchone()
        ranked = sorted(zip(self.names, row or (), strict=False), key=lambda each: -each[1])
        return {name: total for name, total in ranked if total}

    def _first(self, which: str, samples: int) -> tuple[str, ...]:
        rows = self.connection.execute(f"SELECT id FROM pairs WHERE {which} LIMIT {samples}").fetchall()
        return tuple(item_id for (item_id,) in rows)

    def _changed(self, samples: int) -> list[Changed]:
        pairs = f"(SELECT * FROM pairs WHERE o IS NOT NULL AND n IS NOT NULL ORDER BY n LIMIT {samples})"
        values = ", ".join(
            f"left(b.v{place}, {_LONGEST}), left(a.v{place}, {_LONGEST})" for place in range(len(self.names))
        )
        differs = ", ".join(self._differs)
        query = f"SELECT p.id, [{differs}], [{values}]::VARCHAR[] FROM {self._beside(pairs)} ORDER BY p.n"
        return [
            Changed(
                item_id,
                {
                    name: (texts[2 * place], texts[2 * place + 1])
                    for place, name in enumerate(self.names)
                    if told[place]
                },
            )
            for item_id, told, texts in self.connection.execute(query).fetchall()
        ]

    def _list(self, path: Path) -> None:
        """Write every change: what is added and changed in the new feed's order, then what is removed in the old's."""
        differs = ", ".join(self._differs) or "false"
        self.connection.execute(
            "CREATE TEMP TABLE listed AS"
            f" SELECT p.n AS n, 0::BIGINT AS o, p.id AS id, [{differs}] AS differs FROM {self._beside('pairs')}"
            " UNION ALL SELECT n, o, id, NULL FROM pairs WHERE o IS NULL OR n IS NULL"
        )
        cursor = self.connection.execute("SELECT n, o, id, differs FROM listed ORDER BY n NULLS LAST, o")
        with packed(path) as file:
            while batch := cursor.fetchmany(_BATCH):
                for n, _, item_id, told in batch:
                    kind = "removed" if n is None else "added" if told is None else "changed"
                    change: dict[str, object] = {"change": kind, "item_id": item_id}
                    if told is not None:
                        change["attributes"] = [
                            name for name, each in zip(self.names, told, strict=False) if each
                        ]
                    file.write(json.dumps(change, ensure_ascii=False) + "\n")

    @property
    def _differs(self) -> list[str]:
        return [f"a.v{place} IS DISTINCT FROM b.v{place}" for place in range(len(self.names))]


def _numbered(path: Path) -> str:
    return f"read_parquet({literal(str(path))}, file_row_number = true)"
