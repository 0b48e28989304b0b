"""Places in files and in memory, by the shipped contract."""

from pathlib import Path
from random import Random

import pytest

from feedscript.adapters.files import Disk, FilePlaces
from feedscript.adapters.memory import MemoryPlaces
from feedscript.ports import Owner, Places
from feedscript.testing.contracts import PlacesContract
from feedscript.testing.contracts.faults import DEATH, ERROR, Fault
from feedscript.testing.crashes import CrashDisk, World
from feedscript.testing.failing import FailingDisk


class TestFilePlaces(PlacesContract):
    faults = (ERROR, DEATH)

    def open_places(self, folder: Path) -> Places:
        return FilePlaces(folder / "jobs", Disk())

    def open_failing(self, folder: Path, fault: Fault) -> Places:
        return FilePlaces(folder / "jobs", FailingDisk(fault))


class TestFilePlacesThatLosePower(PlacesContract):
    can_lose_power = True
    outlives_its_process = False

    @pytest.fixture(autouse=True)
    def _worlds_made(self, tmp_path: Path) -> None:
        self._worlds = {tmp_path: World(tmp_path)}

    def open_places(self, folder: Path) -> Places:
        return FilePlaces(folder / "jobs", CrashDisk(self._worlds[folder]))

    def lose_power(self, folder: Path) -> Path:
        after = folder / "after"
        self._worlds[after] = self._worlds[folder].survivors(Random(1), after)
        return after


class TestMemoryPlaces(PlacesContract):
    outlives_its_process = False

    @pytest.fixture(autouse=True)
    def _forget(self) -> None:
        self._places = MemoryPlaces()

    def open_places(self, folder: Path) -> Places:
        return self._places


def test_a_link_of_an_earlier_version_tells_its_owner_and_no_writer(tmp_path: Path) -> None:
    places = FilePlaces(tmp_path, Disk())
    places.claim("s3://b/f", Owner("m:1", "feed"))
    (link,) = (tmp_path / "places").iterdir()
    assert str(link.readlink()) == "feed:m%3A1"
    assert (places.owner("s3://b/f"), places.writer("s3://b/f")) == (Owner("m:1", "feed"), None)
    places.hand_over("s3://b/f", "j1")
    assert str(link.readlink()) == "feed:m%3A1:j1"
    assert [*(tmp_path / "places").iterdir()] == [link], "nothing temporary stays"
