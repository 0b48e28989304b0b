"""What crashes, full disks and clumsy hands leave behind, and what becomes of it."""

import errno
import itertools
import json
import logging
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from feedscript.adapters.files import Disk
from feedscript.adapters.files.audit import verify
from feedscript.adapters.files.documents import job_to_bytes
from feedscript.codec import activity_to_json
from feedscript.domain import Activity, Job, evolve, record_of
from feedscript.ports import ActivityFilter, JobFilter
from feedscript.ports.errors import StorageBroken, StorageFull, UnreadableJob
from feedscript.testing.fakes import NOON, FrozenClock, SequentialIds
from feedscript.testing.faults import FaultyDisk
from feedscript.testing.stories import commit_all, history_of, notes
from tests.integration.files.storage import SMALL_JOURNAL, FileStorage, file_storage, reopening

SEGMENT = "activities/2026/01/01.jsonl"


@pytest.fixture
def reopen(tmp_path: Path, clock: FrozenClock) -> Callable[[], FileStorage]:
    return reopening(tmp_path, clock)


def job_file(folder: Path, job: Job) -> Path:
    return folder / "jobs" / "2026" / "01" / "01" / f"{job.id}.json"


def newest(folder: Path) -> list[Activity]:
    _, log = file_storage(folder)
    page = log.page(ActivityFilter(), limit=100)
    found = list(page.activities)
    while page.cursor is not None:
        page = log.page(ActivityFilter(), limit=100, cursor=page.cursor)
        found += page.activities
    return found


# The trail


@pytest.mark.parametrize(
    "torn", [b'{"specversion"', b"\0" * 5000, b'{"a":1}\n\0\0\0\n{"half', b"\0\n", b'{"a":"\0\0"}\n']
)
def test_a_torn_end_is_cut_off_kept_and_noted(
    tmp_path: Path, clock: FrozenClock, reopen: Callable[[], FileStorage], torn: bytes
) -> None:
    first, second, third = notes(clock, 3)
    reopen()[1].append([first, second])
    segment = tmp_path / SEGMENT
    whole = segment.read_bytes()
    # Whole lines before the zeros stay where they are: only what is damaged goes, and what follows it.
    kept = torn[: torn.find(b"\0")].rpartition(b"\n")[0] if b"\0" in torn else b""
    if kept:
        torn = torn[len(kept) + 1 :]
    segment.write_bytes(whole + torn)
    reopen()[1].append([third])
    assert segment.read_bytes().startswith(whole)
    (aside,) = (tmp_path / "activities/quarantine").iterdir()
    assert aside.read_bytes() == torn
    trail = verify(tmp_path / "activities")
    assert (trail.entries, trail.repaired, trail.torn) == (4, 1, False)
    entries = newest(tmp_path)
    assert [entry.id for entry in (entries[0], *entries[2:])] == [third.id, second.id, first.id]
    assert entries[1].type == "feedscript.audit.repaired"
    assert entries[1].data["bytes"] == len(torn)


def test_a_writer_mends_what_another_has_torn_meanwhile(
    tmp_path: Path, clock: FrozenClock, reopen: Callable[[], FileStorage]
) -> None:
    (_, ours), (_, other) = reopen(), reopen()
    first, second, third = notes(clock, 3)
    ours.append([first])
    other.append([second])
    (segment,) = (tmp_path / "activities").glob("*/*/*.jsonl")
    with segment.open("ab") as file:
        file.write(b'{"specversion":"1.0"')
    ours.append([third])
    trail = verify(tmp_path / "activities")
    assert (trail.entries, trail.repaired, trail.torn) == (4, 1, False)


def test_a_tear_at_the_end_of_an_earlier_day_is_mended_by_the_next(
    tmp_path: Path, clock: FrozenClock, reopen: Callable[[], FileStorage]
) -> None:
    first, second = notes(clock, 2)
    reopen()[1].append([first])
    segment = tmp_path / SEGMENT
    whole = segment.read_bytes()
    segment.write_bytes(whole + b'{"torn')
    clock.tick(timedelta(days=2))
    reopen()[1].append([second])
    assert segment.read_bytes() == whole
    assert verify(tmp_path / "activities").entries == 3


