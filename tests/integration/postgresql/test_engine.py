"""The engine hears calls again after the database was away."""

from collections.abc import Iterator

import psycopg
import pytest

from feedscript.adapters.postgresql.database import Database
from feedscript.adapters.procrastinate.engine import Engine
from feedscript.adapters.procrastinate.schema import make_tables
from tests.integration.live_server import poll
from tests.postgresql_server import server

NAME = "engine"
LISTENING = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND query LIKE 'LISTEN%%'"
CUT = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
REFUSED = f'database "{NAME}" is not currently accepting connections'


@pytest.fixture
def url() -> Iterator[str]:
    url = server().new_database(NAME)
    database = Database(url, size=1)
    make_tables(database)
    database.close()
    yield url
    server().new_database(NAME)


async def _nothing() -> None:
    """No call comes here."""


def test_it_listens_again_after_the_database_was_away(url: str) -> None:
    engine = Engine(url, name="here", answer=_nothing)
    log = server().folder / "log"
    with psycopg.connect(server().url("postgres"), autocommit=True) as connection:
        engine.start(when=lambda: True)
        try:
            poll(lambda: connection.execute(LISTENING, [NAME]).fetchone() == (1,))
            connection.execute(f"ALTER DATABASE {NAME} ALLOW_CONNECTIONS false")
            before = log.read_text().count(REFUSED)
            connection.execute(CUT, [NAME])
            poll(lambda: log.read_text().count(REFUSED) > before + 2)
            connection.execute(f"ALTER DATABASE {NAME} ALLOW_CONNECTIONS true")
            poll(lambda: connection.execute(LISTENING, [NAME]).fetchone() == (1,))
        finally:
            engine.stop()
