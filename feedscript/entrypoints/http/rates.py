"""How often somebody may call, over all server processes; and how much of what strangers do is on the trail."""

import logging
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from math import ceil
from time import time

from flask import Response, current_app, request
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import SlidingWindowCounterSupport, Storage
from limits.strategies import SlidingWindowCounterRateLimiter

from feedscript.entrypoints.http.problems import problem

logger = logging.getLogger(__name__)

#: Entries of strangers' calls a minute: of one address, and of all.
RECORDED_OF_ADDRESS, RECORDED_OF_ALL = 20, 60
HOST_BITS = 64


@dataclass(frozen=True, slots=True)
class Limits:
    """Calls a minute: of a key, and of an address that brings none."""

    per_key: int
    per_address: int


class Rates:
    """The counts of keys and addresses; where they cannot be had nobody is refused."""

    def __init__(self, counts: Storage, limits: Limits) -> None:
        assert isinstance(counts, SlidingWindowCounterSupport)
        self._counter = SlidingWindowCounterRateLimiter(counts)
        self._of_key = RateLimitItemPerMinute(limits.per_key)
        self._of_address = RateLimitItemPerMinute(limits.per_address)
        self._recorded_of_address = RateLimitItemPerMinute(RECORDED_OF_ADDRESS)
        self._recorded_of_all = RateLimitItemPerMinute(RECORDED_OF_ALL)
        self._told_of = RateLimitItemPerMinute(1)
        self._left_out = 0

    def key_called(self, name: str) -> Response | None:
        """Count a call of somebody who is known; the answer where it is one too many."""
        return self._refusal(self._of_key, "called", name)

    def stranger_called(self) -> Response | None:
        """Count a call by which nobody has proved anything; the answer where it is one too many."""
        return self._refusal(self._of_address, "strangers", address())

    def is_recorded(self) -> bool:
        """Whether a stranger's call still goes on the trail: what nobody has to prove anything for does not fill it."""
        recorded = self._hit(self._recorded_of_address, "recorded", address()) and self._hit(
            self._recorded_of_all, "recorded", "all"
        )
        self._left_out += not recorded
        return recorded

    def is_told(self, name: str) -> bool:
        """Whether it goes on the trail that a key calls too often: once in a while."""
        return self._hit(self._told_of, "told", name)

    def left_out(self) -> int:
        """How many calls this process has left out of the trail since it was asked last."""
        count, self._left_out = self._left_out, 0
        return count

    def _refusal(self, limit: RateLimitItem, *names: str) -> Response | None:
        if self._hit(limit, *names):
            return None
        wait = max(1, ceil(self._counter.get_window_stats(limit, *names).reset_time - time()))
        detail = f"more than {limit.amount} calls a minute; call again in {wait} s"
        answer = problem(429, "too_many_calls", detail)
        answer.headers["Retry-After"] = str(wait)
        return answer

    def _hit(self, limit: RateLimitItem, *names: str) -> bool:
        try:
            return self._counter.hit(limit, *names)
        except OSError as error:
            logger.warning("calls are not counted: %s", error)
            return True


def rates() -> Rates:
    """The counts of the application at hand."""
    found: Rates = current_app.extensions["feedscript.rates"]
    return found


def address() -> str:
    """Whom to count a stranger as: an IPv4 address, or the network that an IPv6 host may choose its addresses from."""
    try:
        found = ip_address(request.remote_addr or "")
    except ValueError:
        return "local"
    if not isinstance(found, IPv6Address):
        return str(found)
    return str(found.ipv4_mapped or IPv6Address(int(found) >> HOST_BITS << HOST_BITS))