def test_a_segment_that_is_all_torn_begins_anew(
    tmp_path: Path, clock: FrozenClock, reopen: Callable[[], FileStorage]
) -> None:
    reopen()[1].append(notes(clock, 1))
    (tmp_path / SEGMENT).write_bytes(b"\0" * 100)
    reopen()[1].append(notes(clock, 1))
    assert verify(tmp_path / "activities").repaired == 1


def test_a_line_larger_than_any_buffer_is_still_the_last_one(
    tmp_path: Path, clock: FrozenClock, reopen: Callable[[], FileStorage]
) -> None:
    small, large = notes(clock, 2)
    large = Activity(id=large.id, at=large.at, type="t", job_id="job 1", data={"x": "y" * 3_000_000})
    reopen()[1].append([large])
    reopen()[1].append([small])
    clock.tick(timedelta(days=1))
    reopen()[1].append([large])
    clock.tick(timedelta(days=1))
    reopen()[1].append([small])
    assert verify(tmp_path / "activities").entries == 4
    assert [entry.id for entry in newest(tmp_path)] == [small.id, large.id, small.id, large.id]


def test_a_clock_set_back_does_not_fork_the_chain(
    tmp_path: Path, reopen: Callable[[], FileStorage], clock: FrozenClock
) -> None:
    staying = reopen()[1]
    staying.append(notes(clock, 1))
    clock.tick(timedelta(days=1))
    reopen()[1].append(notes(clock, 1, first=1))
    clock.tick(timedelta(days=-1))
    staying.append(notes(clock, 1, first=2))
    reopen()[1].append(notes(clock, 1, first=3))
    assert verify(tmp_path / "activities").entries == 4


def test_a_damaged_last_line_stops_the_log_with_a_clear_error(
    tmp_path: Path, clock: FrozenClock, reopen: Callable[[], FileStorage]
) -> None:
    reopen()[1].append(notes(clock, 1))
    with (tmp_path / SEGMENT).open("ab") as file:
        file.write(b"somebody was here\n")
    with pytest.raises(StorageBroken, match=r"01\.jsonl: the last line is no entry"):
        reopen()[1].append(notes(clock, 1))


def test_a_damaged_line_does_not_stop_readers(
    tmp_path: Path, clock: FrozenClock, reopen: Callable[[], FileStorage], caplog: pytest.LogCaptureFixture
) -> None:
    entries = notes(clock, 7)
    _, log = reopen()
    log.append(entries)
    segment = tmp_path / SEGMENT
    segment.write_bytes(segment.read_bytes().replace(b'"id":"note 2"', b'"id" "note 2"'))
    with caplog.at_level(logging.WARNING):
        assert [e.id for e in log.of_job("job 1", since=NOON)] == ["note 5"]
        assert len(log.page(ActivityFilter(), limit=10).activities) == 6
    assert "audit verify" in caplog.text


def test_an_entry_that_is_no_json_fails_its_own_caller_alone(
    tmp_path: Path, clock: FrozenClock, reopen: Callable[[], FileStorage]
) -> None:
    good, bad = notes(clock, 2)
    _, log = reopen()
    with pytest.raises(TypeError):
        log.append([Activity(id=bad.id, at=bad.at, type="t", data={"x": object()})])
    log.append([good])
    assert verify(tmp_path / "activities").entries == 1


# Jobs


@pytest.mark.parametrize(
    "content", [b"", b"{", b"\0" * 400, b"[]", b"null", b'{"document_version": 1}', b"\xff"]
)
def test_an_unreadable_job_is_put_aside_and_holds_nobody_up(
    tmp_path: Path,
    clock: FrozenClock,
    ids: SequentialIds,
    reopen: Callable[[], FileStorage],
    content: bytes,
) -> None:
    repository, _ = reopen()
    bad, good = (commit_all(repository, history_of(ids.new_id(), clock, length=1)) for _ in range(2))
    file = job_file(tmp_path, bad)
    mended = file.read_bytes()
    file.chmod(0o600)
    file.write_bytes(content)
    repository, _ = reopen()
    assert list(repository.open_jobs()) == [good.id]
    with pytest.raises(UnreadableJob) as caught:
        repository.get(bad.id)
    assert caught.value.job_id == bad.id
    assert [job.id for job in repository.page(JobFilter(), limit=9).jobs] == [good.id]
    assert (tmp_path / "jobs/quarantine" / file.name).read_bytes() == content
    with pytest.raises(UnreadableJob):
        commit_all(repository, history_of(bad.id, clock, length=1))
    # Mended and put back, it goes on where it stood.
    (tmp_path / "jobs/quarantine" / file.name).unlink()
    file.write_bytes(mended)
    assert list(repository.open_jobs()) == [bad.id, good.id]
    assert repository.get(bad.id) == bad


