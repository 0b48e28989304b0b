"""The example's storage, by the shipped contracts and the shipped machine."""

from pathlib import Path

from examples.sqlite_storage import Database, SqliteActivityLog, SqliteJobRepository
from feedscript.ports import Clock
from feedscript.testing.contracts import ActivityLogContract, JobRepositoryContract
from feedscript.testing.lifecycle import lifecycle_test
from feedscript.testing.rig import Storage


def storage(folder: Path) -> Storage:
    database = Database(folder / "jobs.sqlite3")
    return SqliteJobRepository(database), SqliteActivityLog(database)


class InSqlite:
    def open_storage(self, folder: Path, clock: Clock) -> Storage:
        return storage(folder)


class TestSqliteJobRepository(InSqlite, JobRepositoryContract):
    pass


class TestSqliteActivityLog(InSqlite, ActivityLogContract):
    pass


TestSqliteLifecycle = lifecycle_test(lambda rig: rig.service_over(*storage(rig.folder)), examples=5, steps=10)


def test_it_is_an_example_that_can_be_read() -> None:
    source = Path(__file__).parents[2] / "examples/sqlite_storage.py"
    assert sum(bool(line.strip()) for line in source.read_text().splitlines()) < 100
