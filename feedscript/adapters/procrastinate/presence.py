"""A host's presence: a lease in the database, and beside its runs how long that holds by a clock of its own."""

import logging
import threading
from pathlib import Path

from feedscript.adapters.procrastinate.attempts import Attempts
from feedscript.adapters.subprocess.lease import Lease, LeaseFile, now, write_lease
from feedscript.domain import FeedscriptError

logger = logging.getLogger(__name__)

LASTS = 30.0
#: Of the lease's time, how much is left to end the scripts in: then others may take them for lost.
MARGIN = 0.25


class Presence:
    """Says again and again that the host is there, as long as this process is.

    The runners look at `lease`: once it is over they end the scripts, as somebody else may run them again.
    """

    def __init__(
        self,
        attempts: Attempts,
        lease: Path,
        *,
        name: str,
        capacity: int,
        lasts: float = LASTS,
    ) -> None:
        self._attempts = attempts
        self._lease = lease
        self._name = name
        self._capacity = capacity
        self._lasts = lasts
        self._stopping = threading.Event()

    def start(self) -> None:
        """Renew the lease in the background."""
        left = LeaseFile(self._lease).last()
        if left is not None and left.until > now() + self._lasts:
            # By the clock of another start of the machine: it would hold for as long as that was up.
            self._lease.unlink(missing_ok=True)
        threading.Thread(target=self._renew, name="feedscript-presence", daemon=True).start()

    def stop(self) -> None:
        """Renew it no more: what runs has until the lease is over, unless another process of this host goes on."""
        self._stopping.set()

    def renew(self) -> None:
        """Renew the lease once; raises the storage's errors."""
        # The time by which it is over here begins before the question, that of the database after it.
        asked_at = now()
        epoch = self._attempts.renew(self._name, self._capacity, self._lasts)
        write_lease(self._lease, Lease(asked_at + self._lasts * (1 - MARGIN), epoch))

    def _renew(self) -> None:
        while not self._stopping.is_set():
            try:
                self.renew()
            except (FeedscriptError, OSError) as error:
                logger.warning("this host's lease is not renewed yet: %s", error)
            self._stopping.wait(self._lasts / 6)
