"""Whatever is done to the audit trail's files is found."""

import gzip
import json
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from feedscript.adapters.files import Disk
from feedscript.adapters.files.audit import verify
from feedscript.adapters.files.digests import write_digests
from feedscript.adapters.trail.chain import Tampered
from feedscript.ports import ActivityFilter
from feedscript.testing.fakes import FrozenClock
from feedscript.testing.stories import notes
from tests.integration.files.storage import file_storage

KEY, OTHER_KEY = b"k" * 32, b"o" * 32


class Trail:
    """A trail of several days, and a head of it that is kept elsewhere."""

    def __init__(self, folder: Path, days: int = 1, per_day: int = 50) -> None:
        self.clock = FrozenClock()
        self.folder = folder
        self.root = folder / "activities"
        self.entries = []
        for day in range(days):
            if day:
                self.clock.tick(timedelta(days=1))
            entries = notes(self.clock, per_day, first=day * per_day)
            file_storage(folder, now=self.clock.now)[1].append(entries)
            self.entries += entries
        self.head = verify(self.root).head

    @property
    def segments(self) -> list[Path]:
        return sorted(self.root.glob("*/*/*.jsonl*"))

    def found_in(self, **options: object) -> Tampered:
        with pytest.raises(Tampered) as caught:
            verify(self.root, **options)  # type: ignore[arg-type]  # whatever verify takes
        return caught.value


@pytest.fixture
def trail(tmp_path: Path) -> Trail:
    return Trail(tmp_path)


@pytest.fixture
def days(tmp_path: Path) -> Trail:
    return Trail(tmp_path, days=4, per_day=5)


def test_a_whole_trail_verifies(days: Trail) -> None:
    trail = verify(days.root)
    assert (trail.segments, trail.entries, trail.torn, trail.repaired) == (4, 20, False, 0)
    assert trail.head.startswith("20:")
    assert verify(days.root, expect_head=days.head) == trail


def test_no_trail_is_whole(tmp_path: Path) -> None:
    assert verify(tmp_path).head == f"0:{'0' * 64}"
    assert verify(tmp_path, expect_head=f"0:{'0' * 64}").entries == 0


def test_an_earlier_head_is_still_there_after_more_was_written(trail: Trail) -> None:
    file_storage(trail.folder, now=trail.clock.now)[1].append(notes(trail.clock, 3, first=50))
    assert verify(trail.root, expect_head=trail.head).entries == 53


def unseen_flips(trail: Trail, bits: Callable[[int], Iterable[int]]) -> list[tuple[int, int]]:
    """The flipped bits, as (byte, bit), that leave the trail whole; `bits` tells which ones of a byte are tried."""
    (segment,) = trail.segments
    whole = segment.read_bytes()
    unseen = []
    for at, byte in enumerate(whole):
        for bit in bits(at):
            changed = bytearray(whole)
            changed[at] = byte ^ 1 << bit
            segment.write_bytes(changed)
            try:
                verify(trail.root, expect_head=trail.head)
            except Tampered:
                continue
            unseen.append((at, bit))
    return unseen


def test_a_flipped_bit_in_any_byte_is_found(tmp_path: Path) -> None:
    # Each bit of fifty records: tests/faults.
    assert unseen_flips(Trail(tmp_path, per_day=10), lambda at: [at % 8]) == []


def changes(lines: list[bytes]) -> Iterator[tuple[str, int, list[bytes]]]:
    for n in range(len(lines)):
        yield f"line {n + 1} deleted", n, lines[:n] + lines[n + 1 :]
        yield f"line {n + 1} doubled", n, lines[: n + 1] + lines[n:]
        yield f"line {n + 1} blank", n, [*lines[:n], b"\n", *lines[n + 1 :]]
        for m in range(n + 1, len(lines)):
            swapped = list(lines)
            swapped[n], swapped[m] = swapped[m], swapped[n]
            yield f"lines {n + 1} and {m + 1} swapped", n, swapped
        if n:
            yield f"cut after line {n}", n, lines[:n]


