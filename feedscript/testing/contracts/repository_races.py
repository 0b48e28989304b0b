"""What a `JobRepository` must do when several use it at once, and when it is cut off."""

import multiprocessing
import os
import signal
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from itertools import product
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from feedscript.domain import Job, JobState, Stage, evolve, fold
from feedscript.ports import JobFilter, JobRepository
from feedscript.ports.errors import VersionConflict
from feedscript.testing.contracts.contract import needs
from feedscript.testing.contracts.racing import at_once, returned
from feedscript.testing.contracts.storage import StorageContract
from feedscript.testing.fakes import FrozenClock, SequentialIds
from feedscript.testing.promises import promise
from feedscript.testing.rig import Storage
from feedscript.testing.stories import commit_all, history_of

RACERS = 6
PATIENCE = 60.0


class JobRepositoryRaces(StorageContract):
    """The promises of a `JobRepository` that need several threads, processes or a crash to break."""

    @promise(JobRepository.claim, "Atomic however many race")
    def test_of_those_that_race_for_a_reference_one_has_it(
        self, make_storage: Callable[[], Storage], ids: SequentialIds
    ) -> None:
        repositories = [make_storage()[0] for _ in range(2)]
        for reference in ("1", "2", "3"):
            asked = [ids.new_id() for _ in range(RACERS)]
            claims = [
                partial(repositories[n % 2].claim, "m1", reference, job_id) for n, job_id in enumerate(asked)
            ]
            answers = set(returned(at_once(*claims)))
            assert len(answers) == 1, f"{len(answers)} racers were told that the reference is theirs"
            assert answers <= {*asked}
            assert {each.claim("m1", reference, ids.new_id()) for each in repositories} == answers

    @promise(JobRepository.commit, "Raises `VersionConflict` unless the stored version is the one before")
    def test_of_those_that_race_for_a_version_one_has_it(
        self, make_storage: Callable[[], Storage], ids: SequentialIds, clock: FrozenClock
    ) -> None:
        storages = [make_storage() for _ in range(2)]
        history = history_of(ids.new_id(), clock, length=3)
        job: Job | None = None
        for event in history:
            works = [partial(commit_all, storages[n % 2][0], [event], job) for n in range(RACERS)]
            came = at_once(*works)
            lost = [each for each in came if isinstance(each, VersionConflict)]
            others = [
                each
                for each in came
                if isinstance(each, BaseException) and not isinstance(each, VersionConflict)
            ]
            assert others == []
            assert len(lost) == RACERS - 1, f"{RACERS - len(lost)} of {RACERS} racers have made one version"
            job = evolve(job, event)
        assert job is not None
        for repository, log in storages:
            assert repository.get(job.id) == job
            trail = [entry.id for entry in log.of_job(job.id, since=job.created_at)]
            assert trail == [f"{job.id}/{n}" for n in range(1, job.version + 1)]

    @promise(JobRepository, "safe for many threads and processes at once")
    def test_threads_that_commit_different_jobs_lose_nothing(
        self, make_storage: Callable[[], Storage], ids: SequentialIds, clock: FrozenClock
    ) -> None:
        repository, log = make_storage()
        made = [[ids.new_id() for _ in range(5)] for _ in range(RACERS)]
        stories = {job_id: history_of(job_id, clock, length=5) for some in made for job_id in some}

        def work(some: list[str]) -> None:
            for job_id in some:
                commit_all(repository, stories[job_id])

        returned(at_once(*(partial(work, some) for some in made)))
        for job_id, history in stories.items():
            assert repository.get(job_id) == fold(history)
            trail = [entry.event for entry in log.of_job(job_id, since=history[0].at)]
            assert trail == history

    @promise(JobRepository.get, "as it was last committed, by whomever")
    def test_what_another_process_commits_is_seen_at_once(
        self, make_storage: Callable[[], Storage], ids: SequentialIds, clock: FrozenClock
    ) -> None:
        one, other = make_storage()[0], make_storage()[0]
        job: Job | None = None
        for event in history_of(ids.new_id(), clock, length=5):
            job = commit_all(one, [event], job)
            assert other.get(job.id) == job
            one, other = other, one

    @promise(JobRepository.settle, "because somebody has started it again, stays on the list")
    def test_a_job_that_was_started_again_by_another_stays_open(
        self, make_storage: Callable[[], Storage], ids: SequentialIds, clock: FrozenClock
    ) -> None:
        one, other = make_storage()[0], make_storage()[0]
        history = history_of(ids.new_id(), clock, length=4)
        job = commit_all(one, history[:3])
        assert job.settled
        job = commit_all(other, history[3:], job)
        one.settle(job.id)
        assert list(one.open_jobs()) == list(other.open_jobs()) == [job.id]

    @promise(JobRepository.settle, "Take the job off the list of open ones")
    def test_settling_takes_one_job_off_the_list(
        self, repository: JobRepository, ids: SequentialIds, clock: FrozenClock
    ) -> None:
        jobs = [commit_all(repository, history_of(ids.new_id(), clock, length=3)) for _ in range(3)]
        repository.settle(jobs[1].id)
        assert list(repository.open_jobs()) == [jobs[0].id, jobs[2].id]

    @promise(JobRepository.commit, "both durable, or neither")
    @needs("outlives_its_process")
    def test_a_process_that_is_killed_leaves_jobs_and_trail_that_agree(
        self, folder: Path, clock: FrozenClock
    ) -> None:
        acknowledged = self._killed_while_committing(folder)
        storage = self.open_storage(folder, clock)
        repository, log = storage
        still_open = set(repository.open_jobs())
        for job_id, version in acknowledged.items():
            job = repository.get(job_id)
            assert job is not None, f"job {job_id} was committed, and is gone"
            assert job.version >= version
            trail = [entry.id for entry in log.of_job(job_id, since=job.created_at)]
            assert trail == [f"{job_id}/{n}" for n in range(1, job.version + 1)]
            assert job_id in still_open, "a committed job is on the list"
        self.close_storage(storage)

    def _killed_while_committing(self, folder: Path) -> dict[str, int]:
        """The versions that a process had been told were committed when it was killed."""
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe(duplex=False)
        worker = context.Process(target=_commit_on_and_on, args=(type(self), folder, theirs), daemon=True)
        worker.start()
        theirs.close()
        acknowledged: dict[str, int] = {}
        for _ in range(40):
            assert ours.poll(PATIENCE), "no commit came through"
            job_id, version = ours.recv()
            acknowledged[job_id] = version
        assert worker.pid is not None
        os.kill(worker.pid, signal.SIGKILL)
        worker.join(PATIENCE)
        while ours.poll():
            try:
                job_id, version = ours.recv()
            except (EOFError, OSError):
                break
            acknowledged[job_id] = version
        ours.close()
        return acknowledged

    @promise(JobRepository, "durable when `commit` returns")
    @needs("can_lose_power")
    def test_what_was_committed_outlives_a_power_cut(
        self, folder: Path, make_storage: Callable[[], Storage], ids: SequentialIds, clock: FrozenClock
    ) -> None:
        repository, _ = make_storage()
        job: Job | None = None
        for event in history_of(ids.new_id(), clock, length=5):
            job_id = event.job_id
            if job is None:
                assert repository.claim("m1", "7", job_id) == job_id
            job = commit_all(repository, [_named(event, "7")], job)
            after = self.open_storage(self.lose_power(folder), clock)
            assert after[0].get(job_id) == job
            assert after[0].claim("m1", "7", ids.new_id()) == job_id, "its reference was reserved"
            assert list(after[0].open_jobs()) == [job_id]
            trail = [entry.id for entry in after[1].of_job(job_id, since=job.created_at)]
            assert trail == [f"{job_id}/{n}" for n in range(1, job.version + 1)]
            self.close_storage(after)

    @promise(JobRepository.get, "The job as it was last committed")
    @needs("can_archive")
    def test_an_archived_job_is_found(
        self, folder: Path, make_storage: Callable[[], Storage], ids: SequentialIds, clock: FrozenClock
    ) -> None:
        repository = make_storage()[0]
        history = history_of(ids.new_id(), clock, length=4)
        job = commit_all(repository, history[:3])
        repository.settle(job.id)
        clock.tick(timedelta(days=2))
        self.archive(folder, clock)
        for each in (repository, make_storage()[0]):
            assert each.get(job.id) == job
            assert [found.id for found in each.page(JobFilter(), limit=5).jobs] == [job.id]
        job = commit_all(repository, history[3:], job)
        assert make_storage()[0].get(job.id) == job

    @promise(JobRepository.page, "Up to `limit` matching jobs")
    def test_a_listing_follows_a_job_through_its_states(
        self, make_storage: Callable[[], Storage], ids: SequentialIds, clock: FrozenClock
    ) -> None:
        storage = make_storage()
        job: Job | None = None
        for event in history_of(ids.new_id(), clock, length=5):
            job = commit_all(storage[0], [event], job)
            self.until_ready(storage)
            for state, stage in product(JobState, Stage):
                wanted = JobFilter(statuses=frozenset({state}), stage=stage, reason=job.latest.reason)
                found = [each.id for each in storage[0].page(wanted, limit=5).jobs]
                assert found == ([job.id] if (state, stage) == (job.state, job.stage) else [])

    @promise(JobRepository.get, "The job as it was last committed")
    @needs("can_be_planted")
    def test_what_lies_in_the_storage_is_read(
        self, folder: Path, make_storage: Callable[[], Storage], ids: SequentialIds, clock: FrozenClock
    ) -> None:
        elsewhere = make_storage()[0]
        job = commit_all(elsewhere, history_of(ids.new_id(), clock, length=2))
        planted = replace(job, id=ids.new_id())
        self.plant(folder, planted, [])
        assert make_storage()[0].get(planted.id) == planted


def _named(event: Any, reference: str) -> Any:
    request = getattr(event, "request", None)
    return event if request is None else replace(event, request=replace(request, reference=reference))


def _commit_on_and_on(contract: type[StorageContract], folder: Path, told: Connection) -> None:
    """What the process does that is killed: whole histories of new jobs, each commit told when it is done."""
    clock = FrozenClock()
    ids = SequentialIds(clock)
    repository, _ = contract().open_storage(folder, clock)
    while True:
        job: Job | None = None
        for event in history_of(ids.new_id(), clock, length=4):
            job = commit_all(repository, [event], job)
            told.send((job.id, job.version))
