"""Partners: whether what a request asks for is something that its partner takes."""

from typing import Protocol

from feedscript.domain import FeedRequest, Phase


class Partners(Protocol):
    """What is known of partners and of the feeds that they take."""

    def warnings(self, phase: Phase, request: FeedRequest) -> tuple[str, ...]:
        """What the caller should know of a request that is taken, a sentence each.

        Raises `UnknownPartner` and `WrongDestination`, and `StorageBroken` where what is known cannot be read.
        """
