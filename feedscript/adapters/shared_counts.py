"""Counts that several processes of one machine share, for the `limits` library: a small file instead of a server.

The file is a table of slots: what is counted (hashed), until when, and how often. A lock is held for the few
microseconds of a count. Nothing of it needs to last: what a crash tears, or a new start forgets, is a few counts.
It is read and written, not mapped: where a disk is full, a page of a mapped file would end the process.
"""

import fcntl
import hashlib
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from math import floor
from pathlib import Path
from struct import Struct
from typing import NamedTuple

from limits.storage import SlidingWindowCounterSupport, Storage
from limits.storage.base import TimestampedSlidingWindow

SLOT = Struct("<16sdQ")
WAYS = 8
BUCKET_BYTES = WAYS * SLOT.size
BUCKETS = 4096
NAME_BYTES = 16


class _Slot(NamedTuple):
    name: bytes
    until: float
    times: int
    at: int


class SharedCounts(Storage, SlidingWindowCounterSupport, TimestampedSlidingWindow):
    """A `limits` storage in the file `path`, which is made where it is missing.

    Of names that meet in one bucket the one that was counted least makes room: whoever calls most is forgotten last.
    """

    STORAGE_SCHEME = None

    def __init__(self, path: Path) -> None:
        super().__init__()
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        self._turn = threading.Lock()

    @property
    def base_exceptions(self) -> type[Exception]:
        """What goes wrong with a file."""
        return OSError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count; answers how often by now. What is counted first after `expiry` seconds begins anew."""
        with self._locked():
            return self._add(key, expiry, amount)

    def get(self, key: str) -> int:
        """How often it was counted."""
        found = self._live(key, time.time())
        return found.times if found else 0

    def get_expiry(self, key: str) -> float:
        """When the count begins anew, in seconds since 1970."""
        now = time.time()
        found = self._live(key, now)
        return found.until if found else now

    def check(self) -> bool:
        """Whether the file can be read."""
        os.pread(self._file, BUCKET_BYTES, 0)
        return True

    def reset(self) -> int | None:
        """Forget everything."""
        with self._locked():
            os.ftruncate(self._file, 0)
        return None

    def clear(self, key: str) -> None:
        """Forget a count."""
        with self._locked():
            found = self._live(key, time.time())
            if found:
                os.pwrite(self._file, bytes(SLOT.size), found.at)

    def acquire_sliding_window_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        """Count, if the window of `expiry` seconds that ends now has room; answers whether."""
        with self._locked():
            before, left, now, _ = self.get_sliding_window(key, expiry)
            if floor(before * left / expiry + now) + amount > limit:
                return False
            # The next window still looks back at this one.
            self._add(self.sliding_window_keys(key, expiry, time.time())[1], 2 * expiry, amount)
            return True

    def get_sliding_window(self, key: str, expiry: int) -> tuple[int, float, int, float]:
        """The counts of the last whole window and of this one, and for how long each still matters."""
        now = time.time()
        before, here = (self._live(name, now) for name in self.sliding_window_keys(key, expiry, now))
        gone = now % expiry
        counted = before.times if before else 0
        return counted, expiry - gone if counted else 0.0, here.times if here else 0, 2 * expiry - gone

    def clear_sliding_window(self, key: str, expiry: int) -> None:
        """Forget the counts of both windows."""
        for name in self.sliding_window_keys(key, expiry, time.time()):
            self.clear(name)

    def _add(self, key: str, expiry: int, amount: int) -> int:
        now = time.time()
        found = self._live(key, now)
        if found is None:
            gone = [slot for slot in self._bucket(key) if slot.until <= now]
            room = gone[0] if gone else min(self._bucket(key), key=lambda slot: slot.times)
            found = _Slot(_name_of(key), now + expiry, 0, room.at)
        times = found.times + amount
        os.pwrite(self._file, SLOT.pack(found.name, found.until, times), found.at)
        return times

    def _live(self, key: str, now: float) -> _Slot | None:
        name = _name_of(key)
        return next((slot for slot in self._bucket(key) if slot.name == name and slot.until > now), None)

    def _bucket(self, key: str) -> list[_Slot]:
        start = int.from_bytes(_name_of(key)[:4], "little") % BUCKETS * BUCKET_BYTES
        data = os.pread(self._file, BUCKET_BYTES, start).ljust(BUCKET_BYTES, b"\0")
        slots = enumerate(SLOT.iter_unpack(data))
        return [_Slot(name, until, times, start + n * SLOT.size) for n, (name, until, times) in slots]

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with self._turn:
            fcntl.flock(self._file, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.flock(self._file, fcntl.LOCK_UN)


def _name_of(key: str) -> bytes:
    return hashlib.blake2b(key.encode(errors="replace"), digest_size=NAME_BYTES).digest()
