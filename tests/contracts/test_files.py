"""The file adapters, by the shipped harness."""

import json
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from random import Random

import pytest

from feedscript.adapters.files import Disk, FileActivityLog, FileJobRepository, FilePlaces
from feedscript.adapters.files.archive import archive_jobs
from feedscript.adapters.files.audit import verify
from feedscript.adapters.files.documents import job_to_bytes
from feedscript.adapters.files.job_files import SEALED
from feedscript.adapters.files.places import JobPlaces
from feedscript.adapters.memory import MemoryPlaces
from feedscript.adapters.trail.chain import Tampered
from feedscript.codec import activity_to_json
from feedscript.domain import Activity, Job
from feedscript.ports import Clock, Owner
from feedscript.testing.contracts import ActivityLogContract, JobRepositoryContract
from feedscript.testing.contracts.faults import DEATH, ERROR, Fault
from feedscript.testing.crashes import CrashDisk, World
from feedscript.testing.failing import FailingDisk
from feedscript.testing.lifecycle import lifecycle_test
from feedscript.testing.rig import Storage
from feedscript.testing.waiting import until
from tests.integration.files.storage import SMALL_JOURNAL, file_storage

KEY = b"k" * 32


class OnDisk:
    """Storage in a folder, over a disk that keeps book of what is durable."""

    can_lose_power = True
    can_be_planted = True
    can_archive = True
    faults = (ERROR, DEATH)
    fault_step = 3

    def open_failing(self, folder: Path, clock: Clock, fault: Fault) -> Storage:
        return file_storage(folder, disk=FailingDisk(fault), now=clock.now, journal=SMALL_JOURNAL)

    def open_storage(self, folder: Path, clock: Clock) -> Storage:
        return file_storage(folder, now=clock.now)

    def archive(self, folder: Path, clock: Clock) -> None:
        list(archive_jobs(JobPlaces(folder / "jobs"), Disk(), before=clock.now().date()))

    def until_ready(self, storage: Storage) -> None:
        repository = storage[0]
        assert isinstance(repository, FileJobRepository)
        until(lambda: repository.indexed)

    def plant(self, folder: Path, job: Job, activities: Sequence[Activity]) -> None:
        place = JobPlaces(folder / "jobs").document(job.id)
        assert place is not None
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(job_to_bytes(job, [activity_to_json(each) for each in activities]))
        place.chmod(SEALED)


class TestFileJobRepository(OnDisk, JobRepositoryContract):
    can_lose_power = False
    fault_step = 5


class TestFileActivityLog(OnDisk, ActivityLogContract):
    can_lose_power = False
    can_be_verified = True

    def open_storage(self, folder: Path, clock: Clock) -> Storage:
        return self._over(Disk(), folder, clock)

    def open_failing(self, folder: Path, clock: Clock, fault: Fault) -> Storage:
        return self._over(FailingDisk(fault), folder, clock)

    def _over(self, disk: Disk, folder: Path, clock: Clock) -> Storage:
        log = FileActivityLog(folder / "activities", disk, now=clock.now, key=KEY)
        return FileJobRepository(folder / "jobs", log, disk), log

    def faults_found(self, folder: Path) -> str | None:
        try:
            verify(folder / "activities", keys=[KEY])
        except Tampered as fault:
            return str(fault)
        return None

    def tamperings(self, folder: Path) -> Mapping[str, tuple[Callable[[], object], Callable[[], object]]]:
        (day, *_), (digest, *_, newest) = (
            sorted((folder / "activities").glob(pattern)) for pattern in ("2*/*/*.jsonl", "digests/*.json")
        )
        changes = {
            "a changed entry": (day, b"note 1", b"note 9"),
            "an entry taken out": (day, day.read_bytes().splitlines(keepends=True)[1], b""),
            "a changed digest": (digest, b'"document_version":1', b'"document_version":2'),
            # Of a digest that no later one vouches for.
            "a forged signature": (newest, *_another_signature(newest)),
        }
        return {
            name: (
                partial(_write, path, path.read_bytes().replace(old, new)),
                partial(_write, path, path.read_bytes()),
            )
            for name, (path, old, new) in changes.items()
        }


def _another_signature(digest: Path) -> tuple[bytes, bytes]:
    value = json.loads(digest.read_bytes())["signature"]["value"].encode()
    return value, b"0" * len(value)


def _write(path: Path, content: bytes) -> None:
    path.chmod(0o600)
    path.write_bytes(content)


class LosingPower(OnDisk):
    """The same over a disk of which nothing outlives a power cut but what was synced."""

    can_archive = False
    faults = ()

    @pytest.fixture
    def folder(self, tmp_path: Path, request: pytest.FixtureRequest) -> Path:
        self._chances = request.node.name
        self._worlds = {tmp_path / "0": World(tmp_path / "0")}
        (tmp_path / "0").mkdir()
        return tmp_path / "0"

    def open_storage(self, folder: Path, clock: Clock) -> Storage:
        return file_storage(folder, disk=CrashDisk(self._worlds[folder]), now=clock.now)

    def lose_power(self, folder: Path) -> Path:
        chance = Random(len(self._worlds))
        after = folder.parent / str(len(self._worlds))
        self._worlds[after] = self._worlds[folder].survivors(chance, after)
        return after


class TestFileJobRepositoryThatLosesPower(LosingPower, JobRepositoryContract):
    outlives_its_process = False


class TestFileActivityLogThatLosesPower(LosingPower, ActivityLogContract):
    outlives_its_process = False


TestFileLifecycle = lifecycle_test(
    lambda rig: rig.service_over(*file_storage(rig.folder, now=rig.clock.now)), examples=15, steps=20
)


def test_a_place_is_the_first_ones_until_it_lets_go(tmp_path: Path) -> None:
    first, second = Owner("m1/../\u00e9:", "feed"), Owner("m2", "report")
    for places in (FilePlaces(tmp_path / "jobs", Disk()), MemoryPlaces()):
        assert places.owner("s3://b/key") is None
        assert places.claim("s3://b/key", first) == first
        assert places.claim("s3://b/key", second) == first
        assert places.owner("s3://b/key") == first
        places.release("s3://b/key")
        assert places.claim("s3://b/key", second) == second
    assert FilePlaces(tmp_path / "jobs", Disk()).owner("s3://b/key") == second
