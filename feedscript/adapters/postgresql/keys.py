"""The callers' keys as rows."""

import contextlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from feedscript.adapters.key_document import key_from_bytes, key_to_bytes
from feedscript.adapters.postgresql.database import FEEDSCRIPT, Database
from feedscript.adapters.postgresql.failures import Connection
from feedscript.domain import KEY_ID, ApiKey, FeedscriptError
from feedscript.ports.errors import KeyNameTaken, StorageBroken, UnknownKey
from feedscript.ports.keys import Keys

NOTED_EVERY = timedelta(minutes=5)
LOCK = "SELECT pg_advisory_xact_lock(%s, ('api_key'::regclass::oid::bigint & 2147483647)::integer)"
ADD = "INSERT INTO api_key (id, document) VALUES (%s, %s)"
FIND = "SELECT document FROM api_key WHERE id = %s"
ALL = "SELECT document FROM api_key"
CHANGE = "UPDATE api_key SET document = %s WHERE id = %s"
USED = "UPDATE api_key SET last_used = %s WHERE id = %s"
LAST_USED = "SELECT last_used FROM api_key WHERE id = %s"
ANY = "SELECT EXISTS (SELECT FROM api_key)"


class PostgresKeys(Keys):
    """`Keys` in a database that any number of hosts may share; each look reads the row."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._noted: dict[str, datetime] = {}

    def add(self, key: ApiKey) -> None:
        """Insert the row, where no other good key has the name."""

        def work(connection: Connection) -> None:
            connection.execute(LOCK, [FEEDSCRIPT])
            for (document,) in connection.execute(ALL).fetchall():
                other = self._read(key.id, document)
                if other == key:
                    return  # an earlier try has come through, though nobody was told
                if other.id == key.id or other.bars(key):
                    raise KeyNameTaken(key.name, other.id)
            connection.execute(ADD, [key.id, key_to_bytes(key).decode()])

        self._database.transaction(work)

    def find(self, key_id: str) -> ApiKey | None:
        """Read the row."""
        if not KEY_ID.fullmatch(key_id):
            return None
        rows = self._database.query(FIND, key_id)
        return self._read(key_id, rows[0][0]) if rows else None

    def all(self) -> Sequence[ApiKey]:
        """Read all rows."""
        found = [self._read("", document) for (document,) in self._database.query(ALL)]
        return sorted(found, key=lambda key: (key.created_at, key.id))

    def revoke(self, key_id: str, at: datetime) -> ApiKey:
        """Write the document anew."""

        def work(connection: Connection) -> ApiKey:
            connection.execute(LOCK, [FEEDSCRIPT])
            row = connection.execute(FIND, [key_id]).fetchone()
            if row is None:
                raise UnknownKey(key_id)
            key = self._read(key_id, row[0])
            revoked = key.revoked(at)
            connection.execute(CHANGE, [key_to_bytes(revoked).decode(), key_id])
            return revoked

        if not KEY_ID.fullmatch(key_id):
            raise UnknownKey(key_id)
        return self._database.transaction(work)

    def used(self, key_id: str, at: datetime) -> None:
        """Write the time, where the last one is some minutes old."""
        noted = self._noted.get(key_id)
        if not KEY_ID.fullmatch(key_id) or (noted is not None and timedelta(0) <= at - noted < NOTED_EVERY):
            return
        self._noted[key_id] = at
        # A note that is not taken is no reason to refuse a call.
        with contextlib.suppress(FeedscriptError):
            self._database.query(USED, at, key_id)

    def last_used(self, key_id: str) -> datetime | None:
        """Read the time."""
        rows = self._database.query(LAST_USED, key_id) if KEY_ID.fullmatch(key_id) else []
        return rows[0][0].astimezone(UTC) if rows and rows[0][0] is not None else None

    def empty(self) -> bool:
        """Look whether there is a row."""
        return not self._database.query(ANY)[0][0]

    def _read(self, key_id: str, document: str) -> ApiKey:
        try:
            return key_from_bytes(document.encode())
        except ValueError as error:
            where = f"{self._database.where}, key {key_id}"
            raise StorageBroken(where, f"not a key's document: {error}") from error
