"""Counts that processes share: exact, whoever counts, and forgotten in time."""

import os
import time
from itertools import count, islice
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from limits import RateLimitItemPerMinute, RateLimitItemPerSecond
from limits.strategies import FixedWindowRateLimiter, SlidingWindowCounterRateLimiter

from feedscript.adapters.shared_counts import BUCKET_BYTES, BUCKETS, WAYS, SharedCounts, _name_of
from feedscript.testing.contracts.racing import at_once, returned
from feedscript.testing.waiting import until

PROCESSES, CALLS = 4, 2000
LIMIT = RateLimitItemPerMinute(100)


def test_of_many_processes_no_call_is_counted_twice_or_not_at_all(tmp_path: Path) -> None:
    children, (ready, go) = [], os.pipe()
    for _ in range(PROCESSES):
        pid = os.fork()
        if pid == 0:
            counts = SharedCounts(tmp_path / "rates")
            os.close(go)
            os.read(ready, 1)  # ends for all at once
            for _ in range(CALLS):
                counts.incr("key", 600)
            os._exit(0)
        children.append(pid)
    os.close(go)
    for pid in children:
        assert os.waitpid(pid, 0)[1] == 0
    os.close(ready)
    assert SharedCounts(tmp_path / "rates").get("key") == PROCESSES * CALLS


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
    counts, place = SharedCounts(tmp_path / "rates"), bucket_of("loud")
    counts.incr("loud", 60, 1000)
    for name in islice((name for name in map(str, count()) if bucket_of(name) == place), 3 * WAYS):
        counts.incr(name, 60)
        assert counts.get(name) == 1
    assert counts.get("loud") == 1000


def bucket_of(name: str) -> int:
    return int.from_bytes(_name_of(name)[:4], "little") % BUCKETS


def test_the_file_grows_no_larger_than_its_table(tmp_path: Path) -> None:
    counts = SharedCounts(tmp_path / "rates")
    for n in range(5000):
        counts.incr(str(n), 60)
    assert (tmp_path / "rates").stat().st_size <= BUCKETS * BUCKET_BYTES
