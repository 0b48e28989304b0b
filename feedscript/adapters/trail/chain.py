"""The chain that holds the audit trail together: sequence numbers, and each line's hash in the next."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from feedscript.domain import FeedscriptError

GENESIS = "0" * 64


class Tampered(FeedscriptError):
    """The trail is not what was written: `file` is where, and `line` from 1 (0: the file as a whole)."""

    def __init__(self, file: str, line: int, what: str) -> None:
        self.file = file
        self.line = line
        self.what = what
        super().__init__(f"{file}:{line}: {what}" if line else f"{file}: {what}")


def line_hash(line: bytes) -> str:
    """The hash that the next line carries: SHA-256 of 0x00 and the exact line (the leaf hash of RFC 9162, 2.1.1)."""
    return hashlib.sha256(b"\0" + line).hexdigest()


def chained_lines(entries: Sequence[bytes], sequence: int, last: str) -> tuple[list[bytes], str]:
    """The entries (JSON objects) as lines that go on after a sequence number and a hash, and the last one's hash."""
    lines = []
    for entry in entries:
        sequence += 1
        line = entry[:-1] + f',"sequence":{sequence},"previoushash":"{last}"}}'.encode()
        last = line_hash(line)
        lines.append(line)
    return lines, last


@dataclass(frozen=True, slots=True, kw_only=True)
class Trail:
    """A trail that was found whole: what it holds, and its head, to be kept elsewhere for the next time.

    `torn` says that its last line has no end: it is being written, or a crash has torn it, and the next append cuts it
    off. `repaired` counts the tears that were. `signed` counts the finished days' digests whose signature one of
    the keys has made, `unsigned` the others.
    """

    segments: int
    entries: int
    head: str
    torn: bool
    repaired: int
    signed: int
    unsigned: int


@dataclass(slots=True)
class Walk:
    """How far a walk along the chain has come; it is to come by `expected_head` (`<sequence>:<hash>`), if any."""

    expected_head: str | None = None
    sequence: int = 0
    hash: str = GENESIS
    repaired: int = 0
    head_seen: bool = False

    def __post_init__(self) -> None:
        self.head_seen = self.expected_head in (None, self.head)

    @property
    def head(self) -> str:
        """Where it is: `<sequence>:<hash>`."""
        return f"{self.sequence}:{self.hash}"

    def take(self, line: bytes, name: str, number: int) -> None:
        """Go on to a line, which stands there; raises `Tampered` where it does not follow."""
        entry = _entry(line, name, number)
        if entry.get("sequence") != self.sequence + 1 or entry.get("previoushash") != self.hash:
            raise Tampered(name, number, self._break_in(entry))
        self.sequence, self.hash = self.sequence + 1, line_hash(line)
        self.repaired += entry.get("type") == "feedscript.audit.repaired"
        self.head_seen = self.head_seen or self.head == self.expected_head

    def end(self, name: str) -> None:
        """The trail ends here; raises `Tampered` where the expected head did not come."""
        if not self.head_seen:
            raise Tampered(
                name, 0, f"the trail ends at {self.sequence} without the expected head {self.expected_head}"
            )

    def trail(self, *, segments: int, torn: bool, signed: int, unsigned: int) -> Trail:
        """What has been walked along, as a whole trail."""
        return Trail(
            segments=segments,
            entries=self.sequence,
            head=self.head,
            torn=torn,
            repaired=self.repaired,
            signed=signed,
            unsigned=unsigned,
        )

    def _break_in(self, entry: dict[str, Any]) -> str:
        found, expected = entry.get("sequence"), self.sequence + 1
        if found != expected:
            return f"sequence {found} where {expected} was due: lines were removed, added or moved"
        return f"entry {found} does not follow from the one before it: one of the two was changed"


def _entry(line: bytes, name: str, number: int) -> dict[str, Any]:
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise Tampered(name, number, f"not JSON: {error}") from error
    if not isinstance(entry, dict):
        raise Tampered(name, number, "not a JSON object")
    return entry
