"""What a `JobRepository` must do when calls of what it stands on fail, or end its process."""

from dataclasses import replace
from pathlib import Path

from feedscript.domain import Event, Job, fold
from feedscript.ports import JobRepository
from feedscript.ports.errors import VersionConflict
from feedscript.testing.contracts.contract import needs
from feedscript.testing.contracts.faults import Fault, as_its_port_says, each_fault
from feedscript.testing.contracts.storage import StorageContract
from feedscript.testing.fakes import FrozenClock, SequentialIds
from feedscript.testing.promises import promise
from feedscript.testing.rig import Storage
from feedscript.testing.stories import commit_all, history_of


class JobRepositoryFaults(StorageContract):
    """The promises of a `JobRepository` under every single fault."""

    @promise(JobRepository.commit, "both durable, or neither")
    @needs("faults")
    def test_no_fault_takes_back_what_was_acknowledged(
        self, folder: Path, ids: SequentialIds, clock: FrozenClock
    ) -> None:
        def run(fault: Fault) -> None:
            job_id, known, claimed, job = ids.new_id(), 0, False, None
            events = [replace(event, job_id=job_id) for event in history]
            with as_its_port_says(fault, never=VersionConflict):
                storage = self.open_failing(folder, clock, fault)
                repository = storage[0]
                try:
                    claimed = repository.claim("m1", job_id, job_id) == job_id
                    for event in events[:3]:
                        job = commit_all(repository, [event], job)
                        known = job.version
                    repository.settle(job_id)
                finally:
                    self.close_storage(storage)
            after = self.open_storage(folder, clock)
            _goes_on(after, events, known)
            other = ids.new_id()
            assert not claimed or after[0].claim("m1", job_id, other) == job_id, "its reference was reserved"
            self.close_storage(after)

        history = history_of(ids.new_id(), clock, length=4)
        each_fault(self.faults, run, step=self.fault_step, mended=self.mended)


def _goes_on(storage: Storage, events: list[Event], known: int) -> None:
    """A process that comes later finds the acknowledged version, or the one that was being written, and goes on."""
    repository, log = storage
    job: Job | None = repository.get(events[0].job_id)
    version = job.version if job else 0
    assert known <= version <= known + 1, f"version {known} was acknowledged, {version} is there"
    assert job == (fold(events[:version]) if version else None)
    job = commit_all(repository, events[version:], job)
    assert repository.get(job.id) == job
    trail = [entry.id for entry in log.of_job(job.id, since=job.created_at)]
    assert trail == [f"{job.id}/{n}" for n in range(1, job.version + 1)]
    assert job.id in set(repository.open_jobs()), "a committed job is on the list"
