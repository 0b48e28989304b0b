"""How much waits on all hosts, between two counts of the database."""

from collections.abc import Mapping

from feedscript.adapters.procrastinate.counts import HOLDS_FOR, REST_PER_COUNT, Counts
from feedscript.ports import ExecutorHealth
from feedscript.testing.contracts.executor_setup import run_of


class Line:
    """A line whose count takes some time."""

    def __init__(self) -> None:
        self.time = 0.0
        self.takes = 0.0
        self.counted = 0
        self.waiting: Mapping[str, int] = {"m1": 1}

    def count(self) -> ExecutorHealth:
        self.counted += 1
        self.time += self.takes
        return ExecutorHealth(
            leads=False, running=0, queued=sum(self.waiting.values()), capacity=1, waiting=self.waiting
        )

    def now(self) -> float:
        return self.time


def test_a_count_holds_for_a_moment_and_what_this_process_lets_wait_is_added_to_it() -> None:
    line = Line()
    counts = Counts(line.count, line.now)
    counts.add(run_of("j0"))
    assert (counts.health().queued, counts.health().queued, line.counted) == (1, 1, 1)
    counts.add(run_of("j1", merchant="m1"))
    counts.add(run_of("j2", merchant="m2"))
    assert (counts.health().queued, counts.health().waiting) == (3, {"m1": 2, "m2": 1})
    line.time += HOLDS_FOR
    assert (counts.health().queued, line.counted) == (1, 2), "as the database says"


def test_a_long_line_is_not_counted_all_the_time() -> None:
    line = Line()
    line.takes = 1.0
    counts = Counts(line.count, line.now)
    counts.health()
    line.time += REST_PER_COUNT - 0.1
    counts.health()
    assert line.counted == 1
    line.time += 0.1
    counts.health()
    assert line.counted == 2
