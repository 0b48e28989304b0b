"""One limit of time for all of a run."""

import time

from feedscript.feeds import Limits


def test_what_has_passed_is_taken_off_but_for_a_tenth() -> None:
    limits = Limits(max_seconds=100.0)
    now = time.monotonic()
    assert 29.0 < limits.since(now - 70).max_seconds <= 30.0
    assert limits.since(now - 500).max_seconds == 10.0
    assert limits.since(now - 500).max_items == limits.max_items
