"""What every adapter of a port must do, as pytest classes: subclass one and give its fixture.

>>> class TestMemoryJobRepository(JobRepositoryContract):
...     @pytest.fixture
...     def make_storage(self, clock):
...         return memory_storage()

A storage fixture answers a function that gives a fresh repository and log over the same ground at each call, as a
restarted process would have them.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from feedscript.domain import (
    Activity,
    Event,
    FeedRequest,
    GenerationStarted,
    Job,
    JobState,
    Phase,
    ValidationStarted,
    evolve,
    fold,
    record_of,
)
from feedscript.ports import ActivityFilter, ActivityLog, JobFilter, JobRepository, ObjectStore
from feedscript.ports.errors import BadCursor, ObjectNotFound, ObjectStoreFailed, VersionConflict
from feedscript.testing.fakes import FrozenClock, SequentialIds
from feedscript.testing.model import GENERATION, VALIDATION
from feedscript.testing.rig import Rig, Storage, as_the_trail_tells, memory_storage
from feedscript.testing.strategies import histories

__all__ = ["ActivityLogContract", "JobRepositoryContract", "ObjectStoreContract", "memory_storage"]

ODD_TEXTS = ("", "../../etc/passwd", "a/b", "\0", "\ud800", "ä" * 5_000, "1\n2", "..", "con")


class _StorageContract:
    """The fixtures that the contracts of storage share."""

    @pytest.fixture
    def clock(self) -> FrozenClock:
        return FrozenClock()

    @pytest.fixture
    def make_storage(self, clock: FrozenClock) -> Callable[[], Storage]:
        """The hook: a function that answers a fresh repository and log over the same ground."""
        raise NotImplementedError

    @pytest.fixture
    def storage(self, make_storage: Callable[[], Storage]) -> Storage:
        return make_storage()

    @pytest.fixture
    def repository(self, storage: Storage) -> JobRepository:
        return storage[0]

    @pytest.fixture
    def log(self, storage: Storage) -> ActivityLog:
        return storage[1]

    @pytest.fixture
    def ids(self, clock: FrozenClock) -> SequentialIds:
        return SequentialIds(clock)


class JobRepositoryContract(_StorageContract):
    """What a `JobRepository` does, and what its commits leave in the `ActivityLog`."""

    def test_an_unknown_job_is_none(self, repository: JobRepository, ids: SequentialIds) -> None:
        assert repository.get(ids.new_id()) is None

    @pytest.mark.parametrize("job_id", ODD_TEXTS)
    def test_a_text_that_is_no_id_is_no_job(self, repository: JobRepository, job_id: str) -> None:
        assert repository.get(job_id) is None

    def test_whatever_was_committed_is_read_back(
        self, make_storage: Callable[[], Storage], ids: SequentialIds
    ) -> None:
        @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
        @given(history=histories())
        def check(history: tuple[Event, ...]) -> None:
            repository, log = make_storage()
            job_id = ids.new_id()
            job = commit_all(repository, [replace(event, job_id=job_id) for event in history])
            assert repository.get(job.id) == job
            elsewhere, log_elsewhere = make_storage()
            assert elsewhere.get(job.id) == job
            trail = list(log_elsewhere.of_job(job.id, since=job.created_at))
            assert trail == list(log.of_job(job.id, since=job.created_at))
            assert [entry.id for entry in trail] == [f"{job.id}/{n}" for n in range(1, job.version + 1)]
            assert fold(entry.event for entry in trail if entry.event) == as_the_trail_tells(job)

        check()

    def test_a_stale_commit_conflicts_and_changes_nothing(
        self, storage: Storage, ids: SequentialIds, clock: FrozenClock
    ) -> None:
        repository, log = storage
        job = commit_all(repository, history_of(ids.new_id(), clock, length=3))
        for version in (0, 1, 2, 3, 5, 9):
            with pytest.raises(VersionConflict) as caught:
                commit(repository, replace(job, version=version))
            assert (caught.value.expected, caught.value.found) == (version - 1, 3)
        assert repository.get(job.id) == job
        assert len(list(log.of_job(job.id, since=job.created_at))) == 3

    def test_a_later_version_of_no_job_conflicts(
        self, repository: JobRepository, ids: SequentialIds, clock: FrozenClock
    ) -> None:
        job = fold(history_of(ids.new_id(), clock, length=2))
        assert job is not None
        with pytest.raises(VersionConflict):
            commit(repository, job)
        assert repository.get(job.id) is None
        assert job.id not in set(repository.open_jobs())

    def test_the_first_claim_has_the_reference(
        self, make_storage: Callable[[], Storage], ids: SequentialIds
    ) -> None:
        first, second, third = ids.new_id(), ids.new_id(), ids.new_id()
        repository, _ = make_storage()
        assert repository.claim("m1", "7", first) == first
        assert repository.claim("m1", "7", second) == first
        assert repository.claim("m2", "7", third) == third
        assert make_storage()[0].claim("m1", "7", second) == first

    def test_a_claim_takes_any_text(self, repository: JobRepository, ids: SequentialIds) -> None:
        claimed = {(merchant, reference): ids.new_id() for merchant in ODD_TEXTS for reference in ODD_TEXTS}
        for (merchant, reference), job_id in claimed.items():
            assert repository.claim(merchant, reference, job_id) == job_id
        for (merchant, reference), job_id in claimed.items():
            assert repository.claim(merchant, reference, ids.new_id()) == job_id

    def test_jobs_are_open_until_they_are_settled(
        self, make_storage: Callable[[], Storage], ids: SequentialIds, clock: FrozenClock
    ) -> None:
        repository, _ = make_storage()
        job = commit_all(repository, history_of(ids.new_id(), clock, length=1))
        repository.settle(job.id)
        assert list(repository.open_jobs()) == [job.id], "a job with an open attempt cannot be settled"
        job = commit_all(repository, history_of(job.id, clock, length=3)[1:], job)
        assert list(repository.open_jobs()) == [job.id]
        repository.settle(job.id)
        repository.settle(job.id)
        assert list(repository.open_jobs()) == []
        assert list(make_storage()[0].open_jobs()) == []

    def test_whatever_is_committed_is_open_again(
        self, make_storage: Callable[[], Storage], ids: SequentialIds, clock: FrozenClock
    ) -> None:
        # Even a change that leaves the job settled: a crash may come before what follows from it is done.
        repository, _ = make_storage()
        history = history_of(ids.new_id(), clock, length=5)
        job: Job | None = None
        for event in history:
            job = commit_all(repository, [event], job)
            assert list(make_storage()[0].open_jobs()) == [job.id]
            repository.settle(job.id)

    def test_open_jobs_come_oldest_first(
        self, repository: JobRepository, ids: SequentialIds, clock: FrozenClock
    ) -> None:
        made = [ids.new_id() for _ in range(3)]
        for job_id in (made[1], made[2], made[0]):
            commit_all(repository, history_of(job_id, clock, length=1))
        assert list(repository.open_jobs()) == made

    def test_settling_no_job_does_nothing(self, repository: JobRepository, ids: SequentialIds) -> None:
        repository.settle(ids.new_id())

    def test_pages_show_every_job_once_newest_first(
        self, repository: JobRepository, ids: SequentialIds, clock: FrozenClock
    ) -> None:
        made = many_jobs(repository, ids, clock, 11)
        assert repository.page(JobFilter(), limit=11).cursor is None
        for limit in (1, 2, 3, 5, 10, 11, 100):
            shown, cursor = [], None
            while True:
                page = repository.page(JobFilter(), limit=limit, cursor=cursor)
                assert len(page.jobs) <= limit
                shown += [job.id for job in page.jobs]
                cursor = page.cursor
                if cursor is None:
                    break
            assert shown == [job.id for job in reversed(made)]

    def test_a_new_job_does_not_shift_the_pages(
        self, repository: JobRepository, ids: SequentialIds, clock: FrozenClock
    ) -> None:
        made = many_jobs(repository, ids, clock, 4)
        first = repository.page(JobFilter(), limit=2)
        many_jobs(repository, ids, clock, 1)
        second = repository.page(JobFilter(), limit=2, cursor=first.cursor)
        assert [*first.jobs, *second.jobs] == list(reversed(made))
        assert second.cursor is None

    def test_an_empty_listing(self, repository: JobRepository) -> None:
        page = repository.page(JobFilter(), limit=5)
        assert (page.jobs, page.cursor) == ((), None)

    @pytest.mark.parametrize("cursor", ["", "nonsense", "../..", "\0", "ä", "9" * 500])
    def test_a_made_up_cursor_is_refused(self, repository: JobRepository, cursor: str) -> None:
        with pytest.raises(BadCursor):
            repository.page(JobFilter(), limit=5, cursor=cursor)

    def test_filters_narrow_a_listing(
        self, repository: JobRepository, ids: SequentialIds, clock: FrozenClock
    ) -> None:
        made = many_jobs(repository, ids, clock, 12)
        middle = made[5].created_at
        wanted: list[tuple[JobFilter, Callable[[Job], bool]]] = [
            (JobFilter(status=JobState.GENERATED), lambda job: job.state is JobState.GENERATED),
            (JobFilter(affiliate_merchant_id="m1"), lambda job: job.affiliate_merchant_id == "m1"),
            (JobFilter(partner_id="p2"), lambda job: job.latest.request.partner_id == "p2"),
            (JobFilter(reference="5"), lambda job: job.reference == "5"),
            (JobFilter(phase=Phase.VALIDATION), lambda job: job.latest.phase is Phase.VALIDATION),
            (JobFilter(created_after=middle), lambda job: job.created_at > middle),
            (JobFilter(created_before=middle), lambda job: job.created_at < middle),
            (
                JobFilter(affiliate_merchant_id="m1", created_after=middle, partner_id="p1"),
                lambda job: (
                    job.affiliate_merchant_id == "m1"
                    and job.created_at > middle
                    and job.latest.request.partner_id == "p1"
                ),
            ),
            (JobFilter(reference="no such one"), lambda _: False),
        ]
        for narrowing, fits in wanted:
            expected = [job.id for job in reversed(made) if fits(job)]
            shown, cursor = [], None
            while True:
                page = repository.page(narrowing, limit=2, cursor=cursor)
                shown += [job.id for job in page.jobs]
                cursor = page.cursor
                if cursor is None:
                    break
            assert shown == expected, narrowing


class ActivityLogContract(_StorageContract):
    """What an `ActivityLog` does."""

    def test_entries_keep_their_order(
        self, log: ActivityLog, make_storage: Callable[[], Storage], clock: FrozenClock
    ) -> None:
        entries = notes(clock, 7)
        log.append(entries[:3])
        log.append([])
        log.append(entries[3:5], durable=False)
        log.append(entries[5:])
        for one in (log, make_storage()[1]):
            assert list(one.of_job("job 1", since=clock.now() - timedelta(days=1))) == [
                entry for entry in entries if entry.job_id == "job 1"
            ]

    def test_an_entry_comes_back_as_it_was(self, log: ActivityLog, clock: FrozenClock) -> None:
        entry = Activity(
            id="a/1",
            at=clock.now(),
            type="feedscript.api.call",
            job_id="job 1",
            actor='a "quoted" ä\n\ud800 name',
            data={
                "deep": {"list": [1, 2.5, None, True, "\0\u2028"]},
                "": "",
                "id": "not its id",
                "actor ": 1,
            },
        )
        log.append([entry])
        assert list(log.of_job("job 1", since=clock.now())) == [entry]

    def test_entries_of_other_jobs_are_left_out(self, log: ActivityLog, clock: FrozenClock) -> None:
        log.append([replace(notes(clock, 1)[0], job_id="job 2", data={"about": "job 1"})])
        assert list(log.of_job("job 1", since=clock.now())) == []

    def test_pages_show_every_entry_once_newest_first(
        self, log: ActivityLog, make_storage: Callable[[], Storage], clock: FrozenClock
    ) -> None:
        entries: list[Activity] = []
        for _ in range(3):
            day = notes(clock, 5, first=len(entries))
            log.append(day)
            entries += day
            clock.tick(timedelta(days=1))
        for one in (log, make_storage()[1]):
            for limit in (1, 2, 4, 5, 14, 15, 100):
                assert list(paged(one, ActivityFilter(), limit)) == list(reversed(entries))

    def test_new_entries_do_not_shift_the_pages(self, log: ActivityLog, clock: FrozenClock) -> None:
        entries = notes(clock, 4)
        log.append(entries)
        first = log.page(ActivityFilter(), limit=2)
        log.append(notes(clock, 3, first=4))
        second = log.page(ActivityFilter(), limit=2, cursor=first.cursor)
        assert [*first.activities, *second.activities] == list(reversed(entries))

    def test_filters_narrow_the_pages(self, log: ActivityLog, clock: FrozenClock) -> None:
        entries: list[Activity] = []
        for _ in range(3):
            day = notes(clock, 6, first=len(entries))
            log.append(day)
            entries += day
            clock.tick(timedelta(days=1))
        since, until = entries[4].at, entries[14].at
        wanted: list[tuple[ActivityFilter, Callable[[Activity], bool]]] = [
            (ActivityFilter(job_id="job 1"), lambda entry: entry.job_id == "job 1"),
            (ActivityFilter(type="feedscript.kind.2"), lambda entry: entry.type == "feedscript.kind.2"),
            (ActivityFilter(actor="key 1"), lambda entry: entry.actor == "key 1"),
            (ActivityFilter(since=since), lambda entry: entry.at >= since),
            (ActivityFilter(until=until), lambda entry: entry.at < until),
            (ActivityFilter(since=since, until=until), lambda entry: since <= entry.at < until),
            (
                ActivityFilter(job_id="job 0", actor="key 1", since=since),
                lambda entry: entry.job_id == "job 0" and entry.actor == "key 1" and entry.at >= since,
            ),
            (ActivityFilter(job_id="no such one"), lambda _: False),
        ]
        for narrowing, fits in wanted:
            expected = [entry for entry in reversed(entries) if fits(entry)]
            assert list(paged(log, narrowing, 2)) == expected, narrowing

    @pytest.mark.parametrize("cursor", ["", "nonsense", "../..", "\0", "-1", "9" * 500, "2026-01-01/-1", "²"])
    def test_a_made_up_cursor_is_refused(self, log: ActivityLog, cursor: str) -> None:
        with pytest.raises(BadCursor):
            log.page(ActivityFilter(), limit=5, cursor=cursor)

    def test_an_empty_log(self, log: ActivityLog) -> None:
        page = log.page(ActivityFilter(), limit=5)
        assert (page.activities, page.cursor) == ((), None)


class ObjectStoreContract:
    """What an `ObjectStore` does."""

    @pytest.fixture
    def store(self) -> ObjectStore:
        """The hook: an empty store."""
        raise NotImplementedError

    @pytest.mark.parametrize(
        "content", [b"", b"a,b\n1,2\n", b"\0" * 6_000_000], ids=["empty", "small", "large"]
    )
    def test_what_was_published_is_fetched(self, store: ObjectStore, tmp_path: Path, content: bytes) -> None:
        (tmp_path / "up").write_bytes(content)
        store.publish(tmp_path / "up", "s3://feeds/m1/ä feed%20#1?.csv")
        assert store.fetch("s3://feeds/m1/ä feed%20#1?.csv", tmp_path / "down") == len(content)
        assert (tmp_path / "down").read_bytes() == content
        assert store.read("s3://feeds/m1/ä feed%20#1?.csv", limit=len(content)) == content

    def test_publishing_again_replaces(self, store: ObjectStore, tmp_path: Path) -> None:
        for content in (b"a longer one", b"short"):
            (tmp_path / "up").write_bytes(content)
            store.publish(tmp_path / "up", "s3://feeds/a")
        assert store.read("s3://feeds/a", limit=100) == b"short"

    def test_what_is_not_there_is_not_found(self, store: ObjectStore, tmp_path: Path) -> None:
        with pytest.raises(ObjectNotFound) as caught:
            store.read("s3://feeds/none", limit=1)
        assert caught.value.uri == "s3://feeds/none"
        with pytest.raises(ObjectNotFound):
            store.fetch("s3://no-bucket/none", tmp_path / "down")

    def test_too_large_an_object_is_not_read(self, store: ObjectStore, tmp_path: Path) -> None:
        (tmp_path / "up").write_bytes(b"12345")
        store.publish(tmp_path / "up", "s3://feeds/a")
        with pytest.raises(ObjectStoreFailed):
            store.read("s3://feeds/a", limit=4)

    @pytest.mark.parametrize(
        "uri",
        ["", "feeds/a", "s3://", "s3://feeds", "s3://feeds/", "s3:///a", "file:///etc/passwd", "s3://b/../a"],
    )
    def test_what_is_no_address_is_refused(self, store: ObjectStore, tmp_path: Path, uri: str) -> None:
        (tmp_path / "up").write_bytes(b"1")
        with pytest.raises(ObjectStoreFailed):
            store.publish(tmp_path / "up", uri)
        with pytest.raises(ObjectStoreFailed):
            store.read(uri, limit=1)
        with pytest.raises(ObjectStoreFailed):
            store.fetch(uri, tmp_path / "down")


# What the contracts, and tests beside them, put together


def commit(repository: JobRepository, job: Job) -> None:
    """Commit a job with an entry of its version."""
    repository.commit(
        job, [Activity(id=f"{job.id}/{job.version}", at=job.updated_at, type="t", job_id=job.id)]
    )


def commit_all(repository: JobRepository, history: Iterable[Event], job: Job | None = None) -> Job:
    """Commit an event after the other, as the service does."""
    for event in history:
        job = evolve(job, event)
        repository.commit(job, [record_of(event, job.version)])
    assert job is not None, "a history has a first event"
    return job


def history_of(job_id: str, clock: FrozenClock, *, length: int) -> list[Event]:
    """The first events of a job that is generated, validated, and in the end rejected."""
    rig = Rig(clock=FrozenClock(clock.now()))
    request = FeedRequest(affiliate_merchant_id="m1", source="s3://in/a.csv", destination="s3://out/a.csv")
    made = rig.service.start(GENERATION, request, actor="a test").job
    rig.executor.begin(made.id, 1)
    rig.executor.end(made.id, 1, exit_code=0, result={"rows": 1})
    rig.service.start(VALIDATION, request, actor="a test")
    rig.service.cancel(made.id, actor="a test")
    trail = rig.activities.of_job(made.id, since=made.created_at)
    return [replace(entry.event, job_id=job_id) for entry in trail if entry.event][:length]


def many_jobs(repository: JobRepository, ids: SequentialIds, clock: FrozenClock, number: int) -> list[Job]:
    """Jobs of two merchants and three partners, in several states, made over several days; oldest first."""
    made = []
    for n in range(number):
        history = history_of(ids.new_id(), clock, length=1 + n % 4)
        request = FeedRequest(
            affiliate_merchant_id=f"m{n % 2}",
            source="s3://in/a.csv",
            destination="s3://out/a.csv",
            reference=str(n),
            partner_id=f"p{n % 3}",
        )
        asked = [
            replace(event, request=request)
            if isinstance(event, GenerationStarted | ValidationStarted)
            else event
            for event in history
        ]
        made.append(commit_all(repository, asked))
        clock.tick(timedelta(hours=5))
    return made


def notes(clock: FrozenClock, number: int, *, first: int = 0) -> list[Activity]:
    """Entries that are no transitions, a second apart."""
    return [
        Activity(
            id=f"note {n}",
            at=clock.tick(),
            type=f"feedscript.kind.{n % 3}",
            job_id=(None, "job 0", "job 1")[n % 3],
            actor=f"key {n % 2}",
            data={"n": n},
        )
        for n in range(first, first + number)
    ]


def paged(log: ActivityLog, wanted: ActivityFilter, limit: int) -> Iterable[Activity]:
    """All that the pages show, one after the other."""
    cursor = None
    while True:
        page = log.page(wanted, limit=limit, cursor=cursor)
        assert len(page.activities) <= limit
        assert all(newer.at >= older.at for newer, older in pairwise(page.activities))
        yield from page.activities
        cursor = page.cursor
        if cursor is None:
            return
