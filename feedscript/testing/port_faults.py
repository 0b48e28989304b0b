"""Errors, delays and crashes at any call of any port.

>>> from feedscript.testing.fakes import MemoryObjectStore
>>> trouble = Trouble()
>>> store = troubled(MemoryObjectStore({"s3://b/a": b"1"}), trouble, calls=("read",))
>>> trouble.arm(OSError("on purpose"))
>>> store.read("s3://b/a", limit=1)
Traceback (most recent call last):
    ...
OSError: on purpose
>>> store.read("s3://b/a", limit=1)
b'1'
"""

import time
from collections.abc import Callable, Collection
from functools import wraps
from typing import Any, TypeVar, cast

Port = TypeVar("Port")


class Crash(BaseException):
    """The process is gone; no `except Exception` keeps it alive."""


class Trouble:
    """What goes wrong next: nothing, until it is armed; then once."""

    def __init__(self) -> None:
        self.happened = 0
        self.disarm()

    def arm(
        self, error: BaseException | None = None, *, delay: float = 0.0, at: int = 1, after: bool = False
    ) -> None:
        """At the `at`-th call from now: wait `delay` seconds, and raise, before or `after` the call is carried out."""
        self._error, self._delay, self._left, self._after = error, delay, at, after

    def disarm(self) -> None:
        """Let everything go well."""
        self._error, self._delay, self._left, self._after = None, 0.0, 0, False

    @property
    def armed(self) -> bool:
        """Whether something is still to go wrong."""
        return self._left > 0

    def meet(self, call: Callable[[], Any]) -> Any:
        """Carry the call out, or let it fail."""
        if self._left > 0:
            self._left -= 1
            if self._left == 0:
                return self._happen(call)
        return call()

    def _happen(self, call: Callable[[], Any]) -> Any:
        self.happened += 1
        time.sleep(self._delay)
        done = call() if self._after or self._error is None else None
        if self._error is not None:
            raise self._error
        return done


def troubled(port: Port, trouble: Trouble, *, calls: Collection[str]) -> Port:
    """The port with trouble at those of its methods."""
    return cast("Port", _Troubled(port, trouble, calls))


class _Troubled:
    def __init__(self, port: Any, trouble: Trouble, calls: Collection[str]) -> None:
        self._port, self._trouble, self._calls = port, trouble, calls

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._port, name)
        if name not in self._calls:
            return found

        @wraps(found)
        def call(*args: Any, **kwargs: Any) -> Any:
            return self._trouble.meet(lambda: found(*args, **kwargs))

        return call
