"""What a file's bytes tell in one reading, beside the scan: its SHA-256, where its lines begin, what it has none of."""

import marshal
import sys
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

from feedscript.feeds.engine.beside import start_beside
from feedscript.feeds.readers import surveyor

#: A smaller file is read before a process for it would pay.
_LEAST_BYTES_OF_PROCESS = 32 * 1024 * 1024


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
                file.seek(part * surveyor.PART_BYTES)
                for _ in range(number - 1 - self.before[part]):
                    file.readline()
                yield file.readline()


@dataclass(frozen=True)
class Alphabet:
    """What is known of a file's characters: whether all are ASCII, and which ASCII signs are nowhere in it."""

    is_ascii: bool = False
    absent: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Survey:
    """A file's SHA-256 in hexadecimal (None: not wanted), where its lines begin, and its characters."""

    sha256: str | None
    lines: LineIndex
    alphabet: Alphabet


def start_survey(path: Path, *, digest: bool = True) -> Future[Survey]:
    """Begin to read a file, and with `digest` to hash it.

    A large one is read in a process of its own: in a thread each search of a block would hold up the import of the
    engine, which takes as long.
    """
    return start_beside(_survey, path, digest=digest)


def start_index(path: Path) -> Future[LineIndex]:
    """Begin to count a file's lines, in a thread."""
    return start_beside(_index, path)


def _survey(path: Path, *, digest: bool) -> Survey:
    large = path.stat().st_size >= _LEAST_BYTES_OF_PROCESS
    told = _told_by_process(path, digest=digest) if large else None
    sha256, before, lines, is_ascii, absent = told or surveyor.survey(str(path), digest=digest)
    alphabet = Alphabet(is_ascii, frozenset(absent.decode("ascii")))
    return Survey(sha256, LineIndex(path, array("Q", before), lines), alphabet)


def _told_by_process(path: Path, *, digest: bool) -> surveyor.Told | None:
    """None where no process can be had, as of a Python within another program, or it came to nothing."""
    import subprocess  # noqa: PLC0415 - a small file needs none

    command = [sys.executable, "-I", "-S", surveyor.__file__, str(path), *(["--digest"] if digest else [])]
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
        told: surveyor.Told = marshal.loads(done.stdout)  # noqa: S302 - of a process of our own
    except (OSError, ValueError, EOFError, TypeError, subprocess.SubprocessError):
        return None
    return told


def _index(path: Path) -> LineIndex:
    _, before, lines, *_ = surveyor.survey(str(path), digest=False)
    return LineIndex(path, array("Q", before), lines)
