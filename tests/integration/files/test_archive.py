"""Days that were archived: everything reads them as before, whatever happens on the way."""

import errno
import gzip
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from zipfile import ZIP_STORED, ZipFile

import pytest

from feedscript.adapters.files import Disk, FileActivityLog, FileJobRepository, day_zip
from feedscript.adapters.files.archive import ArchivedDay, archive_jobs, compress_activities
from feedscript.adapters.files.audit import verify
from feedscript.adapters.files.places import JobPlaces
from feedscript.adapters.files.segments import lines, lines_backwards
from feedscript.adapters.trail.chain import Tampered
from feedscript.codec import activity_from_json
from feedscript.domain import (
    CancelJob,
    FeedRequest,
    Job,
    Outcome,
    Phase,
    RecordExit,
    RecordStart,
    ReportOutcome,
    RetryPolicy,
    StartGeneration,
    decide,
    evolve,
    record_of,
)
from feedscript.domain.commands import Command
from feedscript.domain.refusal import Refusal
from feedscript.ports import ActivityFilter, JobFilter
from feedscript.ports.errors import StorageBroken, StorageBusy, StorageFull, UnreadableJob
from feedscript.testing.crashes import CrashDisk, Killed, World
from feedscript.testing.fakes import FrozenClock, SequentialIds
from feedscript.testing.faults import FaultyDisk
from tests.integration.files.storage import file_storage

FIRST, SECOND, TODAY = date(2026, 1, 1), date(2026, 1, 2), date(2026, 1, 3)
DEADLINE = 20.0


class Kept:
    """Three days of jobs, two a day, and what became of them."""

    def __init__(self, folder: Path, disk: Disk | None = None) -> None:
        self.folder = folder
        self.clock = FrozenClock(datetime(2026, 1, 1, 12, tzinfo=UTC))
        self.ids = SequentialIds(self.clock)
        self.repository, self.log = file_storage(folder, disk=disk, now=self.clock.now)
        self.jobs: list[Job] = []
        for day in range(3):
            if day:
                self.clock.tick(timedelta(days=1))
            for _ in range(2):
                self.jobs.append(self.over(self.started(len(self.jobs))))
        self.trail = verify(folder / "activities", disk=disk or Disk()).head

    @property
    def places(self) -> JobPlaces:
        return JobPlaces(self.folder / "jobs")

    def started(self, number: int) -> Job:
        request = FeedRequest(
            affiliate_merchant_id="m1", source="s3://b/i", destination="s3://b/o", reference=str(number)
        )
        job_id = self.repository.claim("m1", str(number), self.ids.new_id())
        return self.change(None, StartGeneration(job_id=job_id, request=request))

    def over(self, job: Job) -> Job:
        number = job.latest.number
        job = self.change(job, RecordStart(attempt=number))
        job = self.change(
            job,
            ReportOutcome(phase=Phase.GENERATION, outcome=Outcome.FAILED, attempt=number, error="no luck"),
        )
        job = self.change(job, RecordExit(attempt=number, exit_code=1))
        if job.next_retry_at is not None:
            job = self.change(job, CancelJob())
        assert job.settled
        self.repository.settle(job.id)
        return job

    def change(self, job: Job | None, command: Command) -> Job:
        event = decide(job, command, self.clock.tick(), RetryPolicy())
        assert not isinstance(event, Refusal)
        following = evolve(job, event)
        self.repository.commit(following, [record_of(event, following.version)])
        return following

    def archive(self, before: date = TODAY, disk: Disk | None = None, **options: bool) -> list[ArchivedDay]:
        disk = disk or Disk()
        done = list(archive_jobs(self.places, disk, before=before, **options))
        return done + list(compress_activities(self.folder / "activities", disk, before=before, **options))

    def file_of(self, job: Job) -> Path:
        path = self.places.document(job.id)
        assert path is not None
        return path

    def all_is_there(self, folder: Path | None = None) -> bool:
        """Status, listing, activities, references and chain, as a process that starts now sees them."""
        folder = folder or self.folder
        repository, log = file_storage(folder, now=self.clock.now)
        assert [repository.get(job.id) for job in self.jobs] == self.jobs
        shown: list[Job] = []
        cursor = None
        while page := repository.page(JobFilter(), limit=4, cursor=cursor):
            shown += page.jobs
            cursor = page.cursor
            if cursor is None:
                break
        assert shown == self.jobs[::-1]
        for job_id in repository.open_jobs():
            repository.settle(job_id)  # a power cut may bring a mark back; the leader takes it off again
        assert not list(repository.open_jobs())
        for number, job in enumerate(self.jobs):
            assert repository.claim("m1", str(number), "another") == job.id
            told = list(log.of_job(job.id, since=job.created_at))
            assert len(told) == job.version
            backwards = log.page(ActivityFilter(job_id=job.id), limit=100).activities
            assert list(backwards) == told[::-1]
        assert verify(folder / "activities", expect_head=self.trail).head
        repository.close()
        return True


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    return Kept(tmp_path)


