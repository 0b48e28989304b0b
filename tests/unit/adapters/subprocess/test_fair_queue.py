"""Who is next."""

import threading
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from feedscript.adapters.subprocess.fair_queue import FairQueue, Ticket

MERCHANTS = st.lists(st.sampled_from("abc"), min_size=1, max_size=30)


def ticket(job_id: str, merchant: str = "m1", caller: str = "") -> Ticket:
    return Ticket(job_id, 1, merchant, caller=caller)


def taken(queue: FairQueue) -> list[str]:
    ids = []
    while queue.depth()[0]:
        found = queue.take()
        assert found is not None
        ids.append(found.job_id)
    return ids


@given(MERCHANTS)
def test_first_in_first_out_within_a_merchant(merchants: list[str]) -> None:
    queue = FairQueue()
    for n, merchant in enumerate(merchants):
        queue.put(ticket(f"{merchant}{n:02}", merchant=merchant))
    order = taken(queue)
    assert sorted(order) == sorted(f"{merchant}{n:02}" for n, merchant in enumerate(merchants))
    for merchant in "abc":
        own = [job_id for job_id in order if job_id.startswith(merchant)]
        assert own == sorted(own)


@given(MERCHANTS)
def test_a_merchant_waits_for_one_run_of_each_other(merchants: list[str]) -> None:
    queue = FairQueue()
    for n, merchant in enumerate(merchants):
        queue.put(ticket(f"{merchant}{n:02}", merchant=merchant))
    order = [job_id[0] for job_id in taken(queue)]
    for merchant in set(order):
        places = [place for place, other in enumerate(order) if other == merchant]
        for before, after in pairwise(places):
            between = order[before + 1 : after]
            assert len(between) == len(set(between))


def test_what_is_put_ahead_is_next() -> None:
    queue = FairQueue()
    for job_id, ahead in (("j1", False), ("j2", True), ("j3", True)):
        queue.put(ticket(job_id), ahead=ahead)
    assert taken(queue) == ["j2", "j3", "j1"]


def test_a_ticket_is_known_from_put_to_done() -> None:
    queue = FairQueue()
    one = ticket("j1")
    assert queue.put(one)
    assert not queue.put(one)
    assert queue.take() is one
    assert not queue.put(one)
    queue.done(one)
    assert queue.put(one)


def test_what_is_being_worked_on_does_not_wait() -> None:
    queue = FairQueue()
    for job_id, merchant in (("j1", "m1"), ("j2", "m1"), ("j3", "m2")):
        queue.put(ticket(job_id, merchant))
    queue.put(ticket("j4"), ahead=True)
    assert queue.waiting() == {"j1", "j2", "j3", "j4"}
    queue.take()
    queue.take()
    assert queue.waiting() == {"j2", "j3"}


def test_depth_counts_and_times_what_waits() -> None:
    queue = FairQueue()
    assert queue.depth() == (0, None)
    queue.put(ticket("j1"))
    queue.put(ticket("j2", merchant="m2"), ahead=True)
    waiting, seconds = queue.depth()
    assert waiting == 2
    assert seconds is not None
    assert 0 <= seconds < 10


def test_close_lets_every_consumer_go_and_takes_nothing_more() -> None:
    queue = FairQueue()
    got: list[object] = []
    consumers = [threading.Thread(target=lambda: got.append(queue.take())) for _ in range(3)]
    for consumer in consumers:
        consumer.start()
    queue.close()
    for consumer in consumers:
        consumer.join(10)
    assert got == [None] * 3
    assert not queue.put(ticket("j1"))
    assert queue.take() is None


@given(st.lists(st.tuples(st.sampled_from("xyz"), st.sampled_from("abcdefgh")), min_size=1, max_size=40))
def test_a_caller_waits_for_one_run_of_each_other_caller_whatever_merchants_they_name(
    asked: list[tuple[str, str]],
) -> None:
    queue = FairQueue()
    for n, (caller, merchant) in enumerate(asked):
        queue.put(ticket(f"{caller}{merchant}{n:02}", merchant=merchant, caller=caller))
    order = taken(queue)
    for caller in {job_id[0] for job_id in order}:
        places = [place for place, job_id in enumerate(order) if job_id[0] == caller]
        for before, after in pairwise([-1, *places]):
            between = [job_id[0] for job_id in order[before + 1 : after]]
            assert len(between) == len(set(between))
    for caller, merchant in set(asked):
        own = [job_id for job_id in order if job_id[:2] == caller + merchant]
        assert own == sorted(own)


@given(st.lists(st.tuples(st.sampled_from("ab"), st.booleans()), max_size=30), st.integers(0, 30))
def test_what_waits_is_counted_by_merchant(put: list[tuple[str, bool]], taken_of_them: int) -> None:
    queue = FairQueue()
    for n, (merchant, ahead) in enumerate(put):
        queue.put(ticket(str(n), merchant=merchant), ahead=ahead)
    left = {str(n): merchant for n, (merchant, _) in enumerate(put)}
    for _ in range(min(taken_of_them, len(put))):
        found = queue.take()
        assert found is not None
        del left[found.job_id]
    counted = queue.of_merchants(10)
    assert counted == {merchant: list(left.values()).count(merchant) for merchant in set(left.values())}
    assert queue.depth()[0] == len(left)
    assert queue.waiting() == left.keys()


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("xyz"), st.booleans()), max_size=25),
    st.integers(0, 30),
)
def test_the_order_is_told_as_it_will_be(waiting: list[tuple[str, str, bool]], most: int) -> None:
    queue = FairQueue()
    for n, (merchant, caller, ahead) in enumerate(waiting):
        queue.put(ticket(str(n), merchant, caller), ahead=ahead)
    told = [each.job_id for each in queue.order(most)]
    assert told == taken(queue)[:most]


@given(st.lists(st.sampled_from("abc"), max_size=12), st.sets(st.integers(0, 11)))
def test_what_is_dropped_waits_no_more_and_may_be_put_again(merchants: list[str], gone: set[int]) -> None:
    queue = FairQueue()
    tickets = [Ticket(f"job {n}", 1, merchant) for n, merchant in enumerate(merchants)]
    for ticket in tickets:
        queue.put(ticket)
    queue.drop({(f"job {n}", 1) for n in gone})
    left = [ticket for n, ticket in enumerate(tickets) if n not in gone]
    assert queue.tickets() == {ticket[:2] for ticket in left}
    assert queue.depth()[0] == len(left) == sum(queue.of_merchants(9).values())
    assert sorted(queue.order(20)) == sorted(left)
    assert all(queue.put(ticket) == (n in gone) for n, ticket in enumerate(tickets))
    assert sorted(queue.take() for _ in tickets) == sorted(tickets)
