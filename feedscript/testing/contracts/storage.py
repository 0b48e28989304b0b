"""What the contracts of storage share."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from feedscript.domain import Activity, Job
from feedscript.ports import ActivityLog, Clock, JobRepository
from feedscript.testing.contracts.contract import Contract
from feedscript.testing.contracts.faults import Fault
from feedscript.testing.fakes import FrozenClock, SequentialIds
from feedscript.testing.rig import Storage


class StorageContract(Contract):
    """Give `open_storage`; what else is here has a default. The flags tell what the adapters can do."""

    outlives_its_process = True
    """Whether a process that is killed leaves behind what it has committed."""
    can_lose_power = False
    """Whether `lose_power` tells what a machine that goes down keeps."""
    can_be_planted = False
    """Whether `plant` writes a job down without the repository."""

    can_archive = False
    """Whether `archive` moves jobs of days that are over to where they take less room."""
    can_be_verified = False
    """Whether `faults_found` tells what somebody has done to the log since its days were sealed."""

    faults: tuple[str, ...] = ()
    """What `open_failing` can have go wrong, by name."""
    mended: tuple[str, ...] = ()
    """Those of `faults` that the adapter sees through by itself: nobody is told of them."""
    fault_step = 1
    """Every how-manieth call is to fail, each in a run of its own."""

    def open_storage(self, folder: Path, clock: Clock) -> Storage:
        """The hook: a repository and its log in the folder; opened again it has what was there."""
        raise NotImplementedError

    def close_storage(self, storage: Storage) -> None:
        """Let go of what `open_storage` has opened: whatever of it has a `close`."""
        for part in storage:
            getattr(part, "close", lambda: None)()

    def open_failing(self, folder: Path, clock: Clock, fault: Fault) -> Storage:
        """The hook of `faults`: as `open_storage`, over a disk or database whose every call asks `fault.meets()`."""
        raise NotImplementedError

    def lose_power(self, folder: Path) -> Path:
        """The hook of `can_lose_power`: the folder as the machine comes up with it after it went down just now."""
        raise NotImplementedError

    def plant(self, folder: Path, job: Job, activities: Sequence[Activity]) -> None:
        """The hook of `can_be_planted`: the job's stored form, past the API."""
        raise NotImplementedError

    def archive(self, folder: Path, clock: Clock) -> None:
        """The hook of `can_archive`: archive all that can be, as of the clock's day."""
        raise NotImplementedError

    def faults_found(self, folder: Path) -> str | None:
        """The hook of `can_be_verified`: what is wrong with the log; None where it is as it was written."""
        raise NotImplementedError

    def tamperings(self, folder: Path) -> Mapping[str, tuple[Callable[[], object], Callable[[], object]]]:
        """The other hook of `can_be_verified`: by name, what may be done to the stored log, and how it is undone."""
        raise NotImplementedError

    def until_ready(self, storage: Storage) -> None:
        """Wait until what the repository keeps beside for speed, such as an index, is in use; by default nothing."""

    @pytest.fixture
    def clock(self) -> FrozenClock:
        return FrozenClock()

    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        return tmp_path

    @pytest.fixture
    def make_storage(self, folder: Path, clock: FrozenClock) -> Iterator[Callable[[], Storage]]:
        made: list[Storage] = []

        def make() -> Storage:
            made.append(self.open_storage(folder, clock))
            return made[-1]

        yield make
        for storage in made:
            self.close_storage(storage)

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
