"""The database's schema, step by step: `migrations/NNNN_name.sql`, each in a transaction, once."""

import re
from dataclasses import dataclass
from importlib.resources import files

from feedscript.adapters.postgresql.database import Database
from feedscript.adapters.postgresql.failures import Connection
from feedscript.ports.errors import StorageBroken

NAME = re.compile(r"([0-9]{4})_(\w+)\.sql")
LOCK = "SELECT pg_advisory_xact_lock(hashtext('feedscript: migrations'), 0)"
VERSIONS = """
CREATE TABLE IF NOT EXISTS schema_version (
    version integer PRIMARY KEY, name text NOT NULL, applied timestamptz NOT NULL DEFAULT now()
)
"""
EXISTS = "SELECT to_regclass('schema_version')::text, current_setting('server_encoding')"
APPLIED = "SELECT coalesce(max(version), 0) FROM schema_version"
NOTE = "INSERT INTO schema_version (version, name) VALUES (%s, %s)"


@dataclass(frozen=True, slots=True)
class Migration:
    """One step."""

    version: int
    name: str
    statements: str


def migrations() -> list[Migration]:
    """All steps, in their order."""
    found = [
        Migration(int(shape[1]), shape[2], file.read_text("utf-8"))
        for file in (files(__package__) / "migrations").iterdir()
        if (shape := NAME.fullmatch(file.name))
    ]
    return sorted(found, key=lambda step: step.version)


def ready_database(url: str, *, size: int) -> Database:
    """The database; raises `StorageUnavailable`, and `StorageBroken` where its schema is not this version's."""
    database = Database(url, size=size)
    try:
        # Once without the pool, which does not tell why it has no connection.
        with database.alone() as connection:
            check(database.where, connection)
    except BaseException:
        database.close()
        raise
    return database


def upgrade(database: Database) -> list[Migration]:
    """Take the steps that the database has not seen; of several that do so at the same time one does.

    Raises `StorageBroken` for a schema of a later version, or a database that is not UTF-8.
    """
    taken = []
    with database.alone() as connection:
        while step := _next_step(database.where, connection):
            taken.append(step)
    return taken


def check(where: str, connection: Connection) -> int:
    """The schema's version; raises `StorageBroken` unless it is this one's."""
    ((found, encoding),) = connection.execute(EXISTS).fetchall()
    _need_utf8(where, encoding)
    ((version,),) = connection.execute(APPLIED).fetchall() if found else ((0,),)
    newest = migrations()[-1].version
    _refuse_newer(where, version, newest)
    if version < newest:
        raise StorageBroken(
            where,
            f"its schema is at {version}, and this version of feedscript needs {newest}: run `feedscript db upgrade`",
        )
    return int(version)


def _next_step(where: str, connection: Connection) -> Migration | None:
    """Take the next step, if there is one."""
    with connection.transaction():
        connection.execute(LOCK)
        ((_, encoding),) = connection.execute(EXISTS).fetchall()
        _need_utf8(where, encoding)
        connection.execute(VERSIONS)
        ((version,),) = connection.execute(APPLIED).fetchall()
        steps = migrations()
        _refuse_newer(where, version, steps[-1].version)
        step = next((step for step in steps if step.version > version), None)
        if step is not None:
            connection.execute(step.statements)
            connection.execute(NOTE, [step.version, step.name])
        return step


def _refuse_newer(where: str, found: int, newest: int) -> None:
    if found > newest:
        raise StorageBroken(
            where, f"its schema is at {found}, of a later version of feedscript; this one knows {newest}"
        )


def _need_utf8(where: str, encoding: str) -> None:
    if encoding != "UTF8":
        raise StorageBroken(where, f"its encoding is {encoding}; make a database with ENCODING 'UTF8'")
