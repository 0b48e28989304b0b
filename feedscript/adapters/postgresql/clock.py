"""The database's time, the same for all hosts however wrong their own clocks are."""

import logging
import time
from datetime import UTC, datetime, timedelta

from feedscript.adapters.postgresql.database import Database
from feedscript.domain import FeedscriptError
from feedscript.ports.environment import Clock

logger = logging.getLogger(__name__)

ASK_EVERY = 10.0
PATIENCE = 1.0
ASK = "SELECT clock_timestamp()"


class PostgresClock(Clock):
    """A `Clock` that asks the database now and then, and counts the seconds since by itself.

    While the database does not answer it goes on counting. The first time it must: raises `StorageUnavailable`.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._told: tuple[datetime, float] | None = None
        self._asked_at = 0.0

    def now(self) -> datetime:
        """Aware UTC."""
        told = self._told
        if told is None or time.monotonic() - self._asked_at > ASK_EVERY:
            self._asked_at = time.monotonic()  # whoever comes meanwhile need not ask too
            told = self._told = self._ask(told)
        time_then, moment = told
        return time_then + timedelta(seconds=time.monotonic() - moment)

    def _ask(self, known: tuple[datetime, float] | None) -> tuple[datetime, float]:
        """The database's time, and the moment by this host's steady clock at which it was that."""
        begun = time.monotonic()
        try:
            ((told,),) = self._database.query(ASK, patience=PATIENCE if known else None)
        except FeedscriptError as error:
            if known is None:
                raise
            logger.warning("the database does not tell the time; this host counts on: %s", error)
            return known
        # When the answer comes, half of the way there and back is over.
        return told.astimezone(UTC), (begun + time.monotonic()) / 2