def test_archived_days_are_read_as_before(kept: Kept) -> None:
    done = kept.archive()
    assert [(day.day, day.count, day.left) for day in done] == [
        ("2026-01-01", 2, None), ("2026-01-02", 2, None), ("2026-01-01", 1, None), ("2026-01-02", 1, None)
    ]  # fmt: skip
    assert all(day.after and day.after < day.before for day in done)
    assert [kept.file_of(job).exists() for job in kept.jobs] == [False] * 4 + [True] * 2
    assert sorted(path.name for path in (kept.folder / "activities").glob("*/*/*.jsonl*")) == [
        "01.jsonl.gz", "02.jsonl.gz", "03.jsonl"
    ]  # fmt: skip
    assert kept.all_is_there()
    assert verify(kept.folder / "activities").unsigned == 2


def test_a_second_run_finds_nothing_to_do(kept: Kept) -> None:
    kept.archive()
    before = {path: path.stat().st_mtime_ns for path in kept.folder.rglob("*.[zg]*")}
    assert kept.archive() == []
    assert before == {path: path.stat().st_mtime_ns for path in kept.folder.rglob("*.[zg]*")}


def test_a_dry_run_changes_nothing(kept: Kept) -> None:
    def everything() -> dict[Path, bytes]:
        return {path: path.read_bytes() for path in kept.folder.rglob("*") if path.is_file()}

    before = everything()
    told = kept.archive(dry_run=True)
    assert [(day.day, day.count, day.after) for day in told] == [
        ("2026-01-01", 2, None), ("2026-01-02", 2, None), ("2026-01-01", 1, None), ("2026-01-02", 1, None)
    ]  # fmt: skip
    assert everything() == before


def test_a_day_with_an_unsettled_job_is_left_and_the_job_is_named(kept: Kept) -> None:
    job = kept.jobs[1]
    retried = kept.change(job, StartGeneration(job_id=job.id, request=job.latest.request))
    first, second, *_ = kept.archive()
    assert job.id in str(first.left)
    assert second.left is None
    assert kept.file_of(kept.jobs[0]).exists()
    kept.jobs[1] = kept.over(retried)
    assert kept.archive()[0].left is None
    assert kept.all_is_there()


@pytest.mark.parametrize("what", ["unsealed", "marked", "broken", "misplaced"])
def test_a_day_whose_jobs_are_not_all_at_rest_is_left(kept: Kept, what: str) -> None:
    path = kept.file_of(kept.jobs[0])
    if what == "unsealed":
        path.chmod(0o600)
    elif what == "marked":
        Disk().point(kept.places.mark(kept.jobs[0].id), kept.jobs[0].id)
    elif what == "broken":
        path.chmod(0o600)
        path.write_bytes(b"{")
    else:
        path.rename(path.with_name(f"{kept.jobs[5].id}.json"))
    assert kept.archive()[0].left
    assert not kept.places.archive_of(path.parent).exists()


def test_a_failed_job_is_retried_from_the_archive_and_archived_again(kept: Kept) -> None:
    kept.archive()
    job = kept.repository.get(kept.jobs[0].id)
    assert job is not None
    retried = kept.change(job, StartGeneration(job_id=job.id, request=job.latest.request))
    assert retried.retry_count == 1
    assert list(kept.repository.open_jobs()) == [job.id]
    assert kept.repository.get(job.id) == retried, "the file counts, not what the archive holds"
    kept.jobs[0] = kept.over(retried)
    assert kept.all_is_there()
    again = kept.archive()
    assert [(day.day, day.count) for day in again] == [("2026-01-01", 1)]
    assert kept.all_is_there()
    assert not list(kept.file_of(job).parent.iterdir())


