"""The PostgreSQL adapters, by the shipped harness over a real server."""

import os
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path

import psycopg
import pytest

from feedscript.adapters.postgresql import (
    Database,
    PostgresActivityLog,
    PostgresClock,
    PostgresJobRepository,
    PostgresKeys,
    PostgresLetterBox,
    PostgresPlaces,
)
from feedscript.adapters.postgresql.audit import verify
from feedscript.adapters.trail.chain import Tampered
from feedscript.ports import Clock, Keys, Notifier, Owner, Places
from feedscript.service import JobService
from feedscript.testing.contracts import (
    ActivityLogContract,
    ClockContract,
    JobRepositoryContract,
    KeysContract,
    NotifierContract,
    PlacesContract,
)
from feedscript.testing.contracts.faults import DEATH, ERROR, Fault
from feedscript.testing.failing import CUT, failing_connection
from feedscript.testing.lifecycle import lifecycle_test
from feedscript.testing.rig import Rig, Storage
from tests.notifying import notifier_over
from tests.postgresql_server import empty, server

URL = "FEEDSCRIPT_TESTS_DATABASE"
KEY = b"k" * 32
FORGE_THE_NEWEST = """
UPDATE trail_digest SET document = regexp_replace(document, '"value":"....', '"value":"0000')
WHERE day = (SELECT max(day) FROM trail_digest)
"""


def _in(folder: Path) -> str:
    """The database's address; it is emptied when a folder is first seen, by whatever process."""
    mark = folder / ".begun"
    if not mark.exists():
        empty(os.environ[URL])
        mark.touch()
    return os.environ[URL]


@pytest.fixture(scope="module", autouse=True)
def _address() -> Iterator[None]:
    # Before any test: a process that one starts is to find this one's server, and not to start its own.
    os.environ[URL] = server().url()
    yield
    os.environ.pop(URL)


def _failing(folder: Path, fault: Fault) -> Database:
    return Database(_in(folder), size=2, patience=3, connection=failing_connection(fault))


class InDatabase:
    faults = (ERROR, DEATH, CUT)
    mended = (CUT,)

    def open_storage(self, folder: Path, clock: Clock) -> Storage:
        return self._over(Database(_in(folder), size=4, patience=3), clock)

    def open_failing(self, folder: Path, clock: Clock, fault: Fault) -> Storage:
        return self._over(_failing(folder, fault), clock)

    def _over(self, database: Database, clock: Clock) -> Storage:
        log = PostgresActivityLog(database, now=clock.now, key=KEY)
        return PostgresJobRepository(database, log), log


class TestPostgresJobRepository(InDatabase, JobRepositoryContract):
    pass


class TestPostgresActivityLog(InDatabase, ActivityLogContract):
    can_be_verified = True

    def faults_found(self, folder: Path) -> str | None:
        database = Database(_in(folder))
        try:
            verify(database, keys=[KEY])
        except Tampered as fault:
            return str(fault)
        finally:
            database.close()
        return None

    def tamperings(self, folder: Path) -> Mapping[str, tuple[Callable[[], object], Callable[[], object]]]:
        changes = {
            "a changed entry": ("activity", "UPDATE activity SET line = replace(line, 'note 1', 'note 9')"),
            "an entry taken out": ("activity", "DELETE FROM activity WHERE sequence = 2"),
            "the last entry taken out of a sealed day": (
                "activity",
                "DELETE FROM activity WHERE sequence >= 6",
            ),
            "an entry hidden from its job": (
                "activity",
                "UPDATE activity SET job_id = 'j' WHERE job_id = 'job 1'",
            ),
            "entries moved to another day": (
                "trail_day",
                "UPDATE trail_day SET first_sequence = 5 WHERE first_sequence = 4",
            ),
            "a changed digest": (
                "trail_digest",
                "UPDATE trail_digest SET document = replace(document, 'version\":1', 'version\":2')",
            ),
            # Of a digest that no later one vouches for.
            "a forged signature": ("trail_digest", FORGE_THE_NEWEST),
            "a digest taken out": ("trail_digest", "DELETE FROM trail_digest WHERE day = '2026-01-01'"),
        }
        return {
            name: (
                partial(_run, f"CREATE TABLE kept AS SELECT * FROM {table}; {change}"),
                partial(_run, f"TRUNCATE {table}; INSERT INTO {table} SELECT * FROM kept; DROP TABLE kept"),
            )
            for name, (table, change) in changes.items()
        }


def _run(statements: str) -> None:
    with psycopg.connect(os.environ[URL], autocommit=True) as connection:
        connection.execute(statements)


class Closing:
    """Closes the databases that a contract's hooks have opened."""

    @pytest.fixture(autouse=True)
    def _databases(self) -> Iterator[None]:
        self._opened: list[Database] = []
        yield
        for database in self._opened:
            database.close()

    def database(self, folder: Path) -> Database:
        self._opened.append(Database(_in(folder), size=4))
        return self._opened[-1]

    def failing(self, folder: Path, fault: Fault) -> Database:
        self._opened.append(_failing(folder, fault))
        return self._opened[-1]


class TestPostgresPlaces(Closing, PlacesContract):
    faults = (ERROR, DEATH, CUT)

    def open_places(self, folder: Path) -> Places:
        return PostgresPlaces(self.database(folder))

    def open_failing(self, folder: Path, fault: Fault) -> Places:
        return PostgresPlaces(self.failing(folder, fault))


class TestPostgresKeys(Closing, KeysContract):
    faults = (ERROR, DEATH, CUT)

    def open_failing(self, folder: Path, fault: Fault) -> Keys:
        return PostgresKeys(self.failing(folder, fault))

    def open_keys(self, folder: Path) -> Keys:
        return PostgresKeys(self.database(folder))


class TestPostgresOutbox(Closing, NotifierContract):
    faults = (ERROR, DEATH, CUT)

    def open_failing(self, folder: Path, fault: Fault) -> Notifier:
        folder.mkdir(exist_ok=True)
        return notifier_over(PostgresLetterBox(self.failing(folder, fault)))

    def open_notifier(self, folder: Path) -> Notifier:
        folder.mkdir(exist_ok=True)
        return notifier_over(PostgresLetterBox(self.database(folder)))


class TestPostgresClock(ClockContract):
    tells_the_time = False

    @pytest.fixture
    def clock(self) -> Iterator[Clock]:
        database = Database(server().url())
        yield PostgresClock(database)
        database.close()


def _service(rig: Rig) -> JobService:
    database = Database(_in(rig.folder))
    log = PostgresActivityLog(database, now=rig.clock.now)
    return rig.service_over(PostgresJobRepository(database, log), log)


TestPostgresLifecycle = lifecycle_test(_service, examples=5, steps=15)


def test_a_place_is_the_first_ones_until_it_lets_go(tmp_path: Path) -> None:
    first, second = Owner("m1/../\u00e9:\0\ud800", "feed"), Owner("m2", "report")
    database = Database(_in(tmp_path))
    places, elsewhere = PostgresPlaces(database), PostgresPlaces(database)
    assert places.owner("s3://b/key") is None
    assert places.claim("s3://b/key", first) == first
    assert elsewhere.claim("s3://b/key", second) == first
    assert elsewhere.owner("s3://b/key") == first
    places.release("s3://b/key")
    assert places.claim("s3://b/key", second) == second
    database.close()
