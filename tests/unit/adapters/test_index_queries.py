"""Every listing is led by an index that leaves few jobs to look at, whatever else is asked for."""

import sqlite3
from datetime import UTC, datetime
from itertools import product

import pytest

from feedscript.adapters.files.index_queries import query_for
from feedscript.adapters.files.job_index import SCHEMA
from feedscript.domain import JobState, Phase, Reason, Stage
from feedscript.ports import JobFilter

NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
LED = [
    (JobFilter(reference="1", affiliate_merchant_id="m1", partner_id="p"), "by_reference"),
    (JobFilter(stage=Stage.RUNNING), "by_stage"),
    (JobFilter(stage=Stage.RUNNING, statuses=frozenset({JobState.GENERATED})), "by_stage"),
    (JobFilter(stage=Stage.RUNNING, reason=Reason.LOST, phase=Phase.GENERATION), "by_stage"),
    (JobFilter(stage=Stage.QUEUED, affiliate_merchant_id="m1"), "by_merchant_stage"),
    (JobFilter(stage=Stage.QUEUED, partner_id="p"), "by_partner_stage"),
    (JobFilter(reason=Reason.TIMEOUT), "by_reason"),
    (JobFilter(reason=Reason.TIMEOUT, statuses=frozenset(JobState)), "by_reason"),
    (
        JobFilter(reason=Reason.TIMEOUT, affiliate_merchant_id="m1", phase=Phase.GENERATION),
        "by_merchant_reason",
    ),
    (JobFilter(reason=Reason.TIMEOUT, partner_id="p"), "by_partner_reason"),
    (JobFilter(statuses=frozenset({JobState.GENERATED, JobState.VALIDATED})), "by_status"),
    (JobFilter(statuses=frozenset({JobState.GENERATED}), affiliate_merchant_id="m1"), "by_merchant_status"),
    (JobFilter(statuses=frozenset({JobState.GENERATED}), stage=Stage.SETTLED), "by_status"),
    (JobFilter(affiliate_merchant_id="m1", phase=Phase.GENERATION), "by_merchant"),
    (JobFilter(phase=Phase.GENERATION), "by_phase"),
]


@pytest.fixture(scope="module")
def database() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:")
    connection.executescript(SCHEMA)
    return connection


@pytest.mark.parametrize(("wanted", "index"), LED)
def test_the_index_that_leaves_the_fewest_leads(
    database: sqlite3.Connection, wanted: JobFilter, index: str
) -> None:
    query, values = query_for(wanted, before="a", limit=5)
    steps = [row[3] for row in database.execute(f"EXPLAIN QUERY PLAN {query}", values)]
    searches = [step for step in steps if step.startswith(("SEARCH job", "SCAN job"))]
    assert searches, steps
    assert all(f"INDEX {index} " in step for step in searches), steps
    assert not any("TEMP B-TREE" in step for step in steps) or len(searches) > 1, steps


def test_whatever_is_asked_for_is_a_statement(database: sqlite3.Connection) -> None:
    for statuses, stage, reason, merchant in product(
        (frozenset[JobState](), frozenset(JobState)), (None, *Stage), (None, Reason.LOST), (None, "m1")
    ):
        wanted = JobFilter(
            statuses=statuses,
            stage=stage,
            reason=reason,
            affiliate_merchant_id=merchant,
            created_after=NEW_YEAR,
            created_before=NEW_YEAR,
        )
        query, values = query_for(wanted, before=None, limit=3)
        assert database.execute(query, values).fetchall() == []