def test_a_retry_while_its_day_is_archived_stays_and_counts(kept: Kept) -> None:
    class Interrupted(Disk):
        """At the rename of the archive a retry comes in."""

        retried: Job | None = None

        def _rename(self, path: Path, to: Path) -> None:
            super()._rename(path, to)
            if to.suffix == ".zip" and self.retried is None:
                job = kept.jobs[0]
                self.retried = kept.change(job, StartGeneration(job_id=job.id, request=job.latest.request))

    disk = Interrupted()
    kept.archive(disk=disk)
    assert disk.retried is not None
    assert kept.repository.get(kept.jobs[0].id) == disk.retried
    assert not kept.file_of(kept.jobs[1]).exists()


FAULTS = ["open", "write", "fsync file", "fsync folder", "rename", "unlink"]


@pytest.mark.parametrize("kind", FAULTS)
def test_a_fault_at_any_step_loses_nothing_and_the_next_run_finishes(tmp_path: Path, kind: str) -> None:
    for after in range(1, 100):
        kept = Kept(tmp_path / str(after))
        disk = FaultyDisk()
        disk.fail(kind, errno.ENOSPC if kind == "write" else errno.EIO, after=after)
        try:
            kept.archive(disk=disk)
        except (StorageBroken, StorageFull):
            assert kept.all_is_there()
            kept.archive()
            assert not [*kept.folder.rglob(".*.zip.*.tmp"), *kept.folder.rglob(".*.gz.*.tmp")]
            assert not kept.file_of(kept.jobs[3]).exists()
            assert kept.all_is_there()
        else:
            assert after > 1, "no such call was made"
            return
    pytest.fail("there is no end to it")


@pytest.mark.parametrize("seed", range(3))
def test_a_power_cut_at_any_step_loses_nothing(tmp_path: Path, seed: int) -> None:
    for fatal in range(1, 200):
        world = World(tmp_path / f"{fatal}")
        world.base.mkdir()
        kept = Kept(world.base, CrashDisk(world))
        try:
            kept.archive(disk=CrashDisk(world, fatal_call=fatal))
        except Killed:
            came_up = tmp_path / f"{fatal}-after"
            world.survivors(Random(seed * 1000 + fatal), came_up)
            assert kept.all_is_there(came_up)
        else:
            assert fatal > 20
            return
    pytest.fail("there is no end to it")


