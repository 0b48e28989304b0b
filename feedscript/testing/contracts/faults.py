"""What goes wrong under an adapter: at each call that it makes of its disk or database, an error, or its own end."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import count

from feedscript.domain import FeedscriptError

MOST_CALLS = 500


class Died(BaseException):
    """The process is gone; no `except Exception` keeps it alive."""


class Fault:
    """Something that goes wrong once, at the `at`-th call of what an adapter stands on; `name` says what.

    Whoever counts the calls asks `meets` at each. A process that has died makes no more of them. `mended` tells that
    the adapter sees it through by itself: nobody is told of it.
    """

    def __init__(self, name: str, at: int, *, mended: bool = False) -> None:
        self.name = name
        self.mended = mended
        self.happened = False
        self._left = at

    def meets(self) -> bool:
        """Whether this call is to fail with an error of its own kind; raises `Died` where the fault is a death."""
        self._left -= 1
        if self._left > 0 or (self.happened and self.name != DEATH):
            return False
        self.happened = True
        if self.name == DEATH:
            raise Died
        return True


DEATH = "death"
ERROR = "an error"


def each_fault(
    names: Sequence[str], run: Callable[[Fault], None], *, step: int = 1, mended: Sequence[str] = ()
) -> None:
    """Run with each fault at the first call, at the one `step` later, and so on, until a run makes fewer calls."""
    for number, name in enumerate(names):
        for at in count(1 + number % step, step):
            fault = Fault(name, at, mended=name in mended)
            try:
                run(fault)
            except Exception as error:
                error.add_note(f"with {name} at call {at} of what is under the adapter")
                raise
            if not fault.happened:
                assert at > step, "the adapter calls nothing that could fail"
                break
            assert at < MOST_CALLS, "the adapter calls again and again"


@contextmanager
def as_its_port_says(fault: Fault, *, never: type[FeedscriptError] | None = None) -> Iterator[None]:
    """What goes wrong in here is an error of the port's own, or the process's end; then the rest is left out.

    Of a fault that the adapter mends nothing may be heard. `never` is what would be the doing of others, of whom there
    are none: a try that came through unheard is one's own.
    """
    try:
        yield
    except (FeedscriptError, Died) as error:
        if fault.mended or (never is not None and isinstance(error, never)):
            raise
