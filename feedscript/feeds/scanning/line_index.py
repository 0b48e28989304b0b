"""Where the lines of a staged file begin: counted beside the scan, so that single items are found without another."""

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

from feedscript.feeds.beside import start_beside

_BLOCK_BYTES = 256 * 1024


@dataclass(frozen=True)
class LineIndex:
    """The number of line feeds before each block of a file, and in all of it (`lines` counts an unended last one)."""

    path: Path
    before: "array[int]"
    lines: int

    def take(self, numbers: Iterable[int]) -> Iterator[bytes]:
        """The lines of these numbers, ascending and from 1, with their ends."""
        with self.path.open("rb") as file:
            for number in numbers:
                # The line begins behind a line feed, which is in the last block with fewer before it.
                block = max(bisect_left(self.before, number - 1) - 1, 0)
                file.seek(block * _BLOCK_BYTES)
                for _ in range(number - 1 - self.before[block]):
                    file.readline()
                yield file.readline()


def start_index(path: Path) -> Future[LineIndex]:
    """Begin to count a file's lines in a thread."""
    return start_beside(_index, path)


def _index(path: Path) -> LineIndex:
    before, feeds, ended = array("Q"), 0, True
    block = bytearray(_BLOCK_BYTES)
    with path.open("rb", buffering=0) as file:
        while size := file.readinto(block):
            before.append(feeds)
            feeds += block.count(b"\n", 0, size)
            ended = block[size - 1] == ord("\n")
    return LineIndex(path, before, feeds + (not ended))
