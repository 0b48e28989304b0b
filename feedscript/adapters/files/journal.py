"""What is committed and may not be in its place durably yet: `jobs/journal/`, a file a process.

A commit is durable once it is in the journal of its process, with one fsync for all that commit at the same time; its
file, its names and its lines on the trail are then written without any. A journal that is full is put aside: the file
systems are synced, and it is removed. This is a redo log (Mohan et al., "ARIES", TODS 17:1, 1992).

It is written over zeros that are there already: then only data is synced, and a journalling file system's own journal,
which everybody who makes a name would wait for, is left alone.

What a process that dies has written stays with the kernel, so its journal is then needed no more than a full one. Only
a machine that goes down takes back what was not synced; the boot's id, which each journal begins with, tells whether
one has. Then whoever comes up first writes what the journals hold, before anybody looks at it.
"""

import logging
import os
import re
import secrets
import threading
import time
import weakref
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from feedscript.adapters._flock import locked, try_lock
from feedscript.adapters.files.fsio import Disk
from feedscript.domain import FeedscriptError

logger = logging.getLogger(__name__)

FULL = 8 * 1024 * 1024
ROOM_AT_ONCE = 256 * 1024
REPLAY_PATIENCE = 600.0
SUFFIX = ".journal"
HEAD = re.compile(rb"feedscript journal 1 of boot (\S*)\n")
RECORD = re.compile(rb"([0-9a-f]{8}) ([0-9]{1,20} ([0-9]{1,12})\n)")


def in_thread(work: Callable[[], None]) -> None:
    """Have the work done beside everything else."""
    threading.Thread(target=work, name="feedscript-journal", daemon=True).start()


class _File:
    """A journal that is open here, and so locked for everybody else."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path = path
        self.descriptor = descriptor
        self.owner = os.getpid()
        self.size = 0
        self.room = 0
        """The bytes that are there: those from `size` on are zeros, to be written over."""
        weakref.finalize(self, os.close, descriptor)


class Journal:
    """The journal of this process, and those that others have left behind.

    `roots` are folders of the file systems that commits are written to; `full` is the number of bytes from which on a
    journal is put aside, `beside` runs that work.
    """

    def __init__(
        self,
        folder: Path,
        disk: Disk,
        *,
        roots: Sequence[Path],
        full: int = FULL,
        beside: Callable[[Callable[[], None]], None] = in_thread,
    ) -> None:
        self._folder = folder
        self._disk = disk
        self._roots = roots
        self._full = full
        self._beside = beside
        self._file: _File | None = None
        disk.make_folder(folder)

    def write(self, documents: Sequence[bytes]) -> None:
        """Make the documents durable; what was written before is in its place by now, though not durably.

        Called by one thread at a time.
        """
        file = self._open()
        text = b"".join(map(_record, documents))
        self._make_room(file, file.size + len(text))
        try:
            self._disk.overwrite(file.descriptor, text, file.size, file.path)
        except FeedscriptError:
            file.room = file.size
            raise
        file.size += len(text)

    def recover(self, replay: Callable[[Sequence[bytes]], None]) -> None:
        """See to the journals of processes that are gone.

        `replay` is given the documents that the machine may have lost, oldest first, and has to put them in their
        places; they need not be durable there. Nobody else's call returns meanwhile. The journals are put aside beside
        what the caller does next.
        """
        with locked(self._lock, deadline=REPLAY_PATIENCE):
            try:
                left = self._left_behind()
                lost = sorted(record for file in left for record in self._lost_records(file))
                if lost:
                    logger.warning("the machine went down: %d changes are looked after", len(lost))
                    replay([document for _, document in lost])
            except OSError as error:
                raise self._disk.translated(error, self._folder) from error
        if left:
            self._beside(lambda: self._put_aside(left))

    def close(self) -> None:
        """Write no more; another process may see to it."""
        self._file = None

    @property
    def _lock(self) -> Path:
        return self._folder / ".lock"

    def _open(self) -> _File:
        file = self._file
        # A forked process shares its parent's open file, and would write into its journal.
        if file is not None and file.owner == os.getpid():
            if file.size < self._full:
                return file
            self._file = None
            self._beside(lambda: self._put_aside([file]))
        self._file = self._made()
        return self._file

    def _made(self) -> _File:
        path = self._folder / f"{secrets.token_hex(8)}{SUFFIX}"
        # Under the lock, so that nobody takes it for one that was left behind before it is locked.
        with locked(self._lock):
            file = _File(path, self._disk.open_new(path))
            try_lock(file.descriptor)
        head = b"feedscript journal 1 of boot %b\n" % self._disk.boot_id().encode()
        self._make_room(file, len(head))
        self._disk.overwrite(file.descriptor, head, 0, path)
        self._disk.sync_folder(self._folder)
        file.size = len(head)
        return file

    def _make_room(self, file: _File, size: int) -> None:
        if size > file.room:
            start, end = max(file.room, file.size), size + min(self._full, ROOM_AT_ONCE)
            # Where there is no room for zeros there may be for the record, which is as durable without.
            if self._disk.fill(file.descriptor, start, end - start, file.path):
                file.room = end

    def _left_behind(self) -> list[_File]:
        left = []
        for path in sorted(self._folder.glob(f"*{SUFFIX}")):
            with suppress(FileNotFoundError):
                file = _File(path, os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW))
                if try_lock(file.descriptor):
                    left.append(file)
        return left

    def _lost_records(self, file: _File) -> Iterator[tuple[int, bytes]]:
        data = file.path.read_bytes()
        head = HEAD.match(data)
        # Without its head nothing in it was ever acknowledged.
        if head is None or head[1].decode() == self._disk.boot_id():
            return
        at = head.end()
        while (record := RECORD.match(data, at)) is not None:
            document = data[record.end() : record.end() + int(record[3])]
            if _checksum(record[2], document) != record[1]:
                return
            yield int(record[2].split()[0]), document
            at = record.end() + len(document)

    def _put_aside(self, files: Sequence[_File]) -> None:
        """Make durable, in its place, whatever the journals hold, and remove them."""
        try:
            for root in self._roots:
                self._disk.sync_file_system(root)
            for file in files:
                self._disk.remove(file.path)
            self._disk.sync_folder(self._folder)
        except FeedscriptError as error:
            logger.error("the journals stay for now: %s", error)  # noqa: TRY400 - as it says


def _record(document: bytes) -> bytes:
    head = b"%d %d\n" % (time.time_ns(), len(document))
    return b"%b %b%b" % (_checksum(head, document), head, document)


def _checksum(head: bytes, document: bytes) -> bytes:
    return b"%08x" % zlib.crc32(document, zlib.crc32(head))
