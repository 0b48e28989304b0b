"""The engine's own tables, which its package brings."""

from procrastinate.schema import SchemaManager

from feedscript.adapters.postgresql.database import Database
from feedscript.adapters.postgresql.migrations import LOCK
from feedscript.ports.errors import StorageBroken

EXISTS = "SELECT to_regclass('procrastinate_jobs')::text"


def make_tables(database: Database) -> bool:
    """Make the tables where they are missing; answers whether they were. Of several that do so at a time one does."""
    with database.alone() as connection, connection.transaction():
        connection.execute(LOCK)
        if connection.execute(EXISTS).fetchall() != [(None,)]:
            return False
        connection.execute(SchemaManager.get_schema())
        return True


def need_tables(database: Database) -> None:
    """Raise `StorageBroken` where the tables are missing."""
    if database.query(EXISTS) == [(None,)]:
        raise StorageBroken(
            database.where,
            "it has no tables of Procrastinate, which wakes the hosts: run `feedscript db upgrade`",
        )
