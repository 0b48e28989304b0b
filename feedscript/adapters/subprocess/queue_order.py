"""Who is next, as the process that leads writes it down from time to time for all others."""

import json
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path

from feedscript.adapters.subprocess.fair_queue import Ticket

logger = logging.getLogger(__name__)

_Place = tuple[str, int]
_Stamp = tuple[int, int]


class QueueOrder:
    """The beginning of the line, in a file that is replaced as it moves."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._written: Sequence[_Place] | None = None
        self._read: tuple[_Stamp | None, Mapping[_Place, int]] = (None, {})

    def write(self, tickets: Sequence[Ticket]) -> None:
        """Write down who is next, if that has changed."""
        order = [(ticket.job_id, ticket.attempt) for ticket in tickets]
        if order == self._written:
            return
        temporary = self._path.with_suffix(".tmp")
        try:
            temporary.write_text(json.dumps(order))
            temporary.rename(self._path)
        except OSError as error:
            logger.warning("who is next is not told to the other processes: %s", error)
        else:
            self._written = order

    def position(self, job_id: str, attempt: int) -> int | None:
        """Which one in the line the attempt is, counted from 1; None where that is not written down."""
        return self._places().get((job_id, attempt))

    def _places(self) -> Mapping[_Place, int]:
        try:
            found = self._path.stat()
            stamp = (found.st_mtime_ns, found.st_ino)
            if stamp != self._read[0]:
                order = json.loads(self._path.read_bytes())
                self._read = stamp, {(job_id, n): place for place, (job_id, n) in enumerate(order, start=1)}
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, TypeError) as error:
            logger.warning("who is next cannot be read: %s", error)
            return {}
        return self._read[1]
