"""`ReadingAhead`: a feed is scanned while it is still being staged."""

from collections.abc import Callable
from dataclasses import dataclass, field

from feedscript.feeds.profiles import Profile
from feedscript.feeds.profiles.header import Header, read_header
from feedscript.feeds.readers.staged import Staged
from feedscript.feeds.scanning import Scan


@dataclass
class ReadingAhead:
    """The scan that goes along with the staging, as its `Follower`.

    `new_scan` makes one of a file of which there is more than its first items, and so is worth planning for.
    """

    profile: Profile
    new_scan: Callable[[Staged, Header], Scan]
    _begun: Scan | None = field(default=None, init=False)

    def begin(self, staged: Staged) -> None:
        """Begin to scan what is still being staged, but for what lacks a column that it must have."""
        header = read_header(self.profile, staged.columns)
        if not any(header.missing()):
            self._begun = self.new_scan(staged, header)
            self._begun.begin()

    def grown(self) -> None:
        """Go on behind what is staged by now."""
        if self._begun is not None:
            self._begun.grown()

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