def test_what_cannot_be_read_back_is_not_trusted(kept: Kept) -> None:
    class Lying(Disk):
        """Every write of an archive changes a bit of it."""

        def _write(self, descriptor: int, data: memoryview) -> int:
            harmed = bytearray(data)
            harmed[len(harmed) // 2] ^= 1
            return super()._write(descriptor, memoryview(harmed))

    with pytest.raises(StorageBroken, match="read back"):
        list(archive_jobs(kept.places, Lying(), before=TODAY))
    with pytest.raises(StorageBroken, match="read back"):
        # The digests are there already: only the packed segment is harmed.
        list(compress_activities(_with_digests(kept), Lying(), before=TODAY))
    assert not list(kept.folder.rglob("*.zip")) + list(kept.folder.rglob("*.gz"))
    assert kept.all_is_there()


def _with_digests(kept: Kept) -> Path:
    kept.log.finish_days()
    return kept.folder / "activities"


def test_a_damaged_segment_hides_no_other(kept: Kept) -> None:
    kept.archive()
    packed = sorted((kept.folder / "activities").rglob("*.jsonl.gz"))
    assert len(packed) > 1
    before = {entry.id for entry in kept.log.page(ActivityFilter(), limit=10_000).activities}
    harmed = packed[0]
    lost = {activity_from_json(line).id for line in lines(harmed)}
    harmed.write_bytes(harmed.read_bytes()[:-20])
    left = {entry.id for entry in kept.log.page(ActivityFilter(), limit=10_000).activities}
    assert before - lost <= left < before
    for job in kept.jobs:
        list(kept.log.of_job(job.id, since=job.created_at))
    with pytest.raises(Tampered, match="cannot be unpacked"):
        verify(kept.folder / "activities")


def test_two_runs_at_once_are_refused(kept: Kept) -> None:
    first = archive_jobs(kept.places, Disk(), before=TODAY)
    next(first)
    with pytest.raises(StorageBusy):
        kept.archive()
    list(first)
    second = compress_activities(kept.folder / "activities", Disk(), before=TODAY)
    next(second)
    with pytest.raises(StorageBusy):
        kept.archive()
    list(second)
    assert kept.all_is_there()


def test_a_damaged_archive_is_told_and_holds_up_nobody_else(kept: Kept) -> None:
    job = kept.jobs[0]
    kept.archive()
    archive = kept.places.archive_of(kept.file_of(job).parent)
    archive.chmod(0o600)
    archive.write_bytes(archive.read_bytes()[:-200])
    with pytest.raises(UnreadableJob, match=r"2026-01-01\.zip"):
        kept.repository.get(job.id)
    assert kept.repository.get(kept.jobs[2].id) == kept.jobs[2]
    shown = file_storage(kept.folder)[0].page(JobFilter(), limit=10).jobs
    assert list(shown) == kept.jobs[:1:-1]


def test_an_activity_day_that_none_has_followed_is_left(kept: Kept) -> None:
    *_, last = kept.archive(before=date(2026, 1, 4))
    assert last.day == "2026-01-03"
    assert "no later day" in str(last.left)
    assert kept.all_is_there()


def test_the_trail_goes_on_from_a_compressed_day(kept: Kept) -> None:
    segment = kept.folder / "activities" / "2026/01/03.jsonl"
    kept.archive()
    kept.clock.tick(timedelta(days=1))
    kept.jobs.append(kept.over(kept.started(6)))
    kept.archive(before=date(2026, 1, 4))
    assert not segment.exists()
    kept.jobs.append(kept.over(kept.started(7)))
    assert kept.all_is_there()


def _indexed(repository: FileJobRepository) -> bool:
    give_up = time.monotonic() + DEADLINE
    while not repository.indexed:
        assert time.monotonic() < give_up, "the index was not built"
        time.sleep(0.01)
    return True


def test_the_index_keeps_its_place_in_a_segment_that_is_compressed(kept: Kept) -> None:
    assert _indexed(kept.repository)
    kept.clock.tick(timedelta(days=1))
    # Another process's, so the index stands in the third day when that is compressed.
    other = FileActivityLog(kept.folder / "activities", Disk(), now=kept.clock.now)
    entry = next(iter(kept.log.of_job(kept.jobs[0].id, since=kept.jobs[0].created_at)))
    other.append([entry])
    kept.archive(before=date(2026, 1, 4))
    assert kept.repository.indexed, "it was not built anew"
    kept.jobs.append(kept.over(kept.started(6)))
    page = kept.repository.page(JobFilter(affiliate_merchant_id="m1"), limit=10)
    assert list(page.jobs) == kept.jobs[::-1]


@pytest.mark.parametrize("harm", [lambda data: data[:-30], lambda data: gzip.compress(b"{}\n")])
def test_an_index_whose_compressed_place_is_damaged_is_built_anew(
    kept: Kept, harm: Callable[[bytes], bytes]
) -> None:
    assert _indexed(kept.repository)
    kept.clock.tick(timedelta(days=1))
    kept.started(6)
    kept.archive(before=date(2026, 1, 4))
    packed = kept.folder / "activities/2026/01/03.jsonl.gz"
    packed.chmod(0o600)
    packed.write_bytes(harm(packed.read_bytes()))
    assert not kept.repository.indexed
    assert _indexed(kept.repository)


def test_an_index_that_was_deleted_is_built_from_archives_too(kept: Kept) -> None:
    kept.archive()
    repository = file_storage(kept.folder)[0]
    assert _indexed(repository)
    page = repository.page(JobFilter(reference="1"), limit=10)
    assert list(page.jobs) == [kept.jobs[1]]
    repository.close()


def test_an_archive_that_was_packed_anew_by_something_else_is_read(tmp_path: Path) -> None:
    names = [f"00000000-0000-7000-8000-{n:012x}.json" for n in range(50)]
    ours, other = tmp_path / "ours.zip", tmp_path / "other.zip"
    ours.write_bytes(b"".join(day_zip.packed((name, name.encode()) for name in names)))
    with ZipFile(other, "w", ZIP_STORED) as archive:
        archive.writestr("a-note.txt", "no job")
        for name in reversed(names):
            archive.writestr(name, name)
    for path in (ours, other):
        assert [day_zip.member(path, name) for name in names] == [name.encode() for name in names]
        assert day_zip.member(path, names[0].replace("0000.json", "ffff.json")) is None
        assert day_zip.member(path, names[0].replace("-7000-", "-6000-")) is None
    assert day_zip.names(ours) == names


def test_a_big_compressed_segment_is_read_from_the_end(tmp_path: Path) -> None:
    lines = [b"%07d " % n + b"x" * 100 for n in range(200_000)]
    packed = tmp_path / "01.jsonl.gz"
    packed.write_bytes(gzip.compress(b"".join(line + b"\n" for line in lines), compresslevel=1))
    assert [line for _, line in lines_backwards(packed)] == lines[::-1]
