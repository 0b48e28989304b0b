"""What the service does when a racer was faster, a job cannot be read, or its commit fails."""

from dataclasses import replace
from datetime import timedelta

import pytest

from feedscript.adapters.memory import MemoryActivityLog, MemoryJobRepository
from feedscript.domain import FeedRequest, ForbiddenCallback, Job, JobState, Phase, Reason
from feedscript.ports.errors import StorageBusy, UnreadableJob, VersionConflict
from feedscript.testing.rig import Rig

REQUEST = FeedRequest(affiliate_merchant_id="m1", source="s3://shop/in.csv", destination="s3://shop/out.csv")


class OddRepository(MemoryJobRepository):
    """A repository in which some jobs cannot be read, and somebody else always commits first to others."""

    def __init__(self, log: MemoryActivityLog) -> None:
        super().__init__(log)
        self.unreadable: set[str] = set()
        self.contended: set[str] = set()
        self.gone: set[str] = set()

    def get(self, job_id: str) -> Job | None:
        if job_id in self.unreadable:
            raise UnreadableJob(job_id, "not JSON")
        return None if job_id in self.gone else super().get(job_id)

    def commit(self, job: Job, activities: object) -> None:
        if job.id in self.contended:
            raise VersionConflict(job.id, job.version - 1, job.version)
        super().commit(job, activities)  # type: ignore[arg-type]  # passed on as it came


def odd_rig() -> tuple[Rig, OddRepository]:
    log = MemoryActivityLog()
    repository = OddRepository(log)
    return Rig(lambda: (repository, log)), repository


def two_lost_jobs(rig: Rig) -> list[str]:
    """Two jobs that are to be repeated within the hour."""
    made = [rig.service.start(Phase.GENERATION, REQUEST, actor="a test").job.id for _ in range(2)]
    for job_id in made:
        rig.executor.begin(job_id, 1)
        rig.executor.end(job_id, 1, exit_code=None, reason=Reason.LOST)
        assert rig.service.job(job_id).next_retry_at is not None
    rig.clock.tick(timedelta(hours=2))
    return made


def test_a_call_that_a_racer_was_faster_than_is_decided_anew() -> None:
    rig = Rig()
    job = rig.service.start(Phase.GENERATION, REQUEST, actor="a test").job
    rig.trouble.arm(VersionConflict(job.id, 1, 2))
    answer = rig.service.cancel(job.id, actor="a test")
    assert (answer.refusal, answer.job.latest.reason) == (None, Reason.CANCELLED)
    assert rig.trouble.happened == 1


def test_a_call_that_never_wins_its_race_is_told_so() -> None:
    rig, repository = odd_rig()
    job = rig.service.start(Phase.GENERATION, REQUEST, actor="a test").job
    repository.contended = {job.id}
    with pytest.raises(StorageBusy):
        rig.service.cancel(job.id, actor="a test")
    assert rig.service.job(job.id).state is JobState.GENERATING


def test_a_job_that_cannot_be_changed_holds_up_no_other() -> None:
    rig, repository = odd_rig()
    first, second = two_lost_jobs(rig)
    repository.contended = {first}
    rig.executor.let_time_pass()
    assert [len(rig.service.job(each).attempts) for each in (first, second)] == [1, 2]
    repository.contended = set()
    rig.executor.let_time_pass()
    assert len(rig.service.job(first).attempts) == 2


def test_a_job_that_cannot_be_read_holds_up_no_other() -> None:
    rig, repository = odd_rig()
    first, second = two_lost_jobs(rig)
    repository.unreadable = {first}
    rig.executor.let_time_pass()
    assert len(rig.service.job(second).attempts) == 2
    assert [run.job_id for run in rig.service.backlog()] == [second]


def test_a_job_that_is_gone_by_the_time_it_is_looked_at_holds_up_no_other() -> None:
    rig, repository = odd_rig()
    first, second = two_lost_jobs(rig)
    repository.gone = {first}
    rig.executor.let_time_pass()
    assert [run.job_id for run in rig.service.backlog()] == [second]


def test_a_caller_that_could_never_be_told_is_refused_before_anything_is_made() -> None:
    rig = Rig()
    request = replace(REQUEST, callback_url="http://10.0.0.1/")
    rig.notifier.refused = {"http://10.0.0.1/"}
    with pytest.raises(ForbiddenCallback, match="a test refuses it"):
        rig.service.start(Phase.GENERATION, request, actor="a test")
    assert list(rig.service.backlog()) == []
