"""All that holds a repository of one's own to feedscript's promises (here: examples/sqlite_storage.py)."""

from pathlib import Path

from my_storage import Database, SqliteActivityLog, SqliteJobRepository

from feedscript.ports import Clock
from feedscript.testing.contracts import JobRepositoryContract
from feedscript.testing.rig import Storage


class TestMyRepository(JobRepositoryContract):
    def open_storage(self, folder: Path, clock: Clock) -> Storage:
        database = Database(folder / "jobs.db")
        return SqliteJobRepository(database), SqliteActivityLog(database)
