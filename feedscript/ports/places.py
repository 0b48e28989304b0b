"""Places: whose a destination is, and who writes there."""

from collections.abc import Collection, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Owner:
    """Who writes to a place, or reads from it, and what lies there: `feed`, `report` or `source`."""

    affiliate_merchant_id: str
    role: str


class Places(Protocol):
    """The first to ask for a place has it, for ever: what one merchant writes no other replaces.

    Of its jobs one at a time writes there. Who that is the jobs tell; what is kept here is which of them to ask.
    """

    def claim(self, place: str, owner: Owner, *, writer: str | None = None) -> Owner:
        """Take the place, if nobody has; answers whose it is. Durable, and atomic however many race.

        Where it is taken, and only then, it is handed over to the job `writer`, if that is given. It is durable once
        what is committed after it is.
        """

    def release(self, place: str) -> None:
        """Let the place go, which was claimed a moment ago and will not be used."""

    def owner(self, place: str) -> Owner | None:
        """Whose the place is; None where nobody has asked for it."""

    def owners(self, places: Collection[str]) -> Mapping[str, Owner]:
        """Whose each of the places is, of those that somebody has asked for."""
        found = {place: self.owner(place) for place in places}
        return {place: owner for place, owner in found.items() if owner is not None}

    def alone(self, places: Collection[str]) -> AbstractContextManager[None]:
        """Keep everybody else, in whatever process, from being alone with any of the places meanwhile.

        Raises `StorageBusy` where that cannot be had within a few seconds.
        """

    def writer(self, place: str) -> str | None:
        """The job that the place was handed to last; None where it never was."""

    def hand_over(self, place: str, job_id: str) -> None:
        """Keep that the job writes to the place, which was claimed; whoever calls it is alone with the place.

        It is durable once what is committed for the job is.
        """
