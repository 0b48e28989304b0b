"""Whose a destination is, and who writes there, as rows."""

from collections.abc import Collection
from contextlib import AbstractContextManager
from urllib.parse import quote, unquote

from feedscript.adapters.place_key import place_key
from feedscript.adapters.postgresql.database import Database
from feedscript.ports.places import Owner, Places

CLAIM = """
WITH made AS (
    INSERT INTO place_claim (place, merchant, role, writer) VALUES (%s, %s, %s, %s)
    ON CONFLICT (place) DO NOTHING RETURNING merchant, role, set_config('synchronous_commit', 'off', true)
)
SELECT merchant, role FROM made UNION ALL SELECT merchant, role FROM place_claim WHERE place = %s
"""
HOLD = """
INSERT INTO place_claim (place, merchant, role, writer) VALUES (%s, %s, %s, %s) ON CONFLICT (place) DO NOTHING
"""
OWNERS = "SELECT place, merchant, role FROM place_claim WHERE place = ANY(%s)"
HELD = "SELECT place, merchant, role, writer FROM place_claim ORDER BY place"
WRITER = "SELECT writer FROM place_claim WHERE place = %s"
HAND_OVER = """
UPDATE place_claim SET writer = %s WHERE place = %s RETURNING set_config('synchronous_commit', 'off', true)
"""
PLACES = 0x66656565
"""The first key of the places' advisory locks, so that they meet no others."""
LOCK_DIGITS = 7
"""So many hexadecimal digits of a place's key are a lock's: two places that share them wait for each other."""
RELEASE = "DELETE FROM place_claim WHERE place = %s"


class PostgresPlaces(Places):
    """`Places` in a database that any number of hosts may share; a row that an operator deletes frees its place."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def claim(self, place: str, owner: Owner, *, writer: str | None = None) -> Owner:
        """Insert the claim: of many racers the primary key lets one win."""
        key = place_key(place)
        while True:
            rows = self._database.query(CLAIM, key, _quoted(owner), owner.role, writer, key)
            if rows:  # else somebody else's came while this was looking
                return _owner(*rows[0])

    def held(self) -> list[tuple[str, Owner, str | None]]:
        """All claims, by their keys."""
        return [(key, _owner(merchant, role), job) for key, merchant, role, job in self._database.query(HELD)]

    def hold(self, key: str, owner: Owner, writer: str | None) -> None:
        """Insert a claim by its key."""
        self._database.query(HOLD, key, _quoted(owner), owner.role, writer)

    def release(self, place: str) -> None:
        """Delete the claim."""
        self._database.query(RELEASE, place_key(place))

    def owner(self, place: str) -> Owner | None:
        """Read the claim."""
        return self.owners([place]).get(place)

    def owners(self, places: Collection[str]) -> dict[str, Owner]:
        """Read the claims, all at once."""
        keys = {place_key(place): place for place in places}
        return {keys[key]: _owner(*whose) for key, *whose in self._database.query(OWNERS, list(keys))}

    def alone(self, places: Collection[str]) -> AbstractContextManager[None]:
        """Hold advisory locks, which are the connection's: whoever loses it loses them."""
        keys = sorted({int(place_key(place)[:LOCK_DIGITS], 16) for place in places})
        return self._database.locked(PLACES, keys)

    def writer(self, place: str) -> str | None:
        """Read the claim."""
        rows = self._database.query(WRITER, place_key(place))
        return rows[0][0] if rows else None

    def hand_over(self, place: str, job_id: str) -> None:
        """Name the job in the claim."""
        self._database.query(HAND_OVER, job_id, place_key(place))


def _quoted(owner: Owner) -> str:
    return quote(owner.affiliate_merchant_id, safe="", errors="surrogatepass")


def _owner(merchant: str, role: str) -> Owner:
    return Owner(unquote(merchant, errors="surrogatepass"), role)
