"""Letters as rows; of all processes on all hosts the one that holds an advisory lock delivers."""

import logging
from collections.abc import Iterator

import psycopg

from feedscript.adapters.postgresql.database import FEEDSCRIPT, Database
from feedscript.adapters.postgresql.failures import Connection
from feedscript.domain import FeedscriptError
from feedscript.ports.notifier import DeliveryState

logger = logging.getLogger(__name__)

AT_ONCE = 500
BEHIND_ALL = "\x7f"
"""Behind every character that a name has: they are quoted as in a URL."""
TRY_LOCK = "SELECT pg_try_advisory_lock(%s, ('letter'::regclass::oid::bigint & 2147483647)::integer)"
STILL_THERE = "SELECT 1"
PUT = """
WITH known AS (INSERT INTO letter_known (name) VALUES (%s) ON CONFLICT (name) DO NOTHING RETURNING name)
INSERT INTO letter (name, state, document) SELECT name, 'waiting', %s FROM known
ON CONFLICT (name) DO UPDATE SET state = excluded.state, document = excluded.document, changed = excluded.changed
RETURNING name
"""
FORGET = "DELETE FROM letter_known WHERE name >= %s AND name < %s"
KNOWN = "SELECT name FROM letter_known ORDER BY name"
NEWS = "SELECT name FROM letter WHERE state = 'waiting' AND changed >= %s::xid8 ORDER BY name"
BEGUN = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text"
READ = "SELECT document FROM letter WHERE name = %s AND state = %s"
REPLACE = "UPDATE letter SET document = %s WHERE name = %s AND state = 'waiting'"
REMOVE = "DELETE FROM letter WHERE name = %s AND state = %s RETURNING name"
SET_ASIDE = "UPDATE letter SET state = 'dead', document = coalesce(%s, document) WHERE name = %s AND state = 'waiting'"
REVIVE = """
UPDATE letter SET state = 'waiting', document = %s, changed = pg_current_xact_id() WHERE name = %s AND state = 'dead'
"""
ALL_IN = "SELECT name, document FROM letter WHERE state = %s AND name > %s ORDER BY name LIMIT %s"


class PostgresLetterBox:
    """A box of letters (`feedscript.adapters.webhooks`) in a database that any number of hosts may share.

    Whoever delivers has a connection of its own, whose end ends its lead. Only the leader asks for news.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._leading: Connection | None = None
        self._seen = "0"
        self._away = False

    def make(self) -> None:
        """The tables are there."""

    def leads(self) -> bool:
        """Take the lock if it is free; it is this process's for as long as its connection lasts."""
        try:
            if self._leading is not None:
                self._leading.execute(STILL_THERE)
            leads = self._leading is not None or self._stand_for_election()
        except (psycopg.Error, FeedscriptError) as error:
            if not self._away:  # told once, not twice a second
                logger.warning("this process tells no outcomes until the database is there again: %s", error)
            self._away = True
            self.resign()
            return False
        self._away = False
        return leads

    def resign(self) -> None:
        """Close the connection, and with it the lock."""
        if self._leading is not None:
            self._leading.close()
            self._leading = None

    def put(self, name: str, document: bytes) -> bool:
        """Insert both names, or neither."""
        return bool(self._database.query(PUT, name, document.decode()))

    def forget(self, beginning: str) -> None:
        """Delete the names."""
        self._database.query(FORGET, beginning, beginning + BEHIND_ALL)

    def known(self) -> list[str]:
        """Read the names."""
        return [name for (name,) in self._database.query(KNOWN)]

    def names(self) -> list[str] | None:
        """What was put by transactions that were not over at the last look."""
        seen = self._seen
        ((begun,),) = self._database.query(BEGUN)
        names = [name for (name,) in self._database.query(NEWS, seen)]
        self._seen = begun
        return names or None

    def read(self, name: str) -> bytes | None:
        """Read the letter's row."""
        return self._document(name, DeliveryState.WAITING)

    def replace(self, name: str, document: bytes) -> None:
        """Update the letter's row."""
        self._database.query(REPLACE, document.decode(), name)

    def remove(self, name: str) -> None:
        """Delete the letter's row."""
        self._database.query(REMOVE, name, DeliveryState.WAITING.value)

    def set_aside(self, name: str, document: bytes | None = None) -> None:
        """Mark the letter's row as dead."""
        self._database.query(SET_ASIDE, document and document.decode(), name)

    def all_in(self, state: DeliveryState, *, after: str) -> Iterator[tuple[str, bytes | None]]:
        """Read the rows, some at a time."""
        while rows := self._database.query(ALL_IN, state.value, after, AT_ONCE):
            for name, document in rows:
                yield name, document.encode()
            after = rows[-1][0]

    def dead(self, name: str) -> bytes | None:
        """Read the dead letter's row."""
        return self._document(name, DeliveryState.DEAD)

    def revive(self, name: str, document: bytes) -> None:
        """Mark the dead letter's row as waiting."""
        self._database.query(REVIVE, document.decode(), name)

    def discard(self, name: str) -> bool:
        """Delete the dead letter's row."""
        return bool(self._database.query(REMOVE, name, DeliveryState.DEAD.value))

    def _document(self, name: str, state: DeliveryState) -> bytes | None:
        rows = self._database.query(READ, name, state.value)
        return rows[0][0].encode() if rows else None

    def _stand_for_election(self) -> bool:
        connection = self._database.connect()
        try:
            ((taken,),) = connection.execute(TRY_LOCK, [FEEDSCRIPT]).fetchall()
        except psycopg.Error:
            connection.close()
            raise
        if taken:
            # Others have delivered meanwhile, and put off.
            self._leading, self._seen = connection, "0"
        else:
            connection.close()
        return bool(taken)
