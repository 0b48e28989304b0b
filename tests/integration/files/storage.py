"""The file adapters over a folder, put together as the service has them."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from feedscript.adapters.files import Disk, FileActivityLog, FileJobRepository
from feedscript.adapters.files.journal import Journal
from feedscript.ports import Clock
from feedscript.testing.fakes import FrozenClock

FileStorage = tuple[FileJobRepository, FileActivityLog]
SMALL_JOURNAL = partial(Journal, full=2_000, beside=lambda work: work())


class Machine(Disk):
    """A `Disk` of a machine that has come up for the `boot`-th time."""

    def __init__(self, boot: int) -> None:
        super().__init__()
        self.boot = boot
        self.synced: list[Path] = []

    def boot_id(self) -> str:
        return f"boot-{self.boot}"

    def sync_file_system(self, path: Path) -> None:
        self.synced.append(path)


def file_storage(
    folder: Path,
    *,
    disk: Disk | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    journal: Callable[..., Journal] = Journal,
) -> FileStorage:
    disk = disk or Disk()
    log = FileActivityLog(folder / "activities", disk, now=now)
    return FileJobRepository(folder / "jobs", log, disk, journal=journal), log


def reopening(folder: Path, clock: Clock | None = None) -> Callable[[], FileStorage]:
    """What the shipped harness wants: a fresh pair over the same folder at each call."""
    clock = clock or FrozenClock()
    return lambda: file_storage(folder, now=clock.now)
