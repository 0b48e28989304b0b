"""What a power cut took back is there again when the next process comes up, as it was acknowledged."""

import errno
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from feedscript.adapters.files.archive import archive_jobs
from feedscript.adapters.files.audit import verify
from feedscript.adapters.files.places import JobPlaces
from feedscript.domain import (
    CancelJob,
    GenerationStarted,
    Job,
    Refusal,
    RetryPolicy,
    decide,
    evolve,
    record_of,
)
from feedscript.ports.errors import StorageBroken
from feedscript.testing.fakes import NOON, FrozenClock, SequentialIds
from feedscript.testing.faults import FaultyDisk
from feedscript.testing.stories import commit_all, history_of
from tests.integration.files.storage import FileStorage, Machine, file_storage

ComeUp = Callable[..., FileStorage]


@pytest.fixture
def come_up(tmp_path: Path, clock: FrozenClock) -> Iterator[ComeUp]:
    opened: list[FileStorage] = []

    def at(boot: int, disk: Machine | None = None) -> FileStorage:
        opened.append(file_storage(tmp_path, disk=disk or Machine(boot), now=clock.now))
        return opened[-1]

    yield at
    for repository, _ in opened:
        repository.close()


def lose_everything(folder: Path) -> None:
    """All that was written and not synced, as at the worst power cut: only journals are left."""
    for path in [*folder.glob("jobs/open/*"), *folder.glob("jobs/references/*")]:
        path.unlink()
    for path in folder.glob("jobs/*/*/*/*.json"):
        path.chmod(0o600)
        path.write_bytes(b"\0" * 100)
        path.chmod(0o400)
    for path in folder.glob("activities/*/*/*.jsonl"):
        path.write_bytes(path.read_bytes()[:150] + b"\0" * 50 + path.read_bytes()[200:])


def told(storage: FileStorage, job: Job) -> list[str]:
    return [entry.id for entry in storage[1].of_job(job.id, since=NOON)]


def test_jobs_marks_references_and_trail_are_as_they_were(
    tmp_path: Path, clock: FrozenClock, ids: SequentialIds, come_up: ComeUp
) -> None:
    before, _ = come_up(1)
    started, *rest = history_of(before.claim("m1", "r1", ids.new_id()), clock, length=3)
    assert isinstance(started, GenerationStarted)
    started = replace(started, request=replace(started.request, reference="r1"))
    first = commit_all(before, [started, *rest])
    second = commit_all(before, history_of(ids.new_id(), clock, length=2))
    before.close()
    lose_everything(tmp_path)
    after = come_up(2)
    assert [after[0].get(job.id) for job in (first, second)] == [first, second]
    assert list(after[0].open_jobs()) == [first.id, second.id]
    for job in (first, second):
        assert told(after, job) == [f"{job.id}/{n}" for n in range(1, job.version + 1)]
    assert after[0].claim("m1", "r1", ids.new_id()) == first.id
    trail = verify(tmp_path / "activities")
    assert (trail.repaired, trail.torn) == (1, False)


def test_of_two_records_of_one_change_the_later_counts(
    tmp_path: Path, clock: FrozenClock, ids: SequentialIds, come_up: ComeUp
) -> None:
    """The first process died between its journal and the file, and another made the change anew."""

    class Dying(Machine, FaultyDisk):
        pass

    disk = Dying(1)
    (dying, _), (living, _) = come_up(1, disk), come_up(1)
    history = history_of(ids.new_id(), clock, length=2)
    job = commit_all(dying, history[:1])
    disk.fail("rename", errno.EIO)
    with pytest.raises(StorageBroken):
        commit_all(dying, history[1:], job)
    dying.close()
    cancelled = decide(job, CancelJob(), clock.now(), RetryPolicy())
    assert not isinstance(cancelled, Refusal)
    following = evolve(job, cancelled)
    living.commit(following, [record_of(cancelled, following.version)])
    living.close()
    lose_everything(tmp_path)
    after = come_up(2)
    assert after[0].get(job.id) == following
    assert [entry.event for entry in after[1].of_job(job.id, since=NOON)] == [history[0], cancelled]


def test_a_job_that_is_archived_since_stays_there(
    tmp_path: Path, clock: FrozenClock, ids: SequentialIds, come_up: ComeUp
) -> None:
    before, _ = come_up(1)
    job = commit_all(before, history_of(ids.new_id(), clock, length=1))
    cancelled = decide(job, CancelJob(), clock.now(), RetryPolicy())
    assert not isinstance(cancelled, Refusal)
    job = commit_all(before, [cancelled], job)
    before.settle(job.id)
    (archived,) = archive_jobs(JobPlaces(tmp_path / "jobs"), Machine(1), before=date(2027, 1, 1))
    assert archived.left is None
    before.close()
    after, _ = come_up(2)
    assert after.get(job.id) == job
    assert not list((tmp_path / "jobs").glob("*/*/*/*.json"))


def test_a_newer_file_is_left_as_it_is(
    tmp_path: Path, clock: FrozenClock, ids: SequentialIds, come_up: ComeUp
) -> None:
    before, _ = come_up(1)
    history = history_of(ids.new_id(), clock, length=3)
    job = commit_all(before, history[:2])
    (journal,) = (tmp_path / "jobs/journal").glob("*.journal")
    records = journal.read_bytes()
    newer = commit_all(before, history[2:], job)
    before.close()
    journal.write_bytes(records)
    after = come_up(2)
    assert after[0].get(job.id) == newer
    assert told(after, job) == [f"{job.id}/{n}" for n in (1, 2, 3)]
