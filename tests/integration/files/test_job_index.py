"""The listing's index: a cache that follows the trail, survives its loss, and never disagrees with the files."""

import sqlite3
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from feedscript.adapters.files import Disk, FileActivityLog, FileJobRepository
from feedscript.adapters.files.index_rows import row_of
from feedscript.adapters.files.job_index import JobIndex
from feedscript.domain import (
    CancelJob,
    FeedRequest,
    Job,
    JobState,
    RetryPolicy,
    StartGeneration,
    decide,
    evolve,
    record_of,
)
from feedscript.domain.commands import Command
from feedscript.domain.refusal import Refusal
from feedscript.ports import JobFilter
from feedscript.testing.fakes import FrozenClock, SequentialIds
from feedscript.testing.stories import commit_all, history_of

DEADLINE = 20.0


class Store:
    """Repositories over one folder, as several processes would have them."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.clock = FrozenClock()
        self.ids = SequentialIds(self.clock)

    def open(self) -> FileJobRepository:
        disk = Disk()
        return FileJobRepository(self.root / "jobs", FileActivityLog(self.root / "activities", disk), disk)

    def opened_and_indexed(self) -> FileJobRepository:
        repository = self.open()
        give_up = time.monotonic() + DEADLINE
        while not repository.indexed:
            assert time.monotonic() < give_up, "the index was not built"
            time.sleep(0.01)
        return repository

    def start(self, repository: FileJobRepository, merchant: str) -> Job:
        request = FeedRequest(
            affiliate_merchant_id=merchant, source="s3://b/i.csv", destination="s3://b/o.csv"
        )
        return self.change(repository, None, StartGeneration(job_id=self.ids.new_id(), request=request))

    def change(self, repository: FileJobRepository, job: Job | None, command: Command) -> Job:
        event = decide(job, command, self.clock.tick(), RetryPolicy())
        assert not isinstance(event, Refusal)
        following = evolve(job, event)
        # As the service tells it; what the stories of the harness commit tells no stage, as older trails do not.
        entry = record_of(event, following.version, stage=following.stage.value)
        repository.commit(following, [entry])
        return following


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path)


def listed(repository: FileJobRepository, wanted: JobFilter | None = None) -> list[str]:
    found: list[str] = []
    cursor = None
    while True:
        page = repository.page(wanted or JobFilter(), limit=3, cursor=cursor)
        found += [job.id for job in page.jobs]
        cursor = page.cursor
        if cursor is None:
            return found


def test_a_commit_of_another_process_is_listed_at_once(store: Store) -> None:
    here, there = store.opened_and_indexed(), store.opened_and_indexed()
    jobs = [store.start(there, f"m{n % 2}") for n in range(8)]
    assert listed(here) == [job.id for job in reversed(jobs)]
    assert listed(here, JobFilter(affiliate_merchant_id="m1")) == [job.id for job in reversed(jobs[1::2])]
    store.change(there, jobs[3], CancelJob())
    assert listed(here, JobFilter(statuses=frozenset({JobState.GENERATION_FAILED}))) == [jobs[3].id]
    assert jobs[3].id not in listed(here, JobFilter(statuses=frozenset({JobState.GENERATING})))


def test_the_trail_tells_of_each_job_what_its_file_does(store: Store) -> None:
    repository = store.opened_and_indexed()
    jobs = [
        commit_all(repository, history_of(store.ids.new_id(), store.clock, length=length))
        for length in range(1, 6)
    ]
    failed = store.change(repository, store.start(repository, "m2"), CancelJob())
    again = replace(failed.latest.request, partner_id="another")
    jobs.append(store.change(repository, failed, StartGeneration(job_id=failed.id, request=again)))
    jobs.append(store.change(repository, store.start(repository, "m2"), CancelJob()))
    assert repository.indexed
    with sqlite3.connect(repository.places.index / "jobs.sqlite3") as database:
        rows = {row[0]: row for row in database.execute("SELECT * FROM job")}
    assert len({job.state for job in jobs}) == 5
    for job in jobs:
        job_id, _, *told = row_of(job)
        assert list(rows[job_id][2:]) == told


def test_a_line_that_cannot_be_understood_has_the_index_built_from_the_files(store: Store) -> None:
    repository = store.opened_and_indexed()
    store.start(repository, "m1")
    (segment,) = (store.root / "activities").glob("*/*/*.jsonl")
    with segment.open("ab") as file:
        file.write(b'{"type":"feedscript.job.generation_started","id":"no job","sequence":2}\n')
    late = store.start(store.open(), "m2")
    assert listed(repository, JobFilter(affiliate_merchant_id="m2")) == [late.id], "the folders are walked"
    repository.close()
    again = store.opened_and_indexed()
    assert listed(again, JobFilter(affiliate_merchant_id="m2")) == [late.id]


def test_a_job_that_could_not_be_read_while_the_index_was_built_is_listed_from_its_next_change_on(
    store: Store,
) -> None:
    repository = store.opened_and_indexed()
    job = store.change(repository, store.start(repository, "m1"), CancelJob())
    unreadable = {job.id}
    folder = store.root / "another"
    folder.mkdir()
    index = JobIndex(
        folder,
        store.root / "activities",
        read=lambda job_id: None if job_id in unreadable else repository.get(job_id),
        ids=lambda: [job.id],
    )
    index.catch_up()
    index.wait()
    assert index.catch_up()
    assert index.matching(JobFilter(), before=None, limit=3) == []
    unreadable.clear()
    again = store.change(repository, job, StartGeneration(job_id=job.id, request=job.latest.request))
    assert index.catch_up()
    assert index.matching(JobFilter(created_after=job.created_at), before=None, limit=3) == []
    assert index.matching(JobFilter(statuses=frozenset({again.state})), before=None, limit=3) == [job.id]
    index.close()


@pytest.mark.parametrize("merchant", [r"\ud800", "m1"])
@pytest.mark.parametrize("version", ["1", "99999999999999999999"])
def test_a_line_that_the_index_cannot_hold_stops_no_listing(
    store: Store, merchant: str, version: str
) -> None:
    repository = store.opened_and_indexed()
    job = store.start(repository, "m1")
    (segment,) = (store.root / "activities").glob("*/*/*.jsonl")
    line = segment.read_bytes().splitlines(keepends=True)[-1]
    with segment.open("ab") as file:
        file.write(
            line.replace(b'"affiliate_merchant_id":"m1"', b'"affiliate_merchant_id":"%b"' % merchant.encode())
            .replace(b'/1"', b'/%b"' % version.encode())
            .replace(b'"sequence":1', b'"sequence":2')
        )
    assert listed(repository) == [job.id]
    assert list(repository.open_jobs()) == [job.id]


def test_a_listing_asks_the_index_and_not_the_folders(store: Store) -> None:
    repository = store.opened_and_indexed()
    job = store.start(repository, "m1")
    assert listed(repository) == [job.id]
    # A file that no commit made is none of the index's business until it is built anew.
    stray = store.ids.new_id()
    path = repository.places.document(job.id)
    assert path is not None
    path.with_name(f"{stray}.json").write_bytes(path.read_bytes().replace(job.id.encode(), stray.encode()))
    assert listed(repository) == [job.id]


def test_an_index_that_is_being_built_anew_is_not_asked(store: Store) -> None:
    repository = store.opened_and_indexed()
    store.start(repository, "m1")
    assert repository.indexed
    index = JobIndex(repository.places.index, store.root / "activities", read=repository.get, ids=list)
    assert index.matching(JobFilter(), before=None, limit=3)
    with sqlite3.connect(repository.places.index / "jobs.sqlite3") as database:
        # How a builder begins, here one that another process runs.
        database.execute("DELETE FROM place")
        database.execute("DELETE FROM job")
    assert index.matching(JobFilter(), before=None, limit=3) is None
    index.close()


def test_what_is_committed_while_the_index_is_built_is_in_it(store: Store) -> None:
    repository = store.opened_and_indexed()
    first = store.start(repository, "m1")
    late = []

    def ids_then_a_commit() -> Iterator[str]:
        yield first.id
        late.append(store.start(repository, "m1").id)

    folder = store.root / "another"
    folder.mkdir()
    index = JobIndex(folder, store.root / "activities", read=repository.get, ids=ids_then_a_commit)
    assert not index.catch_up()
    index.wait()
    assert index.matching(JobFilter(), before=None, limit=3) == [*late, first.id]
    index.close()


@pytest.mark.parametrize("harm", ["deleted", "overwritten"])
def test_an_index_that_was_lost_while_the_service_was_stopped_is_built_anew(store: Store, harm: str) -> None:
    repository = store.opened_and_indexed()
    jobs = [store.start(repository, "m1") for _ in range(7)]
    store.change(repository, jobs[2], CancelJob())
    assert repository.indexed
    repository.close()
    for path in (store.root / "jobs" / "index").glob("jobs.sqlite3*"):
        if harm == "deleted":
            path.unlink()
        else:
            path.write_bytes(b"no database at all " * 500)
    again = store.open()
    assert listed(again) == [job.id for job in reversed(jobs)], (
        "before the index is there, the folders are walked"
    )
    again = store.opened_and_indexed()
    assert listed(again) == [job.id for job in reversed(jobs)]
    assert listed(again, JobFilter(statuses=frozenset({JobState.GENERATION_FAILED}))) == [jobs[2].id]


def test_a_trail_whose_end_a_power_cut_took_back_is_noticed(store: Store) -> None:
    repository = store.opened_and_indexed()
    kept = store.start(repository, "m1")
    (segment,) = (store.root / "activities").glob("*/*/*.jsonl")
    before = segment.read_bytes()
    store.start(repository, "m1")
    assert len(listed(repository)) == 2
    repository.close()
    # Another job's line, as long as the lost one's, where the lost one was: lengths alone would not tell.
    segment.write_bytes(before)
    replaced = store.start(store.open(), "m1")
    later = store.opened_and_indexed()
    assert replaced.id in listed(later)
    assert kept.id in listed(later)
