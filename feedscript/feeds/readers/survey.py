"""What a file's bytes tell in one reading, beside the scan: its SHA-256, where its lines begin, what it has none of."""

import hashlib
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from feedscript.feeds.engine.beside import start_beside
from feedscript.feeds.readers import surveyor
from feedscript.feeds.readers.surveying import Surveyor, start_surveyor

#: A smaller file is read before a process for it would pay.
_LEAST_BYTES_OF_PROCESS = 32 * 1024 * 1024
_HEAD_BYTES = 512


@dataclass(frozen=True)
class LineIndex:
    """The number of line feeds before each part of a file, and in all of it (`lines` counts an unended last one).

    `has_lone_returns` says whether there are carriage returns without a line feed behind them, which may end lines too.
    `starts` is where each part begins, unless each has as many bytes as the surveyor's.
    """

    path: Path
    before: "array[int]"
    lines: int
    has_lone_returns: bool = False
    starts: "array[int] | None" = None

    def take(self, numbers: Iterable[int]) -> Iterator[bytes]:
        """The lines of these numbers, ascending and from 1, with their ends."""
        part, behind = -1, 0
        with self.path.open("rb") as file:
            for number in numbers:
                # The line begins behind a line feed, which is in the last part with fewer before it.
                its_part = max(bisect_left(self.before, number - 1) - 1, 0)
                if its_part != part or number <= behind:
                    part, behind = its_part, self.before[its_part]
                    file.seek(part * surveyor.PART_BYTES if self.starts is None else self.starts[part])
                for _ in range(number - 1 - behind):
                    file.readline()
                behind = number
                yield file.readline()


@dataclass(frozen=True)
class Alphabet:
    """What is known of a file's characters: whether all are ASCII, and which ASCII signs are nowhere in it."""

    is_ascii: bool = False
    absent: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Survey:
    """A file's SHA-256 in hexadecimal (None: not wanted), where its lines begin, and its characters.

    Of a file whose lines nobody wanted the alphabet is not known, and its lines are looked for when asked for.
    """

    path: Path
    sha256: str | None
    told: surveyor.Told | None = field(repr=False)

    @cached_property
    def lines(self) -> LineIndex:
        """Where the lines begin."""
        return _line_index(self.path, self.told or surveyor.survey(str(self.path), signs=b""))

    @cached_property
    def alphabet(self) -> Alphabet:
        """What is known of the characters."""
        if self.told is None:
            return Alphabet()
        _, _, _, is_ascii, absent, _ = self.told
        return Alphabet(is_ascii, frozenset(absent.decode("ascii")))


def is_plain_text(path: Path) -> bool:
    """Whether a file begins as delimited text does, which is scanned where it lies."""
    try:
        # To open a pipe waits for whoever writes into it.
        if not path.is_file():
            return False
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
    except (OSError, ValueError):
        return False
    return b"\0" not in head and not head.lstrip().startswith((b"<", b"{", b"["))


def start_survey(path: Path, *, digest: bool = True, lines: bool = True) -> Future[Survey]:
    """Begin to read a file: with `digest` to hash it, with `lines` to look for its lines and characters.

    A large one is read in a process of its own, and hashed in another: in a thread each search of a part would hold up
    the import of the engine, which takes as long.
    """
    if _size(path) < _LEAST_BYTES_OF_PROCESS:
        return start_beside(_survey, path, digest=digest, lines=lines)
    surveying = start_surveyor("survey", path) if lines else None
    return start_beside(_gathered, path, surveying, start_surveyor("digest", path) if digest else None)


def _size(path: Path) -> int:
    """The file's size in bytes, 0 where none can be looked up: the survey, when asked, says why."""
    try:
        return path.stat().st_size if path.is_file() else 0
    except (OSError, ValueError):
        return 0


def start_index(path: Path) -> Future[LineIndex]:
    """Begin to count a file's lines, in a thread."""
    return start_beside(_index, path)


def _survey(path: Path, *, digest: bool, lines: bool) -> Survey:
    if not lines:
        return Survey(path, surveyor.digest(str(path)) if digest else None, None)
    hashed = hashlib.sha256() if digest else None
    told = surveyor.survey(str(path), seen=hashed.update if hashed else None)
    return Survey(path, hashed.hexdigest() if hashed else None, told)


def _gathered(path: Path, surveying: Surveyor | None, hashing: Surveyor | None) -> Survey:
    """What the processes tell; what one cannot, such as in a Python within another program, is read here."""
    told = None if surveying is None else surveying.told() or surveyor.survey(str(path))
    sha256 = None if hashing is None else hashing.told() or surveyor.digest(str(path))
    return Survey(path, sha256, told)


def _index(path: Path) -> LineIndex:
    return _line_index(path, surveyor.survey(str(path), signs=b""))


def _line_index(path: Path, told: surveyor.Told) -> LineIndex:
    before, feeds, ended, _, _, alone = told
    return LineIndex(path, array("Q", before), feeds + (not ended), alone)
