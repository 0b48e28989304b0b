"""A script that was over before its start was told of: both are entered, in one commit where that can be."""

from datetime import UTC, datetime, timedelta

import pytest

from feedscript.domain import FeedRequest, Job, JobState, Outcome, Phase, ReportOutcome, Stage
from feedscript.ports import ScriptEnd
from feedscript.ports.errors import StorageBusy, VersionConflict
from feedscript.service import Callback
from feedscript.testing.fakes import FrozenClock
from feedscript.testing.rig import Rig

REQUEST = FeedRequest(affiliate_merchant_id="m1", source="s3://shop/in.csv", destination="s3://shop/out.csv")
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
BRIEFLY = timedelta(milliseconds=20)


@pytest.fixture
def rig() -> Rig:
    return Rig(clock=FrozenClock(NOW))


def accepted(rig: Rig) -> Job:
    job = rig.service.start(Phase.GENERATION, REQUEST, actor="a test").job
    assert rig.service.wanted(job.id, 1) is not None
    rig.clock.tick(timedelta(seconds=1))
    return job


def ran(rig: Rig, job: Job, *, before: timedelta = BRIEFLY, exit_code: int = 0) -> Job:
    end = ScriptEnd(job_id=job.id, attempt=1, exit_code=exit_code, result={"rows": 1})
    rig.service.script_ran(rig.clock.now() - before, "j.log", end)
    return rig.service.job(job.id)


def entries(rig: Rig, job: Job) -> list[tuple[str, str]]:
    told = rig.activities.of_job(job.id, since=job.created_at)
    return [(entry.id.removeprefix(job.id), entry.type) for entry in told]


BOTH = [
    ("/1", "feedscript.job.generation_started"),
    ("/2", "feedscript.job.script_started"),
    ("/3", "feedscript.job.generation_succeeded"),
]


def test_both_are_on_the_trail_and_the_times_are_those_of_the_script(rig: Rig) -> None:
    job = ran(rig, accepted(rig))
    assert (job.state, job.stage, job.version) == (JobState.GENERATED, Stage.SETTLED, 3)
    attempt = job.latest
    assert (attempt.started_at, attempt.exited_at) == (rig.clock.now() - BRIEFLY, rig.clock.now())
    assert (attempt.log, attempt.result) == ("j.log", {"rows": 1})
    assert entries(rig, job) == BOTH
    assert job.id not in set(rig.repository.open_jobs())


def test_it_takes_one_commit(rig: Rig) -> None:
    job = accepted(rig)
    rig.trouble.arm(StorageBusy("jobs", 5))
    with pytest.raises(StorageBusy):
        ran(rig, job)
    # Nothing of it is there: neither without the other.
    assert rig.service.job(job.id).version == 1
    assert ran(rig, job).version == 3


@pytest.mark.parametrize("before", [timedelta(hours=1), timedelta(hours=-1)])
def test_a_start_by_another_clock_lies_between_what_came_before_and_the_end(
    rig: Rig, before: timedelta
) -> None:
    job = accepted(rig)
    attempt = ran(rig, job, before=before).latest
    assert attempt.started_at in {job.updated_at, rig.clock.now()}
    assert attempt.accepted_at <= attempt.started_at <= attempt.exited_at  # type: ignore[operator]  # both are told


def test_a_report_that_came_meanwhile_stands(rig: Rig) -> None:
    job = accepted(rig)
    report = ReportOutcome(phase=Phase.GENERATION, outcome=Outcome.FAILED, error="no rows")
    rig.service.report(Callback(job_id=job.id, report=report))
    job = ran(rig, job, exit_code=1)
    assert (job.state, job.latest.error) == (JobState.GENERATION_FAILED, "no rows")
    assert (job.latest.started_at is None, job.latest.exit_code) == (False, 1)
    assert [kind for _, kind in entries(rig, job)][-2:] == [
        "feedscript.job.script_started",
        "feedscript.job.script_exited",
    ]


def test_a_racer_at_the_commit_costs_a_second_commit_and_nothing_else(rig: Rig) -> None:
    job = accepted(rig)
    rig.trouble.arm(VersionConflict(job.id, 1, 2))
    assert ran(rig, job).version == 3
    assert rig.trouble.happened == 1
    assert entries(rig, job) == BOTH


def test_what_was_told_before_is_not_entered_twice(rig: Rig) -> None:
    job = accepted(rig)
    rig.service.script_started(job.id, 1, "j.log")
    assert entries(rig, ran(rig, job)) == BOTH
    assert entries(rig, ran(rig, job)) == BOTH


def test_who_does_not_know_the_job_any_more_looks(rig: Rig) -> None:
    job = rig.service.start(Phase.GENERATION, REQUEST, actor="a test").job
    assert entries(rig, ran(rig, job)) == BOTH
