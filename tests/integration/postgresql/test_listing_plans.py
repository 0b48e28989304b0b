"""Listings follow an index from its end: what they cost does not grow with the number of jobs."""

import re
from collections.abc import Iterator
from datetime import timedelta

import psycopg
import pytest

from feedscript.adapters.lead import Lead
from feedscript.adapters.postgresql.repository import OPEN, PAGE, USUAL, conditions_of
from feedscript.domain import JobState, Phase, Reach, Reason, Stage
from feedscript.ports import JobFilter
from feedscript.testing.fakes import NOON
from tests.postgresql_server import empty, server

#: One each second, the first at NOON; every fiftieth failed.
MANY = """
INSERT INTO job SELECT (lpad(to_hex(1767268800000 + 1000 * n), 12, '0') || '70008000000000000000')::uuid, 1,
    n %% 100 = 0, (ARRAY['generated', 'generation_failed'])[1 + (n %% 50 = 0)::integer], 'settled',
    CASE n %% 50 WHEN 0 THEN 'timeout' END, 'feed_generation', 'm' || n %% 300,
    'p' || n %% 12, 'ref ' || n, to_timestamp(1767268800 + n), now(), '{}', 0 FROM generate_series(1, %s) n
"""
LOOKED_AT = re.compile(r"(?:actual rows=|Rows Removed by Filter: )(\d+)")
ALL = 20_000
MIDDLE = NOON + timedelta(seconds=10_000)


@pytest.fixture(scope="module")
def database() -> Iterator[psycopg.Connection[tuple[str]]]:
    empty(server().url())
    with psycopg.connect(server().url(), autocommit=True) as connection:
        connection.execute(MANY, [ALL])
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
        JobFilter(created_after=MIDDLE),
        JobFilter(created_before=MIDDLE),
        JobFilter(partner_id="p1", created_before=MIDDLE),
        JobFilter(affiliate_merchant_id="m7", partner_id="p1", created_before=NOON + timedelta(hours=2)),
        JobFilter(reach=Reach(merchants=frozenset({"m7"}))),
        JobFilter(reach=Reach(merchants=frozenset({"m7", "m8"}), partners=frozenset({"p1"}))),
    ],
    ids=lambda wanted: ", ".join(conditions_of(wanted, None, USUAL)) or "all",
)
@pytest.mark.parametrize(
    "before", [None, Lead().before(NOON + timedelta(hours=1))], ids=["newest", "further on"]
)
def test_a_page_is_read_from_an_index(
    database: psycopg.Connection[tuple[str]], wanted: JobFilter, before: str | None
) -> None:
    given = conditions_of(wanted, before, USUAL)
    statement = "EXPLAIN (ANALYZE, TIMING off) " + PAGE.format(" AND ".join(given) or "TRUE")
    plan = "\n".join(row[0] for row in database.execute(statement, [*given.values(), 51]))
    assert "Index Scan" in plan, plan
    assert "Seq Scan" not in plan, plan
    assert sum(map(int, LOOKED_AT.findall(plan))) < ALL / 10, plan


def test_open_jobs_are_read_from_an_index(database: psycopg.Connection[tuple[str]]) -> None:
    plan = "\n".join(row[0] for row in database.execute(f"EXPLAIN {OPEN}"))
    assert "job_open" in plan, plan
    assert "Sort" not in plan, plan