def test_readers_that_meet_an_unreadable_job_together_both_hear_of_it(
    tmp_path: Path, clock: FrozenClock, ids: SequentialIds, reopen: Callable[[], FileStorage]
) -> None:
    repository, _ = reopen()
    bad = commit_all(repository, history_of(ids.new_id(), clock, length=1))
    file = job_file(tmp_path, bad)
    file.chmod(0o600)
    file.write_bytes(b"{")

    class LateDisk(Disk):
        """Somebody else is faster, between the reading and the moving."""

        def _rename(self, path: Path, to: Path) -> None:
            super()._rename(path, to)
            super()._rename(path, to)

    late, _ = file_storage(tmp_path, disk=LateDisk(), now=clock.now)
    with pytest.raises(UnreadableJob):
        late.get(bad.id)


@pytest.mark.parametrize("appended", [True, False])
@pytest.mark.parametrize("way", ["open_jobs", "get", "commit"])
def test_a_commit_cut_off_after_its_rename_is_finished_once(
    tmp_path: Path, clock: FrozenClock, reopen: Callable[[], FileStorage], way: str, appended: bool
) -> None:
    repository, log = reopen()
    history = history_of(SequentialIds(clock).new_id(), clock, length=3)
    job = commit_all(repository, history[:1])
    following = evolve(job, history[1])
    entry = record_of(history[1], 2)
    file = job_file(tmp_path, job)
    file.chmod(0o600)
    file.write_bytes(job_to_bytes(following, [activity_to_json(entry)]))
    if appended:
        log.append([entry])
    repository, log = reopen()
    if way == "open_jobs":
        assert list(repository.open_jobs()) == [job.id]
    elif way == "get":
        assert repository.get(job.id) == following
    else:
        commit_all(repository, history[2:], following)
    repository, log = reopen()
    list(repository.open_jobs())
    versions = [entry.id for entry in log.of_job(job.id, since=job.created_at)]
    assert versions == [f"{job.id}/{n}" for n in range(1, len(versions) + 1)]
    assert len(versions) == (3 if way == "commit" else 2)
    assert file.stat().st_mode & 0o777 == 0o400
    verify(tmp_path / "activities")


def test_a_mark_without_a_job_is_removed(
    tmp_path: Path, ids: SequentialIds, reopen: Callable[[], FileStorage]
) -> None:
    job_id = ids.new_id()
    repository, _ = reopen()
    (tmp_path / "jobs/open" / job_id).symlink_to(job_id)
    (tmp_path / "jobs/open" / "README").touch()
    assert list(repository.open_jobs()) == []
    assert [path.name for path in (tmp_path / "jobs/open").iterdir()] == ["README"]


def test_the_files_are_readable_by_a_person_and_by_nobody_else(
    tmp_path: Path, clock: FrozenClock, ids: SequentialIds, reopen: Callable[[], FileStorage]
) -> None:
    job = commit_all(reopen()[0], history_of(ids.new_id(), clock, length=1))
    file = job_file(tmp_path, job)
    document = json.loads(file.read_text())
    assert document["job"]["state"] == "generating"
    assert b"\n" in file.read_bytes()[:-1]
    assert file.stat().st_mode & 0o077 == 0
    assert (tmp_path / SEGMENT).stat().st_mode & 0o077 == 0
    assert (tmp_path / "jobs/open").stat().st_mode & 0o077 == 0


# Disks that fill or fail


