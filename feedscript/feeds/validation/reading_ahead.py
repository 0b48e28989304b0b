"""`ReadingAhead`: a feed is scanned while it is still being staged, or instead of that."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

import duckdb

from feedscript.feeds.profiles import Profile
from feedscript.feeds.profiles.header import Header, read_header
from feedscript.feeds.readers.staged import Staged
from feedscript.feeds.scanning import Scan


@dataclass
class ReadingAhead:
    """The scan that goes along with the staging, as its `Follower`.

    `new_scan` makes one of a file of which there is more than its first items, and so is worth planning for. `bounded`
    ends a scan within the limit of time, and tells how far it is.
    """

    profile: Profile
    new_scan: Callable[[Staged, Header], Scan]
    bounded: Callable[[Scan], AbstractContextManager[None]]
    _begun: Scan | None = field(default=None, init=False)

    def begin(self, staged: Staged) -> None:
        """Begin to scan what is still being staged, but for what lacks a column that it must have."""
        scan = self._scan(staged)
        if scan is not None:
            scan.begin()
            self._begun = scan

    def grown(self) -> None:
        """Go on behind what is staged by now."""
        if self._begun is not None:
            self._begun.grown()

    def scanned(self, staged: Staged) -> bool:
        """Scan items where they lie; whether that was done, and found nothing that has to be read as text."""
        scan = self._scan(staged)
        if scan is None:
            return False
        try:
            with self.bounded(scan):
                scan.begin()
        except duckdb.Error:
            return False
        self._begun = scan
        return True

    def _scan(self, staged: Staged) -> Scan | None:
        """A scan to begin; None of what lacks a column that it must have, of which other things are told."""
        header = read_header(self.profile, staged.columns)
        return None if any(header.missing()) else self.new_scan(staged, header)

    def scan_of(self, staged: Staged) -> Scan | None:
        """The scan that was begun, if it is one of this file; what is one of another is given up."""
        begun = self._begun
        if begun is not None and (begun.staged.path, begun.staged.columns) == (staged.path, staged.columns):
            begun.staged = staged
            return begun
        self.stop()
        return None

    def stop(self) -> None:
        """Give up what was begun, if it goes on."""
        if self._begun is not None:
            self._begun.stop()