def test_each_line_deleted_doubled_swapped_or_cut_off_is_found(trail: Trail) -> None:
    (segment,) = trail.segments
    lines = segment.read_bytes().splitlines(keepends=True)
    for what, at, changed in changes(lines):
        segment.write_bytes(b"".join(changed))
        fault = trail.found_in(expect_head=trail.head)
        assert fault.file == "2026/01/01.jsonl"
        cut = what.startswith("cut") or what == f"line {len(lines)} deleted"
        # The first line that is wrong; of a doubled one that is the second.
        assert fault.line == (0 if cut else at + 1 + ("doubled" in what)), what


def test_a_changed_entry_is_named_by_file_and_line(days: Trail) -> None:
    segment = days.segments[2]
    text = segment.read_text()
    segment.write_text(text.replace('"n":12', '"n":21'))
    fault = days.found_in()
    assert (fault.file, fault.line) == ("2026/01/03.jsonl", 4)
    assert "2026/01/03.jsonl:4: entry 14 does not follow" in str(fault)


@pytest.mark.parametrize("number", range(4))
def test_a_missing_day_is_found(days: Trail, number: int) -> None:
    days.segments[number].unlink()
    days.found_in(expect_head=days.head)


def test_a_day_that_ends_in_half_a_line_is_found_when_later_ones_follow(days: Trail) -> None:
    segment = days.segments[1]
    segment.write_bytes(segment.read_bytes()[:-1])
    fault = days.found_in()
    assert (fault.file, fault.line) == ("2026/01/02.jsonl", 5)


def test_the_line_that_is_being_written_is_no_fault(trail: Trail) -> None:
    with trail.segments[-1].open("ab") as file:
        file.write(b'{"half')
    found = verify(trail.root, expect_head=trail.head)
    assert (found.torn, found.entries) == (True, 50)


def test_a_line_deep_enough_to_break_a_parser_is_a_fault(trail: Trail) -> None:
    with trail.segments[-1].open("ab") as file:
        file.write(b"[" * 200_000 + b"\n")
    assert trail.found_in().line == 51


# Digests


def digests(trail: Trail, key: bytes | None = KEY) -> list[Path]:
    return write_digests(trail.root, Disk(), key=key)


def test_each_finished_day_has_a_digest(days: Trail) -> None:
    made = digests(days)
    assert [path.name for path in made] == ["2026-01-01.json", "2026-01-02.json", "2026-01-03.json"]
    assert digests(days) == []
    document = json.loads(made[1].read_text())
    assert document["last_sequence"] == 10
    assert document["segments"][0]["file"] == "2026/01/02.jsonl"
    found = verify(days.root, keys=[KEY])
    assert (found.signed, found.unsigned) == (3, 0)
    assert (verify(days.root).signed, verify(days.root).unsigned) == (0, 3)


def test_days_without_entries_have_digests_too(tmp_path: Path) -> None:
    trail = Trail(tmp_path, days=2, per_day=3)
    trail.clock.tick(timedelta(days=3))
    file_storage(tmp_path, now=trail.clock.now)[1].append(notes(trail.clock, 1, first=6))
    digests(trail)
    idle = json.loads((trail.root / "digests/2026-01-04.json").read_text())
    assert (idle["segments"], idle["last_sequence"]) == ([], 6)
    trail.clock.tick(timedelta(days=1))
    file_storage(tmp_path, now=trail.clock.now)[1].append(notes(trail.clock, 1, first=7))
    assert [path.name for path in digests(trail)] == ["2026-01-05.json"]
    assert verify(trail.root, keys=[KEY]).signed == 5


def test_digests_are_of_the_bytes_not_of_the_packing(days: Trail) -> None:
    digests(days)
    for segment in days.segments[:2]:
        segment.with_name(f"{segment.name}.gz").write_bytes(gzip.compress(segment.read_bytes()))
        segment.unlink()
    found = verify(days.root, expect_head=days.head, keys=[KEY])
    assert (found.entries, found.signed) == (20, 3)
    _, log = file_storage(days.folder, now=days.clock.now)
    assert list(log.page(ActivityFilter(), limit=99).activities) == days.entries[::-1]
    log.append(notes(days.clock, 1, first=20))
    assert verify(days.root).entries == 21


