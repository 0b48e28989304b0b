"""The files of the audit trail: `YYYY/MM/DD.jsonl`, an entry a line, a file a day (UTC); reading, no writing.

A day that is over may be compressed in place, to `DD.jsonl.gz`; nothing else changes by it, and bytes are counted as
they were before. While both are there the uncompressed one counts. A last line without its end is one that is being
written, or that a crash has torn: readers leave it out.
"""

import gzip
import io
import os
import re
import shutil
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import accumulate
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast

BLOCK = 1024 * 1024
UNPACKED_IN_MEMORY = 16 * BLOCK
PACKED = ".gz"
DAYS_REMEMBERED = 64
DAMAGE = (EOFError, zlib.error, gzip.BadGzipFile)
"""What reading a damaged compressed segment may raise."""
SEGMENT = re.compile(r"[0-9]{4}/[0-9]{2}/[0-9]{2}\.jsonl(\.gz)?")


@dataclass(frozen=True, slots=True)
class Segments:
    """The segments below a folder."""

    root: Path

    def today_and_tomorrow(self, now: datetime) -> tuple[Path, Path]:
        """Where the entries of that moment's day go, and the next day's."""
        return _segments(self.root, now.astimezone(UTC).date())

    def day_of(self, segment: Path) -> str:
        """The segment's day as `YYYY/MM/DD`."""
        return segment.relative_to(self.root).as_posix()[:10]

    def date_of(self, segment: Path) -> date:
        """The segment's day."""
        return date.fromisoformat(self.day_of(segment).replace("/", "-"))

    def name_of(self, segment: Path) -> str:
        """The segment's name below the folder."""
        return segment.relative_to(self.root).as_posix()

    def listed(self, *, since: datetime | None = None) -> list[Path]:
        """The segments from that day on, oldest first."""
        first = "" if since is None else since.astimezone(UTC).date().isoformat().replace("-", "/")
        found = {path.relative_to(self.root).as_posix() for path in self.root.glob("*/*/*.jsonl*")}
        return [
            self.root / name
            for name in sorted(found)
            if SEGMENT.fullmatch(name)
            and name[:10] >= first
            and name.removesuffix(PACKED) not in found - {name}
        ]

    def packed(self, segment: Path) -> Path:
        """Where the segment goes when it is compressed."""
        return segment.with_name(segment.name + PACKED)


@lru_cache(DAYS_REMEMBERED)
def _segments(root: Path, day: date) -> tuple[Path, Path]:
    return root / f"{day:%Y/%m/%d}.jsonl", root / f"{day + timedelta(days=1):%Y/%m/%d}.jsonl"


def opened(segment: Path) -> BinaryIO:
    """The segment's bytes, compressed or not, also where it was compressed since it was listed."""
    try:
        return cast("BinaryIO", gzip.open(segment)) if segment.suffix == PACKED else segment.open("rb")
    except FileNotFoundError:
        compressed = segment.with_name(segment.name + PACKED)
        if segment.suffix == PACKED or not compressed.exists():
            raise
        return opened(compressed)


def _opened_anywhere(segment: Path) -> BinaryIO:
    """The same, for reading from the end back: gzip would unpack everything anew at each step."""
    file = opened(segment)
    if isinstance(file, io.BufferedReader):
        return file
    unpacked = SpooledTemporaryFile(UNPACKED_IN_MEMORY)  # noqa: SIM115 - the caller closes it
    try:
        with file:
            shutil.copyfileobj(file, unpacked, BLOCK)
    except DAMAGE:
        unpacked.close()
        raise
    return cast("BinaryIO", unpacked)


def lines(segment: Path, needle: bytes = b"") -> Iterator[bytes]:
    """The segment's whole lines that hold the needle, in order, without their ends."""
    with opened(segment) as file:
        rest = b""
        while block := file.read(BLOCK):
            whole, end, rest = (rest + block).rpartition(b"\n")
            if end and needle in whole:
                yield from (line for line in whole.split(b"\n") if needle in line)


def lines_backwards(segment: Path, before: int | None = None) -> Iterator[tuple[int, bytes]]:
    """The segment's whole lines from the last back to the first, each with the byte it begins at.

    With `before`, those that end at or before that byte, which must be the beginning of a line.
    """
    with _opened_anywhere(segment) as file:
        file.seek(0, os.SEEK_END)
        size = file.tell()
        start, unread = size if before is None else min(before, size), b""
        while start > 0:
            length = min(BLOCK, start)
            start -= length
            file.seek(start)
            unread = file.read(length) + unread
            # The first line may begin further up; what follows the last end is torn.
            first, end, rest = unread.partition(b"\n") if start > 0 else (b"", b"", unread)
            if start > 0 and not end:
                continue
            unread = first + end
            yield from _placed(rest.split(b"\n")[:-1], start + len(unread))[::-1]


def _placed(whole: list[bytes], at: int) -> list[tuple[int, bytes]]:
    starts = accumulate((len(line) + 1 for line in whole), initial=at)
    return list(zip(starts, whole, strict=False))
