"""The file adapters, by the shipped harness."""

from collections.abc import Sequence
from pathlib import Path
from random import Random

import pytest

from feedscript.adapters.files.documents import job_to_bytes
from feedscript.adapters.files.job_files import SEALED
from feedscript.adapters.files.places import JobPlaces
from feedscript.codec import activity_to_json
from feedscript.domain import Activity, Job
from feedscript.ports import Clock
from feedscript.testing.contracts import ActivityLogContract, JobRepositoryContract
from feedscript.testing.crashes import CrashDisk, World
from feedscript.testing.lifecycle import lifecycle_test
from feedscript.testing.rig import Storage
from tests.integration.files.storage import file_storage


class OnDisk:
    """Storage in a folder, over a disk that keeps book of what is durable."""

    can_lose_power = True
    can_be_planted = True

    def open_storage(self, folder: Path, clock: Clock) -> Storage:
        return file_storage(folder, now=clock.now)

    def plant(self, folder: Path, job: Job, activities: Sequence[Activity]) -> None:
        place = JobPlaces(folder / "jobs").document(job.id)
        assert place is not None
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(job_to_bytes(job, [activity_to_json(each) for each in activities]))
        place.chmod(SEALED)


class TestFileJobRepository(OnDisk, JobRepositoryContract):
    can_lose_power = False


class TestFileActivityLog(OnDisk, ActivityLogContract):
    can_lose_power = False


class LosingPower(OnDisk):
    """The same over a disk of which nothing outlives a power cut but what was synced."""

    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
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