def test_a_packed_day_that_is_damaged_is_found(days: Trail) -> None:
    segment = days.segments[0]
    packed = gzip.compress(segment.read_bytes())
    segment.unlink()
    for damaged in (packed[:-10], packed[:10] + b"\xff" * 20 + packed[30:], b"no gzip"):
        segment.with_name(f"{segment.name}.gz").write_bytes(damaged)
        assert days.found_in().file == "2026/01/01.jsonl.gz"


def rewritten(days: Trail) -> None:
    """The whole trail anew, one entry less, every link right: what only a signature shows."""
    for segment in days.segments:
        segment.unlink()
    days.clock = FrozenClock()
    for day in range(4):
        if day:
            days.clock.tick(timedelta(days=1))
        entries = [e for e in days.entries[day * 5 : day * 5 + 5] if e.id != "note 7"]
        file_storage(days.folder, now=days.clock.now)[1].append(entries)


def forged(path: Path, change: Callable[[dict[str, object]], object]) -> None:
    document = json.loads(path.read_text())
    change(document)
    path.chmod(0o600)
    path.write_text(json.dumps(document, separators=(",", ":")) + "\n")


def test_a_trail_written_anew_does_not_fit_its_digests(days: Trail) -> None:
    digests(days)
    rewritten(days)
    assert days.found_in(keys=[KEY]).file == "digests/2026-01-02.json"
    for path in (days.root / "digests").iterdir():
        path.unlink()
    digests(days, OTHER_KEY)
    assert "signed with a key that was not given" in str(days.found_in(keys=[KEY]))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda d: d.update(last_sequence=4), "last_sequence"),
        (lambda d: d.update(last_hash="1" * 64), "last_hash"),
        (lambda d: d.update(previous_digest="1" * 64), "previous_digest"),
        (lambda d: d["segments"][0].update(bytes=1), "segments"),
        (lambda d: d["segments"][0].update(sha256="1" * 64), "segments"),
        (lambda d: d.update(segments=[]), "segments"),
        (lambda d: d.update(day="2026-01-09"), "day"),
        (lambda d: d.update(signature=None), "not signed"),
        (lambda d: d["signature"].update(value="1" * 64), "signature"),
        (lambda d: d.update(signature="?"), "a key that was not given"),
        (lambda d: d.update(more=1), "signature"),
    ],
)
def test_a_changed_digest_is_found(
    days: Trail, change: Callable[[dict[str, object]], object], says: str
) -> None:
    digests(days)
    forged(days.root / "digests/2026-01-03.json", change)
    fault = days.found_in(keys=[KEY])
    assert fault.file == "digests/2026-01-03.json"
    assert says in fault.what


@pytest.mark.parametrize("day", ["2026-01-01", "2026-01-02"])
def test_a_missing_digest_is_found(days: Trail, day: str) -> None:
    digests(days)
    (days.root / "digests" / f"{day}.json").unlink()
    assert "was due" in days.found_in(keys=[KEY]).what


@pytest.mark.parametrize("content", ["", "{", "[]", "null"])
def test_a_digest_that_is_none_is_found(days: Trail, content: str) -> None:
    digests(days)
    path = days.root / "digests/2026-01-02.json"
    path.chmod(0o600)
    path.write_text(content)
    assert days.found_in().file == "digests/2026-01-02.json"


def test_a_digest_shows_that_later_days_were_cut_off(days: Trail) -> None:
    digests(days)
    for segment in days.segments[1:]:
        segment.unlink()
    assert days.found_in(keys=[KEY]).file == "digests/2026-01-02.json"


def test_keys_may_change_over_time(days: Trail) -> None:
    digests(days, OTHER_KEY)
    days.clock.tick(timedelta(days=1))
    file_storage(days.folder, now=days.clock.now)[1].append(notes(days.clock, 1, first=20))
    digests(days, KEY)
    assert verify(days.root, keys=[KEY, OTHER_KEY]).signed == 4
    days.found_in(keys=[KEY])
