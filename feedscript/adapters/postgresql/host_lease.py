"""One host at a time: runs and their locks are in folders, so scripts may be started from one machine alone."""

import logging
import threading
from collections.abc import Callable

from feedscript.adapters.postgresql.database import Database
from feedscript.domain import FeedscriptError
from feedscript.ports.errors import OtherHost, StorageUnavailable

logger = logging.getLogger(__name__)

LASTS = 30.0
TAKE = """
INSERT INTO host_lease AS held (host_id, host_name, until)
VALUES (%(id)s, %(name)s, clock_timestamp() + %(lasts)s * interval '1 second')
ON CONFLICT (one) DO UPDATE SET host_id = excluded.host_id, host_name = excluded.host_name, until = excluded.until
WHERE held.host_id = excluded.host_id OR held.until < clock_timestamp()
RETURNING host_id
"""
HOLDER = "SELECT host_name, ceil(extract(epoch FROM until - clock_timestamp()))::integer FROM host_lease"


class HostLease:
    """The right to run scripts, for all processes of a host, by the database's clock; renewed while one is there.

    `host_id` is the folder's where the runs lie, `on_lost` is called where another host has taken it meanwhile.
    """

    def __init__(
        self,
        database: Database,
        host_id: str,
        host_name: str,
        *,
        lasts: float = LASTS,
        on_lost: Callable[[], None] = lambda: None,
    ) -> None:
        self._database = database
        self._asked = {"id": host_id, "name": host_name, "lasts": lasts}
        self._lasts = lasts
        self.on_lost = on_lost
        self._stopping = threading.Event()

    def take(self) -> None:
        """Take the lease; raises `OtherHost` where another host has it, and the storage's errors."""
        if self._database.query_named(TAKE, self._asked):
            return
        rows = self._database.query(HOLDER)
        name, seconds = rows[0] if rows else ("another host", 1)
        raise OtherHost(
            f"{self._database.where} is used by the service on {name}, and one machine at a time runs scripts from its "
            f"folders; stop that one, and start this one {max(seconds, 1)} s later"
        )

    def start(self) -> None:
        """Renew it in the background."""
        threading.Thread(target=self._renew, name="feedscript-lease", daemon=True).start()

    def stop(self) -> None:
        """Renew it no more; it is this host's until it is over."""
        self._stopping.set()

    def _renew(self) -> None:
        while not self._stopping.wait(self._lasts / 6):
            try:
                self.take()
            except OtherHost as error:
                logger.critical("this host has been silent for too long: %s", error)
                self.on_lost()
                return
            except StorageUnavailable as error:
                logger.warning("the lease is not renewed yet: %s", error)
            except FeedscriptError:
                logger.exception("the lease is not renewed yet")
