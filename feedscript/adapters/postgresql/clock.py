"""The database's time, the same for all hosts however wrong their own clocks are."""

import logging
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from feedscript.adapters.postgresql.database import Database
from feedscript.domain import FeedscriptError
from feedscript.ports.environment import Clock

logger = logging.getLogger(__name__)

ASK_EVERY = 10.0
PATIENCE = 1.0
ASK = "SELECT clock_timestamp()"
FIRST_ASKED = 3
"""So often at first: the first answer has had to wait for a connection."""
DRIFT = 1e-4
"""Seconds by which a host's steady clock may go wrong in one."""


@dataclass(frozen=True, slots=True)
class Told:
    """What the database's time was at a moment of this host's steady clock, give or take `doubt` seconds."""

    time: datetime
    moment: float
    doubt: float

    def at(self, moment: float) -> datetime:
        """The database's time at another moment."""
        return self.time + timedelta(seconds=moment - self.moment)

    def or_known(self, known: "Told") -> "Told":
        """This, unless what was known is nearer to the truth by now and does not contradict it.

        An answer that was long on its way says little, and two processes that each believe such a one would tell
        times in no order.
        """
        doubt = known.doubt + DRIFT * (self.moment - known.moment)
        apart = abs((known.at(self.moment) - self.time).total_seconds())
        return known if doubt < self.doubt and apart <= doubt + self.doubt else self


class PostgresClock(Clock):
    """A `Clock` that asks the database now and then, and counts the seconds since by itself.

    While the database does not answer it goes on counting. The first time it must: raises `StorageUnavailable`.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._told: Told | None = None
        self._asked_at = 0.0

    def now(self) -> datetime:
        """Aware UTC."""
        told = self._told
        if told is None or time.monotonic() - self._asked_at > ASK_EVERY:
            self._asked_at = time.monotonic()  # whoever comes meanwhile need not ask too
            for _ in range(1 if told else FIRST_ASKED):
                told = self._ask(told)
            self._told = told
        assert told is not None, "it was asked at least once"
        return told.at(time.monotonic())

    def _ask(self, known: Told | None) -> Told:
        """What the database says, or what was known where that is better."""
        begun = time.monotonic()
        try:
            ((told,),) = self._database.query(ASK, patience=PATIENCE if known else None)
        except FeedscriptError as error:
            if known is None:
                raise
            logger.warning("the database does not tell the time; this host counts on: %s", error)
            return known
        # It was that somewhere on the way there and back: half way, give or take as much.
        half = (time.monotonic() - begun) / 2
        new = Told(told.astimezone(UTC), begun + half, half)
        return new if known is None else new.or_known(known)