def test_below_the_floor_new_jobs_are_refused_and_others_go_on(
    tmp_path: Path, clock: FrozenClock, ids: SequentialIds
) -> None:
    repository, _ = file_storage(tmp_path, now=clock.now)
    history = history_of(ids.new_id(), clock, length=3)
    job = commit_all(repository, history[:1])
    repository, log = file_storage(tmp_path, disk=Disk(floor=2**62), now=clock.now)
    refused = history_of(ids.new_id(), clock, length=1)
    with pytest.raises(StorageFull) as caught:
        commit_all(repository, refused)
    assert caught.value.floor == 2**62
    assert repository.get(refused[0].job_id) is None
    assert list(repository.open_jobs()) == [job.id]
    commit_all(repository, history[1:], job)
    assert len(list(log.of_job(job.id, since=job.created_at))) == 3


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_disk_that_fills_up_during_an_append_takes_the_half_line_back(
    tmp_path: Path, clock: FrozenClock, number: int
) -> None:
    disk = FaultyDisk()
    _, log = file_storage(tmp_path, disk=disk, now=clock.now)
    log.append(notes(clock, 1))
    before = (tmp_path / SEGMENT).read_bytes()
    disk.fail("write", number, after=1, half=True)
    with pytest.raises(StorageFull):
        log.append(notes(clock, 1, first=1))
    assert (tmp_path / SEGMENT).read_bytes() == before
    disk.heal()
    log.append(notes(clock, 1, first=2))
    assert verify(tmp_path / "activities").entries == 2


def test_half_a_line_that_cannot_be_taken_back_is_cut_off_by_the_next_append(
    tmp_path: Path, clock: FrozenClock
) -> None:
    disk = FaultyDisk()
    _, log = file_storage(tmp_path, disk=disk, now=clock.now)
    log.append(notes(clock, 1))
    disk.fail("write", errno.ENOSPC, half=True)
    disk.fail_also("truncate")
    with pytest.raises(StorageBroken, match="half written"):
        log.append(notes(clock, 1, first=1))
    disk.heal()
    log.append(notes(clock, 1, first=2))
    trail = verify(tmp_path / "activities")
    assert (trail.entries, trail.repaired) == (3, 1)


def test_nobody_in_a_failed_batch_is_told_that_it_went_well(tmp_path: Path, clock: FrozenClock) -> None:
    disk = FaultyDisk()
    _, log = file_storage(tmp_path, disk=disk, now=clock.now)
    disk.fail("open", errno.EMFILE)
    for _ in range(2):
        with pytest.raises(StorageBroken):
            log.append(notes(clock, 1))


@pytest.mark.parametrize("call", ["fsync file", "fsync folder", "syncfs"])
def test_after_a_failed_fsync_everything_is_refused(
    tmp_path: Path, clock: FrozenClock, ids: SequentialIds, call: str
) -> None:
    disk = FaultyDisk()
    journal = partial(SMALL_JOURNAL, full=1)
    repository, log = file_storage(tmp_path, disk=disk, now=clock.now, journal=journal)
    history = history_of(ids.new_id(), clock, length=2)
    job = commit_all(repository, history[:1])
    disk.fail(call, errno.EIO)
    with pytest.raises(StorageBroken):
        commit_all(repository, history[1:], job)
    disk.heal()
    assert disk.broken is not None
    with pytest.raises(StorageBroken):
        commit_all(repository, history[1:], job)
    with pytest.raises(StorageBroken):
        commit_all(repository, history_of(ids.new_id(), clock, length=1))
    with pytest.raises(StorageBroken):
        log.append(notes(clock, 1))
    with pytest.raises(StorageBroken):
        repository.claim("m1", "7", ids.new_id())
    # A restart has another look, and finds it as it was or as it was to be.
    repository, log = file_storage(tmp_path, now=clock.now)
    assert list(repository.open_jobs()) == [job.id]
    found = repository.get(job.id)
    assert found in (job, evolve(job, history[1]))
    assert len(list(log.of_job(job.id, since=NOON))) == found.version


def inodes(folder: Path) -> int:
    return len({path.lstat().st_ino for path in folder.rglob("*")})


def test_what_runs_needs_no_more_files_than_it_was_accepted_with(
    tmp_path: Path, clock: FrozenClock, ids: SequentialIds
) -> None:
    repository, _ = file_storage(tmp_path, now=clock.now)
    first, *rest = history_of(ids.new_id(), clock, length=5)
    job = commit_all(repository, [first])
    before = inodes(tmp_path)
    for event in rest:
        job = commit_all(repository, [event], job)
        assert inodes(tmp_path) == before


def test_where_a_mark_cannot_be_linked_it_is_a_file_of_its_own(
    tmp_path: Path, clock: FrozenClock, ids: SequentialIds
) -> None:
    disk = FaultyDisk()
    repository, _ = file_storage(tmp_path, disk=disk, now=clock.now)
    disk.fail("link", errno.EMLINK)
    job = commit_all(repository, history_of(ids.new_id(), clock, length=3))
    assert disk.failed
    assert list(repository.open_jobs()) == [job.id]
    repository.settle(job.id)
    assert list(repository.open_jobs()) == []


