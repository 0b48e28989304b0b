"""Waiting for what happens in the background: by looking, with a deadline."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
PATIENCE = 30.0
LOOK_EVERY = 0.02


def until(look: Callable[[], T | None], *, patience: float = PATIENCE) -> T:
    """What `look` finds, once it finds something; fails after `patience` seconds."""
    give_up = time.monotonic() + patience
    while True:
        found = look()
        if found:
            return found
        assert time.monotonic() < give_up, f"not within {patience:g} s; last seen: {found!r}"
        time.sleep(LOOK_EVERY)
