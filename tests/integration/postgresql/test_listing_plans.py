"""Listings follow an index from its end: what they cost does not grow with the number of jobs."""

from collections.abc import Iterator

import psycopg
import pytest

from feedscript.adapters.postgresql.repository import OPEN, PAGE, conditions_of
from feedscript.domain import JobState, Phase, Reach, Reason, Stage
from feedscript.ports import JobFilter
from feedscript.testing.fakes import NOON
from tests.postgresql_server import empty, server

MANY = """
INSERT INTO job SELECT ('019b796d-d600-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 1, n % 100 = 0,
    (ARRAY['generated', 'generation_failed'])[1 + (n % 50 = 0)::integer], 'settled',
    CASE n % 50 WHEN 0 THEN 'timeout' END, 'feed_generation', 'm' || n % 300,
    'p' || n % 12, 'ref ' || n, now(), now(), '{}' FROM generate_series(1, 20000) n
"""


@pytest.fixture(scope="module")
def database() -> Iterator[psycopg.Connection[tuple[str]]]:
    empty(server().url())
    with psycopg.connect(server().url(), autocommit=True) as connection:
        connection.execute(MANY)
        connection.execute("ANALYZE job")
        yield connection
    empty(server().url())


@pytest.mark.parametrize(
    "wanted",
    [
        JobFilter(),
        JobFilter(statuses=frozenset({JobState.GENERATED})),
        JobFilter(stage=Stage.QUEUED),
        JobFilter(reason=Reason.TIMEOUT),
        JobFilter(statuses=frozenset({JobState.VALIDATED})),
        JobFilter(phase=Phase.VALIDATION),
        JobFilter(affiliate_merchant_id="m7"),
        JobFilter(affiliate_merchant_id="m7", statuses=frozenset({JobState.GENERATION_FAILED})),
        JobFilter(partner_id="p1"),
        JobFilter(partner_id="p1", statuses=frozenset({JobState.VALIDATED})),
        JobFilter(reference="ref 77"),
        JobFilter(created_after=NOON),
        JobFilter(reach=Reach(merchants=frozenset({"m7"}))),
        JobFilter(reach=Reach(merchants=frozenset({"m7", "m8"}), partners=frozenset({"p1"}))),
    ],
    ids=lambda wanted: ", ".join(conditions_of(wanted, None)) or "all",
)
@pytest.mark.parametrize(
    "before", [None, "019b796d-d600-7000-8000-000000001000"], ids=["newest", "further on"]
)
def test_a_page_is_read_from_an_index(
    database: psycopg.Connection[tuple[str]], wanted: JobFilter, before: str | None
) -> None:
    given = conditions_of(wanted, before)
    statement = "EXPLAIN (ANALYZE, TIMING off) " + PAGE.format(" AND ".join(given) or "TRUE")
    plan = "\n".join(row[0] for row in database.execute(statement, [*given.values(), 51]))
    assert "Index Scan" in plan, plan
    assert "Seq Scan" not in plan, plan
    assert "actual rows=20000" not in plan, plan


def test_open_jobs_are_read_from_an_index(database: psycopg.Connection[tuple[str]]) -> None:
    plan = "\n".join(row[0] for row in database.execute(f"EXPLAIN {OPEN}"))
    assert "job_open" in plan, plan
    assert "Sort" not in plan, plan
