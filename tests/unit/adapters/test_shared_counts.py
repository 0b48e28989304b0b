"""Counts that processes share: exact, whoever counts, and forgotten in time."""

import os
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from limits import RateLimitItemPerMinute, RateLimitItemPerSecond
from limits.strategies import FixedWindowRateLimiter, SlidingWindowCounterRateLimiter

from feedscript.adapters.shared_counts import BUCKETS, WAYS, SharedCounts
from feedscript.testing.contracts.racing import at_once, returned
from feedscript.testing.waiting import until

LIMIT = RateLimitItemPerMinute(100)


def test_of_many_processes_no_call_is_counted_twice_or_not_at_all(tmp_path: Path) -> None:
    let_through, children = tmp_path / "let", []
    for _ in range(4):
        pid = os.fork()
        if pid == 0:
            limiter = SlidingWindowCounterRateLimiter(SharedCounts(tmp_path / "rates"))
            passed = sum(limiter.hit(LIMIT, "key") for _ in range(60))
            with let_through.open("a") as file:
                file.write(f"{passed}\n")
            os._exit(0)
        children.append(pid)
    for pid in children:
        assert os.waitpid(pid, 0)[1] == 0
    # The window slides, so a test that runs over the end of a minute may see a call more.
    assert 100 <= sum(map(int, let_through.read_text().split())) <= 110


def test_of_many_threads_no_call_is_counted_twice(tmp_path: Path) -> None:
    limiter = FixedWindowRateLimiter(SharedCounts(tmp_path / "rates"))

    def call() -> int:
        return sum(limiter.hit(LIMIT, "key") for _ in range(30))

    assert sum(returned(at_once(*[call] * 8))) == 100


def test_what_is_counted_is_forgotten_in_time(tmp_path: Path) -> None:
    counts = SharedCounts(tmp_path / "rates")
    limit = RateLimitItemPerSecond(2)
    limiter = SlidingWindowCounterRateLimiter(counts)
    until(lambda: not limiter.hit(limit, "key"))
    stats = limiter.get_window_stats(limit, "key")
    assert 0 <= stats.reset_time - time.time() <= 2
    until(lambda: limiter.hit(limit, "key"))
    limiter.clear(limit, "key")
    assert limiter.get_window_stats(limit, "key").remaining == 2


@given(st.lists(st.tuples(st.text(max_size=5), st.integers(1, 5)), max_size=30))
def test_every_name_has_a_count_of_its_own(
    tmp_path_factory: pytest.TempPathFactory, called: list[tuple[str, int]]
) -> None:
    counts = SharedCounts(tmp_path_factory.mktemp("counts") / "rates")
    expected: dict[str, int] = {}
    for name, amount in called:
        expected[name] = expected.get(name, 0) + amount
        assert counts.incr(name, 60, amount) == expected[name]
    assert {name: counts.get(name) for name in expected} == expected
    for name in expected:
        assert 0 < counts.get_expiry(name) - time.time() <= 60
        counts.clear(name)
        assert counts.get(name) == 0
    counts.reset()
    assert counts.check()


def test_whoever_calls_most_is_forgotten_last(tmp_path: Path) -> None:
    counts = SharedCounts(tmp_path / "rates")
    counts.incr("loud", 60, 1000)
    for n in range(BUCKETS * WAYS // 4):
        counts.incr(f"once {n}", 60)
    assert counts.get("loud") == 1000
    assert (tmp_path / "rates").stat().st_size <= 2 * 1024 * 1024