class FullDisk(Disk):
    """A `Disk` on which no file can be made."""

    def _open(self, path: Path, flags: int, mode: int) -> int:
        if flags & os.O_CREAT:
            raise OSError(errno.ENOSPC, "no space left on device")
        return super()._open(path, flags, mode)


@pytest.mark.parametrize("before", [False, True])
def test_a_full_disk_does_not_keep_the_service_from_starting(
    tmp_path: Path, clock: FrozenClock, before: bool
) -> None:
    file_storage(tmp_path, now=clock.now)
    blank = tmp_path / "jobs" / ".blank"
    assert blank.exists()
    if not before:
        blank.unlink()
    repository, _ = file_storage(tmp_path, disk=FullDisk(), now=clock.now)
    assert list(repository.open_jobs()) == []


CALLS = [
    "open",
    "write",
    "fsync file",
    "fsync folder",
    "syncfs",
    "rename",
    "link",
    "symlink",
    "mkdir",
    "chmod",
    "unlink",
]


@pytest.mark.parametrize("number", [errno.EIO, errno.ENOSPC])
@pytest.mark.parametrize("call", CALLS)
def test_whichever_call_fails_the_answer_is_an_error_of_the_port_and_a_restart_mends_it(
    tmp_path: Path, clock: FrozenClock, ids: SequentialIds, call: str, number: int
) -> None:
    job_id = ids.new_id()
    history = history_of(job_id, clock, length=3)
    for after in (1, 2, 3, 4, 6, 9):
        disk = FaultyDisk()
        folder = tmp_path / str(after)
        repository, _ = file_storage(folder, disk=disk, now=clock.now, journal=SMALL_JOURNAL)
        disk.fail(call, number, after=after)
        acknowledged = None
        try:
            repository.claim("m1", job_id, job_id)
            for event in history:
                acknowledged = commit_all(repository, [event], acknowledged)
            repository.settle(job_id)
        except (StorageFull, StorageBroken):
            pass
        assert disk.failed or after > 1, "no such call was made"
        repository, log = file_storage(folder, now=clock.now)
        list(repository.open_jobs())
        found = repository.get(job_id)
        if acknowledged is not None:
            assert found is not None
            assert found.version >= acknowledged.version
        trail = [entry.id for entry in log.of_job(job_id, since=NOON)]
        assert trail == [f"{job_id}/{n}" for n in range(1, found.version + 1 if found else 1)]
        assert verify(folder / "activities").torn is False


@pytest.fixture(params=["size=2m", "nr_inodes=500"])
def small_disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """A file system with little room, in bytes or in inodes."""
    place = tmp_path / "small"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", request.param, "tmpfs", str(place)]
    mounted = subprocess.run(mount, check=False, capture_output=True, text=True)
    if mounted.returncode:
        pytest.skip(f"cannot mount a tmpfs: {mounted.stderr.strip()}")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)


def fill(place: Path) -> None:
    with suppress(OSError):
        for n in itertools.count():
            (place / f"ballast{n}").write_bytes(b"x" * 4096)


def test_a_full_file_system_refuses_and_recovers(
    small_disk: Path, clock: FrozenClock, ids: SequentialIds
) -> None:
    repository, log = file_storage(small_disk, disk=Disk(floor=1_000_000), now=clock.now)
    made: list[Job] = []
    with pytest.raises(StorageFull):
        made.extend(commit_all(repository, history_of(ids.new_id(), clock, length=1)) for _ in range(1000))
    assert len(made) > 3
    # What the floors keep free is for the jobs that run.
    for job in made[-10:]:
        commit_all(repository, history_of(job.id, clock, length=3)[1:], job)
        repository.settle(job.id)
    fill(small_disk)
    with pytest.raises(StorageFull):
        commit_all(repository, history_of(ids.new_id(), clock, length=1))
    for path in small_disk.glob("ballast*"):
        path.unlink()
    repository, log = file_storage(small_disk, now=clock.now)
    list(repository.open_jobs())
    for job in made:
        found = repository.get(job.id)
        assert found is not None
        assert found.version >= job.version
        assert len(list(log.of_job(job.id, since=NOON))) == found.version
    assert verify(small_disk / "activities").torn is False
    commit_all(repository, history_of(ids.new_id(), clock, length=1))
