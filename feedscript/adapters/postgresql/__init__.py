"""Jobs, the trail and all else that is kept, in PostgreSQL: for when one machine's folders are not enough.

Needs `feedscript[postgresql]`.
"""

from feedscript.adapters.postgresql.activity_log import PostgresActivityLog
from feedscript.adapters.postgresql.clock import PostgresClock
from feedscript.adapters.postgresql.database import Database
from feedscript.adapters.postgresql.host_lease import HostLease
from feedscript.adapters.postgresql.keys import PostgresKeys
from feedscript.adapters.postgresql.letter_box import PostgresLetterBox
from feedscript.adapters.postgresql.places import PostgresPlaces
from feedscript.adapters.postgresql.repository import PostgresJobRepository

__all__ = [
    "Database",
    "HostLease",
    "PostgresActivityLog",
    "PostgresClock",
    "PostgresJobRepository",
    "PostgresKeys",
    "PostgresLetterBox",
    "PostgresPlaces",
]
