"""The journal: what a power cut takes back is put in its place again, and nothing else is."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from feedscript.adapters.files import Disk
from feedscript.adapters.files.journal import Journal
from feedscript.ports.errors import StorageFull
from feedscript.testing.faults import FaultyDisk
from tests.integration.files.storage import Machine

Opened = Callable[..., Journal]


@pytest.fixture
def opened(tmp_path: Path) -> Opened:
    folder = tmp_path / "journal"

    def at(boot: int = 1, *, disk: Disk | None = None, full: int = 10_000) -> Journal:
        return Journal(folder, disk or Machine(boot), roots=[tmp_path], full=full, beside=lambda work: work())

    return at


def files(tmp_path: Path) -> list[Path]:
    return sorted((tmp_path / "journal").glob("*.journal"))


def replayed(journal: Journal) -> list[bytes]:
    found: list[bytes] = []
    journal.recover(found.extend)
    return found


def test_after_a_power_cut_everything_is_replayed_in_the_order_of_writing(
    tmp_path: Path, opened: Opened
) -> None:
    first, second = opened(), opened()
    first.write([b"1", b"2\nof two lines"])
    second.write([b"3"])
    first.write([b"4", b""])
    first.close()
    second.close()
    assert replayed(opened(2)) == [b"1", b"2\nof two lines", b"3", b"4", b""]
    assert files(tmp_path) == []
    assert replayed(opened(3)) == []


def test_what_a_dead_process_wrote_is_synced_and_its_journal_removed(tmp_path: Path, opened: Opened) -> None:
    dead, machine = opened(), Machine(1)
    dead.write([b"1"])
    dead.close()
    assert replayed(opened(disk=machine)) == []
    assert machine.synced == [tmp_path]
    assert files(tmp_path) == []


def test_the_journal_of_a_living_process_is_left_alone(tmp_path: Path, opened: Opened) -> None:
    living = opened()
    living.write([b"1"])
    assert replayed(opened(2)) == []
    living.write([b"2"])
    living.close()
    assert replayed(opened(2)) == [b"1", b"2"]


def test_a_replay_that_was_cut_off_is_done_again(opened: Opened) -> None:
    dead = opened()
    dead.write([b"1"])
    dead.close()

    def die(_: Sequence[bytes]) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        opened(2).recover(die)
    assert replayed(opened(2)) == [b"1"]


@pytest.mark.parametrize("harm", range(1, 60))
def test_the_first_record_that_is_torn_ends_the_journal(tmp_path: Path, opened: Opened, harm: int) -> None:
    journal = opened()
    journal.write([b"first"])
    (path,) = files(tmp_path)
    begin = len(path.read_bytes().rstrip(b"\0"))
    journal.write([b"the second, which is a little longer"])
    journal.close()
    whole = path.read_bytes().rstrip(b"\0")
    torn = [
        whole[:-harm],
        whole[:-harm] + b"\0" * harm,
        whole[: begin + harm - 1] + bytes([whole[begin + harm - 1] ^ 1]) + whole[begin + harm :],
    ]
    for content in torn:
        path.write_bytes(content)
        assert replayed(opened(2)) == [b"first"]
        path.write_bytes(content)


@pytest.mark.parametrize("content", [b"", b"feedscript jour", b"\0" * 100])
def test_a_journal_without_its_head_holds_nothing(tmp_path: Path, opened: Opened, content: bytes) -> None:
    opened()
    (tmp_path / "journal/a.journal").write_bytes(content)
    assert replayed(opened(2)) == []
    assert files(tmp_path) == []


def test_a_full_journal_is_put_aside_once_all_is_durable(tmp_path: Path, opened: Opened) -> None:
    machine = Machine(1)
    journal = opened(disk=machine, full=100)
    journal.write([b"x" * 100])
    (before,) = files(tmp_path)
    assert machine.synced == []
    journal.write([b"y"])
    (after,) = files(tmp_path)
    assert before != after
    assert machine.synced == [tmp_path]


def test_records_are_written_over_zeros_that_are_there_already(tmp_path: Path, opened: Opened) -> None:
    journal = opened(full=1_000_000)
    journal.write([b"1"])
    (path,) = files(tmp_path)
    before = path.stat()
    for number in range(20):
        journal.write([b"%d" % number])
        assert (path.stat().st_size, path.stat().st_blocks) == (before.st_size, before.st_blocks)
    for _ in range(300):
        journal.write([bytes(1000)])
    journal.close()
    assert path.stat().st_size > before.st_size
    assert replayed(opened(2)) == [b"1", *(b"%d" % number for number in range(20)), *[bytes(1000)] * 300]


def test_where_there_is_no_room_for_zeros_records_are_appended(opened: Opened) -> None:
    class NearlyFull(Machine):
        def _pwrite(self, descriptor: int, data: memoryview, start: int) -> int:
            if data == bytes(len(data)):
                raise OSError(28, "No space left on device")
            return super()._pwrite(descriptor, data, start)

    journal = opened(disk=NearlyFull(1))
    for number in range(5):
        journal.write([b"%d" % number])
    journal.close()
    assert replayed(opened(2)) == [b"0", b"1", b"2", b"3", b"4"]


def test_a_record_that_could_not_be_written_whole_leaves_nothing_behind(opened: Opened) -> None:
    disk = FaultyDisk()
    journal = opened(disk=disk)
    journal.write([b"1"])
    disk.fail("write", 28, half=True)
    with pytest.raises(StorageFull):
        journal.write([b"whole in the first half", b"a second record that is longer than the first one is"])
    disk.heal()
    journal.close()
    assert replayed(opened(2)) == [b"1"]


def test_a_journal_whose_beginning_could_not_be_written_is_not_used(opened: Opened) -> None:
    disk = FaultyDisk()
    journal = opened(disk=disk)
    disk.fail("write", 28)
    with pytest.raises(StorageFull):
        journal.write([b"1"])
    disk.heal()
    journal.write([b"2"])
    journal.close()
    assert replayed(opened(2)) == [b"2"]


def test_a_forked_process_has_a_journal_of_its_own(tmp_path: Path, opened: Opened) -> None:
    journal = opened()
    journal.write([b"parent"])
    pid = os.fork()
    if pid == 0:
        journal.write([b"child"])
        os._exit(0)
    os.waitpid(pid, 0)
    journal.write([b"parent again"])
    assert replayed(opened(2)) == [b"child"]
    journal.close()
    assert replayed(opened(2)) == [b"parent", b"parent again"]
