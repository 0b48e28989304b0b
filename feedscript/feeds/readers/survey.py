"""What a file's bytes tell in one reading, in a thread beside the scan: its SHA-256, and where its lines begin."""

import hashlib
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from itertools import chain, repeat
from pathlib import Path
from stat import S_ISREG

from feedscript.feeds.engine.beside import start_beside

_BLOCK_BYTES = 256 * 1024
#: The first blocks are large: while the engine is imported, after each it takes a while to get the interpreter back.
_FIRST_BLOCK_BYTES = 8 * 1024 * 1024
_FIRST_BLOCKS = 12
#: Lines are counted in parts of a block, so that few are passed over on the way to one.
_PART_BYTES = 32 * 1024


@dataclass(frozen=True)
class LineIndex:
    """The number of line feeds before each part of a file, and in all of it (`lines` counts an unended last one)."""

    path: Path
    before: "array[int]"
    lines: int

    def take(self, numbers: Iterable[int]) -> Iterator[bytes]:
        """The lines of these numbers, ascending and from 1, with their ends."""
        with self.path.open("rb") as file:
            for number in numbers:
                # The line begins behind a line feed, which is in the last part with fewer before it.
                part = max(bisect_left(self.before, number - 1) - 1, 0)
                file.seek(part * _PART_BYTES)
                for _ in range(number - 1 - self.before[part]):
                    file.readline()
                yield file.readline()


@dataclass(frozen=True)
class Survey:
    """A file's SHA-256 in hexadecimal, and where its lines begin."""

    sha256: str
    lines: LineIndex


def start_survey(path: Path) -> Future[Survey]:
    """Begin to hash a file and to count its lines.

    hashlib lets go of the interpreter while it hashes, so the reading goes on beside it.
    """
    return start_beside(_survey, path)


def start_index(path: Path) -> Future[LineIndex]:
    """Begin to count a file's lines."""
    return start_beside(_index, path)


def _survey(path: Path) -> Survey:
    digest, count = hashlib.sha256(), _Count()
    for block in _blocks(path):
        digest.update(block)
        count.update(block)
    return Survey(digest.hexdigest(), count.index(path))


def _index(path: Path) -> LineIndex:
    count = _Count()
    for block in _blocks(path):
        count.update(block)
    return count.index(path)


def _blocks(path: Path) -> Iterator[bytearray]:
    """The file's content in blocks of whole parts, but for the last; each is gone when the next is asked for."""
    # To open a pipe waits for whoever writes into it, perhaps for ever.
    if not S_ISREG(path.stat().st_mode):
        raise OSError(f"{path} is not a regular file")
    block = bytearray()
    with path.open("rb") as file:
        for size in chain(repeat(_FIRST_BLOCK_BYTES, _FIRST_BLOCKS), repeat(_BLOCK_BYTES)):
            if size != len(block):
                block = bytearray(size)
            read = file.readinto(block)
            if read < size:
                del block[read:]
            if block:
                yield block
            if read < size:
                return


@dataclass
class _Count:
    before: "array[int]" = field(default_factory=lambda: array("Q"))
    feeds: int = 0
    ended: bool = True

    def update(self, block: bytearray) -> None:
        for start in range(0, len(block), _PART_BYTES):
            self.before.append(self.feeds)
            part = block[start : start + _PART_BYTES]
            # Far faster than `count`, which looks at each byte by itself before Python 3.13.
            self.feeds += len(part) - len(part.replace(b"\n", b""))
        self.ended = block.endswith(b"\n")

    def index(self, path: Path) -> LineIndex:
        return LineIndex(path, self.before, self.feeds + (not self.ended))
