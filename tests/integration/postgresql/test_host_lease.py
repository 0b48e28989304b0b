"""One host at a time runs scripts, by the database's clock."""

import threading
from collections.abc import Iterator

import psycopg
import pytest

from feedscript.adapters.postgresql import Database, HostLease
from feedscript.ports.errors import OtherHost
from tests.postgresql_server import empty, server


@pytest.fixture
def database() -> Iterator[Database]:
    empty(server().url())
    database = Database(server().url(), size=3)
    yield database
    database.close()


def age(seconds: float) -> None:
    with psycopg.connect(server().url(), autocommit=True) as connection:
        connection.execute("UPDATE host_lease SET until = until - %s * interval '1 second'", [seconds])


def test_a_host_has_it_until_it_has_been_silent_for_so_long(database: Database) -> None:
    one, other = HostLease(database, "1", "one"), HostLease(database, "2", "other")
    one.take()
    HostLease(database, "1", "one").take()
    age(25)
    with pytest.raises(OtherHost, match=r"is used by the service on one, .* start this one [1-5] s later"):
        other.take()
    age(10)
    other.take()
    with pytest.raises(OtherHost, match="on other"):
        one.take()


def test_it_is_renewed_and_whoever_has_lost_it_is_told(database: Database) -> None:
    lost = threading.Event()
    one = HostLease(database, "1", "one", lasts=0.6, on_lost=lost.set)
    one.take()
    one.start()
    other = HostLease(database, "2", "other", lasts=60)
    for _ in range(10):
        assert not lost.wait(0.1), "it is renewed"
        with pytest.raises(OtherHost):
            other.take()
    with psycopg.connect(server().url(), autocommit=True) as connection:
        connection.execute("UPDATE host_lease SET host_id = '2', until = until + interval '1 minute'")
    assert lost.wait(10)
