"""Threads that do something at the same time, and what came of each."""

import threading
from collections.abc import Callable, Sequence
from typing import TypeVar

T = TypeVar("T")
PATIENCE = 60.0


def at_once(*works: Callable[[], T]) -> Sequence[T | BaseException]:
    """Run all at the same time; answers what each returned or raised, in their order."""
    start = threading.Barrier(len(works))
    came: list[T | BaseException | None] = [None] * len(works)

    def run(place: int, work: Callable[[], T]) -> None:
        try:
            start.wait(PATIENCE)
            came[place] = work()
        except BaseException as error:  # noqa: BLE001 - whoever asked looks at it
            came[place] = error

    threads = [
        threading.Thread(target=run, args=(place, work), daemon=True) for place, work in enumerate(works)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert not any(thread.is_alive() for thread in threads), f"still at work after {PATIENCE:g} s"
    return came  # type: ignore[return-value]  # all have ended


def returned(came: Sequence[T | BaseException]) -> list[T]:
    """What all of them returned; raises the first error."""
    for each in came:
        if isinstance(each, BaseException):
            raise each
    return [each for each in came if not isinstance(each, BaseException)]
