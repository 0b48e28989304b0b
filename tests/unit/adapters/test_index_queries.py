"""Every listing is read from the end of an index, and is what the filter says, whatever is asked for together."""

import random
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import product
from uuid import UUID

import pytest

from feedscript.adapters.files.index_queries import (
    FAILED,
    INDEXES,
    MOST_LOOKS,
    OF_PHASE,
    query_for,
)
from feedscript.adapters.files.job_index import SCHEMA
from feedscript.adapters.lead import Lead, lead_of
from feedscript.codec import to_rfc3339
from feedscript.domain import TRANSITIONS, Failed, JobState, Phase, Reach, Reason, Stage
from feedscript.ports import JobFilter

NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)
JOBS, ASKED = 200, 400
MERCHANTS, PARTNERS, REFERENCES = ("m1", "m2", "m3"), ("p1", "p2", None), ("a", "b", None)
REASONS = (Reason.TIMEOUT, Reason.LOST)
#: Clocks that were set back and forth between an id and its job.
LEADS = (0, 0, 0, 1, -3, 40_000, -70_000)
_Row = tuple[str, int, JobState, str, str | None, str | None, str, Stage, Reason | None]


def _rows() -> Iterator[_Row]:
    chance = random.Random(1)
    for number in range(JOBS):
        created = NEW_YEAR + SECOND * number
        ahead = timedelta(milliseconds=chance.choice(LEADS))
        job_id = UUID(int=int((created - ahead).timestamp() * 1000) << 80 | 7 << 76 | 2 << 62 | number)
        status = chance.choice([*JobState])
        stage = chance.choice([*Stage]) if chance.random() < 0.2 else Stage.SETTLED
        whose = (chance.choice(MERCHANTS), chance.choice(PARTNERS), chance.choice(REFERENCES))
        reason = chance.choice(REASONS) if status in FAILED else None
        yield str(job_id), 1, status, *whose, to_rfc3339(created), stage, reason


@pytest.fixture(scope="module")
def rows() -> list[_Row]:
    return sorted(_rows(), reverse=True)


@pytest.fixture(scope="module")
def lead(rows: list[_Row]) -> Lead:
    leads = [lead_of(row[0], datetime.fromisoformat(row[6])) for row in rows]
    return Lead(min(leads), max(leads))


@pytest.fixture(scope="module")
def database(rows: list[_Row]) -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:")
    connection.executescript(SCHEMA + INDEXES)
    connection.executemany(f"INSERT INTO job VALUES ({', '.join('?' * 9)})", rows)
    return connection


def _expected(rows: list[_Row], wanted: JobFilter, before: str, limit: int) -> list[str]:
    found = []
    for job_id, _, status, merchant, partner, reference, created, stage, reason in rows:
        phase = next(each for each, states in OF_PHASE.items() if status in states)
        at = datetime.fromisoformat(created)
        if (
            job_id < before
            and (not wanted.statuses or status in wanted.statuses)
            and wanted.stage in (None, stage)
            and wanted.reason in (None, reason)
            and wanted.phase in (None, phase)
            and wanted.affiliate_merchant_id in (None, merchant)
            and wanted.partner_id in (None, partner)
            and wanted.reference in (None, reference)
            and wanted.reach.has_merchant(merchant)
            and wanted.reach.has_partner(partner)
            and (wanted.created_after is None or at > wanted.created_after)
            and (wanted.created_before is None or at < wanted.created_before)
        ):
            found.append(job_id)
    return found[:limit]


REACHES = (Reach(), Reach(frozenset({"m1", "m2", "m9"})), Reach(frozenset({"m3"}), frozenset({"p1"})))
TIMES = ((None, None), (NEW_YEAR + 100 * SECOND, None), (NEW_YEAR + 30 * SECOND, NEW_YEAR + 140 * SECOND))


def _asked() -> list[JobFilter]:
    """Some of all that may be asked for together."""
    every = product(
        (frozenset[JobState](), frozenset({JobState.GENERATED}), FAILED),
        (None, Stage.RUNNING, Stage.SETTLED),
        (None, Reason.TIMEOUT, Reason.STALLED),
        (None, Phase.VALIDATION),
        (None, "m1"),
        (None, "p2"),
        (None, "a"),
        REACHES,
        TIMES,
    )
    return [
        JobFilter(
            statuses=statuses,
            stage=stage,
            reason=reason,
            phase=phase,
            affiliate_merchant_id=merchant,
            partner_id=partner,
            reference=reference,
            reach=reach,
            created_after=after,
            created_before=until,
        )
        for statuses, stage, reason, phase, merchant, partner, reference, reach, (after, until) in (
            random.Random(1).sample(list(every), ASKED)
        )
    ]


def test_what_is_found_is_what_the_filter_says(
    database: sqlite3.Connection, rows: list[_Row], lead: Lead
) -> None:
    for wanted in (JobFilter(), *_asked()):
        query, values = query_for(wanted, before=rows[9][0], limit=9, lead=lead)
        found = [job_id for (job_id,) in database.execute(query, values)]
        assert found == _expected(rows, wanted, rows[9][0], 9), wanted
        _assert_read_from_an_index(database, query, values)


def _assert_read_from_an_index(database: sqlite3.Connection, query: str, values: list[object]) -> None:
    """Each look goes along an index that is in the order of the ids, or along the ids themselves."""
    if query.endswith("FALSE"):
        return
    steps = [row[3] for row in database.execute(f"EXPLAIN QUERY PLAN {query}", values)]
    looks = [step for step in steps if step.startswith("SEARCH job USING")]
    assert len(looks) == 1, steps
    assert not [step for step in steps if step.startswith(("SCAN job", "SCAN found"))], steps
    sorts = [step for step in steps if "TEMP B-TREE" in step]
    assert len(sorts) <= 1, "what was found, and no more, is sorted"


def test_more_names_than_can_be_looked_for_one_by_one_are_looked_through(
    database: sqlite3.Connection, rows: list[_Row], lead: Lead
) -> None:
    many = frozenset({*MERCHANTS[:2], *map(str, range(MOST_LOOKS))})
    wanted = JobFilter(reach=Reach(many, frozenset({"p1", "p2"})))
    query, values = query_for(wanted, before="g", limit=JOBS, lead=lead)
    assert [job_id for (job_id,) in database.execute(query, values)] == _expected(rows, wanted, "g", JOBS)


def test_a_status_tells_the_phase_and_whether_there_is_a_reason() -> None:
    for (_, event), state in TRANSITIONS.items():
        phase = Phase.VALIDATION if event.__name__.startswith("Validation") else Phase.GENERATION
        assert state in OF_PHASE[phase]
        assert (state in FAILED) is issubclass(event, Failed)
    assert sorted(OF_PHASE[Phase.GENERATION] | OF_PHASE[Phase.VALIDATION]) == sorted(JobState)


def test_no_time_is_out_of_range() -> None:
    for time in (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)):
        assert str(UUID(int=0)) <= Lead().after(time) <= Lead().before(time) <= str(UUID(int=2**128 - 1))
