"""How much may wait."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class QueueLimits:
    """How many attempts may wait for their scripts, of one merchant and in all; None is no limit."""

    per_merchant: int | None = None
    in_all: int | None = None

    def excess(self, affiliate_merchant_id: str, *, queued: int, waiting: Mapping[str, int]) -> str | None:
        """Why nothing more of the merchant's may wait, in words; None where it may.

        >>> QueueLimits(per_merchant=2).excess("m1", queued=5, waiting={"m1": 2, "m2": 3})
        '2 jobs of this merchant wait already, as many as may (MAX_QUEUED_PER_MERCHANT)'
        """
        own = waiting.get(affiliate_merchant_id, 0)
        if self.per_merchant is not None and own >= self.per_merchant:
            return f"{own} jobs of this merchant wait already, as many as may (MAX_QUEUED_PER_MERCHANT)"
        if self.in_all is not None and queued >= self.in_all:
            return f"{queued} jobs wait already, as many as may (MAX_QUEUED)"
        return None
