"""Which attempt a host claims next: by the database as by the queue of one machine, and only where there is room."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feedscript.adapters.postgresql import PostgresActivityLog, PostgresJobRepository
from feedscript.adapters.postgresql.database import Database
from feedscript.adapters.procrastinate.attempts import Attempts, Claim, line_up
from feedscript.adapters.subprocess.fair_queue import FairQueue, ticket_of
from feedscript.domain import FeedRequest, Phase
from feedscript.ports import Run
from feedscript.testing.fakes import FrozenClock, SequentialIds
from feedscript.testing.stories import commit_all, history_of
from tests.postgresql_server import empty, server

HERE = "here"
LOOKED_AT = re.compile(r"shared hit=([0-9]+)")
PUT = st.tuples(st.sampled_from("xyz"), st.sampled_from("abc"))


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    database = Database(server().url(), size=8)
    yield database
    database.close()
    empty(server().url())


@pytest.fixture
def attempts(database: Database) -> Attempts:
    return _emptied(database)


def _emptied(database: Database, *, capacity: int = 1000) -> Attempts:
    empty(server().url())
    attempts = Attempts(database, HERE)
    attempts.renew("host", capacity, 60)
    return attempts


def run_of(n: int, merchant: str = "m", caller: str = "c") -> Run:
    request = FeedRequest(affiliate_merchant_id=merchant, source="s3://b/in", destination="s3://b/out")
    return Run(
        job_id=f"j{n:03}", attempt=1, phase=Phase.GENERATION, request=request, token="1.told", caller=caller
    )


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(PUT | st.none(), min_size=3, max_size=25))
def test_claims_come_in_the_order_of_one_machines_queue(
    database: Database, steps: list[tuple[str, str] | None]
) -> None:
    attempts, queue = _emptied(database), FairQueue()
    for n, step in enumerate(steps):
        if step is None:
            claims, taken = attempts.claim(), queue.take() if queue.depth()[0] else None
            assert claims == ([Claim(taken.job_id, taken.attempt)] if taken else [])
        else:
            run = run_of(n, *reversed(step))
            assert attempts.offer(run)[0]
            queue.put(ticket_of(run))
    foretold = list(attempts.order(100))
    assert foretold == [(ticket.job_id, ticket.attempt) for ticket in queue.order(100)]
    # Several at once come in the same order as one by one.
    claimed = [claim for most in (1, 2, len(foretold)) for claim in attempts.claim(most)]
    assert [(claim.job_id, claim.attempt) for claim in claimed] == foretold
    assert not attempts.claim()


def test_of_hosts_that_meet_each_claims_another(database: Database, attempts: Attempts) -> None:
    hosts = [Attempts(database, f"host{n}") for n in range(4)]
    for host in hosts:
        host.renew("host", 5, 60)
    for n in range(24):
        attempts.offer(run_of(n, merchant=f"m{n % 5}"))
    with ThreadPoolExecutor(8) as pool:
        claims = list(pool.map(lambda n: hosts[n % 4].claim(1 + n % 3), range(32)))
    claimed = [claim.job_id for several in claims for claim in several]
    assert len(claimed) == len(set(claimed)) == 20, "each has room for five"
    assert [len(host.claimed()) for host in hosts] == [5] * 4
    assert attempts.health().queued == 4


def test_nothing_is_claimed_by_a_host_whose_lease_is_over(database: Database, attempts: Attempts) -> None:
    attempts.offer(run_of(1))
    epoch = attempts.renew("host", 1, -1)
    assert not attempts.claim()
    assert attempts.renew("host", 1, 60) > epoch, "who comes back has another epoch"
    assert attempts.claim()


def test_what_a_silent_host_has_claimed_is_lost_and_what_it_gave_back_before_is_not(
    database: Database, attempts: Attempts
) -> None:
    elsewhere = Attempts(database, "elsewhere")
    elsewhere.renew("other", 9, 60)
    for n in (1, 2):
        attempts.offer(run_of(n))
        assert elsewhere.claim() == [Claim(f"j{n:03}", 1)]
    elsewhere.give_back("j002", 1)
    elsewhere.renew("other", 9, -1)
    assert attempts.claim() == [Claim("j002", 1)]
    assert not elsewhere.holds("j002", 1), "its claim is over"
    assert attempts.lost() == [("j001", 1, "elsewhere", "other")]


def test_a_claim_is_on_disk_before_anybody_knows_of_it(database: Database, attempts: Attempts) -> None:
    attempts.offer(run_of(1))
    ((before,),) = database.query("SELECT pg_current_wal_insert_lsn()::text")
    assert attempts.claim()
    ((on_disk,),) = database.query("SELECT pg_current_wal_flush_lsn() > %s::pg_lsn", before)
    assert on_disk, "a database that crashes would have the script started twice"


def test_a_claim_answers_its_job_as_it_is_then(database: Database) -> None:
    clock = FrozenClock()
    repository = PostgresJobRepository(database, PostgresActivityLog(database, now=clock.now), beside=line_up)
    history = history_of(SequentialIds(clock).new_id(), clock, length=1)
    attempts = _emptied(database)
    job = commit_all(repository, history)
    (claim,) = attempts.claim()
    assert claim.job == job == repository.get(job.id)


def test_an_attempt_is_offered_once_and_only_its_host_lets_it_go(
    database: Database, attempts: Attempts
) -> None:
    assert attempts.offer(run_of(1)) == (True, False)
    assert attempts.offer(run_of(1)) == (False, False)
    (claim,) = attempts.claim()
    attempts.withdraw(claim.job_id, claim.attempt)
    Attempts(database, "elsewhere").let_go(claim.job_id, claim.attempt)
    assert attempts.holds(claim.job_id, claim.attempt)
    attempts.let_go(claim.job_id, claim.attempt)
    assert attempts.known() == set()


@pytest.mark.parametrize("merchants", [1, 4000], ids=["one merchant", "many merchants"])
def test_a_claim_looks_at_few_of_many_that_wait(database: Database, merchants: int) -> None:
    attempts = _emptied(database)
    database.query(
        "INSERT INTO attempt (job_id, number, merchant, caller) "
        "SELECT 'j' || n, 1, 'm' || n %% %s, 'c' || n %% 2 FROM generate_series(1, 8000) AS n",
        merchants,
    )
    database.query("ANALYZE attempt")
    assert len(attempts.claim(50)) == 50
    asked = "EXPLAIN (ANALYZE, BUFFERS) SELECT * FROM claim_attempts('here', 10, '{}')"
    plan = "\n".join(row[0] for row in database.query(asked))
    read = LOOKED_AT.search(plan)
    assert read, plan
    assert int(read[1]) < 1000, plan
    database.query("DELETE FROM attempt WHERE host IS NULL")
    assert attempts.claim(5) == []
    attempts.offer(run_of(1))
    assert attempts.claim(5) == [Claim("j001", 1)]


def test_who_has_nothing_in_the_line_is_forgotten_and_remembered_when_it_comes_again(
    database: Database, attempts: Attempts
) -> None:
    for n in (1, 2):
        attempts.offer(run_of(n, merchant=f"m{n}"))
    assert attempts.claim() == [Claim("j001", 1)]
    attempts.let_go("j001", 1)
    database.query("SELECT setval('turn', nextval('turn') + 20000)")
    attempts.forget()
    assert database.query("SELECT merchant FROM merchant_turn") == [("m2",)]
    attempts.offer(run_of(3, merchant="m1"))
    assert [claim.job_id for claim in attempts.claim(9)] == ["j002", "j003"]
