"""A database that is away: who asks is told why, the next ones soon, and it is noticed at once when it is back."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from feedscript.adapters.postgresql.database import NO_PATIENCE, Database
from feedscript.ports.errors import StorageUnavailable
from tests.postgresql_server import server

PATIENCE = 1.5


class Way:
    """The way to the server's socket, which can be taken away."""

    def __init__(self, link: Path) -> None:
        self._link = link
        self._socket = conninfo_to_dict(server().url())["host"]
        self.opens()
        self.url = make_conninfo(server().url(), host=str(link))

    def opens(self) -> None:
        self._link.symlink_to(str(self._socket))

    def closes(self, database: Database, *, patience: float | None = None) -> None:
        """Take it away, with the connection by which that is asked, and which cannot be had again."""
        self._link.unlink()
        with pytest.raises(StorageUnavailable, match="No such file"):
            database.query("SELECT pg_terminate_backend(pg_backend_pid())", patience=patience)


@pytest.fixture
def way(tmp_path: Path) -> Way:
    return Way(tmp_path / "way")


@pytest.fixture
def database(way: Way) -> Iterator[Database]:
    database = Database(way.url, size=2, patience=PATIENCE)
    yield database
    database.close()


def test_an_outage_is_told_soon_once_it_is_known_and_its_end_is_seen_by_the_next_who_asks(
    way: Way, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL, "psycopg.pool")
    assert database.query("SELECT 1") == [(1,)]
    way.closes(database)
    assert database.waits == NO_PATIENCE
    # The pool by itself would look again after 1, 3 and 7 seconds.
    for _ in range(3):
        with pytest.raises(StorageUnavailable, match="No such file"):
            database.query("SELECT 1")
    way.opens()
    assert database.query("SELECT 1") == [(1,)]
    assert database.waits == PATIENCE


def test_who_has_little_patience_does_not_take_it_from_others(way: Way, database: Database) -> None:
    assert database.query("SELECT 1") == [(1,)]
    way.closes(database, patience=0.1)
    assert database.waits == PATIENCE


def test_that_all_connections_are_in_use_is_told(database: Database) -> None:
    with (
        database.locked(1, [1]),
        database.locked(1, [2]),
        pytest.raises(StorageUnavailable, match="all 2 connections are in use"),
    ):
        database.query("SELECT 1")
