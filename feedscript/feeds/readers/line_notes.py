"""Where the lines of a file begin, noted while it is written, so that nobody has to look for them afterwards."""

from array import array
from pathlib import Path

from feedscript.feeds.readers.survey import LineIndex
from feedscript.feeds.readers.surveyor import PART_BYTES


class LineNotes:
    """What is known of the lines of what was written so far."""

    def __init__(self) -> None:
        self._before = array("Q", [0])
        self._starts = array("Q", [0])
        self._written = self._feeds = 0

    def note(self, size: int, feeds: int) -> None:
        """Note that so many bytes were written behind the others, with so many line feeds, which end with one."""
        if self._written >= self._starts[-1] + PART_BYTES:
            self._before.append(self._feeds)
            self._starts.append(self._written)
        self._written += size
        self._feeds += feeds

    def index(self, path: Path) -> LineIndex:
        """The lines of the file, of which there is no more than was noted."""
        return LineIndex(path, self._before, self._feeds, starts=self._starts)
