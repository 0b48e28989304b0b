"""Where the chain of the audit trail (`feedscript.adapters.trail.chain`) ends in a file, torn or not."""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from feedscript.adapters.files.segments import DAMAGE, lines_backwards
from feedscript.adapters.trail.chain import GENESIS, chained_lines, line_hash
from feedscript.ports.errors import StorageBroken

WINDOW = 8 * 1024 * 1024
"""How far back a tear is looked for: more than all processes together leave unsynced."""


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the chain: the segment, its size, and its last line's number and hash."""

    segment: Path
    size: int = 0
    sequence: int = 0
    hash: str = GENESIS


def chained(entries: Sequence[bytes], head: Head) -> tuple[bytes, Head]:
    """The entries (JSON objects) as lines that go on from the head, and the head after them."""
    lines, last = chained_lines(entries, head.sequence, head.hash)
    text = b"".join(line + b"\n" for line in lines)
    return text, Head(head.segment, head.size + len(text), head.sequence + len(lines), last)


def find_tear(descriptor: int) -> int | None:
    """The byte from which on a crash has torn the segment; None where it is whole.

    A write that was not synced may be cut off, or, in part or whole, be zeros; JSON has no zero byte.
    """
    size = os.fstat(descriptor).st_size
    tail = _tail(descriptor, size, WINDOW)
    zero = tail.find(b"\0")
    if zero == -1 and tail.endswith(b"\n"):
        return None
    begin = tail.rfind(b"\n", 0, len(tail) if zero == -1 else zero) + 1
    return size - len(tail) + begin


def head_after(known: Head, descriptor: int, size: int) -> Head | None:
    """The head after what others have added to a segment whose head was known; None where that is torn."""
    added = os.pread(descriptor, size - known.size, known.size)
    if len(added) < size - known.size or b"\0" in added or not added.endswith(b"\n"):
        return None
    return _head_at(known.segment, size, added[:-1].rpartition(b"\n")[2])


def head_of(segment: Path, descriptor: int) -> Head:
    """The head that the segment's last line tells; raises `StorageBroken` where that line is no entry."""
    size = os.fstat(descriptor).st_size
    if size == 0:
        return Head(segment)
    return _head_at(segment, size, _tail(descriptor, size, 4096)[:-1].rpartition(b"\n")[2])


def end_of(earlier: Path, segment: Path) -> Head:
    """The head with which a segment begins that follows a finished one, packed or not."""
    try:
        _, last = next(lines_backwards(earlier))
    except DAMAGE as error:
        raise StorageBroken(
            str(earlier), f"cannot be unpacked ({error}); see what `feedscript audit verify` says"
        ) from error
    return Head(segment, 0, int(json.loads(last)["sequence"]), line_hash(last))


def _head_at(segment: Path, size: int, last: bytes) -> Head:
    try:
        document: Any = json.loads(last)
        return Head(segment, size, int(document["sequence"]), line_hash(last))
    except (ValueError, KeyError, TypeError) as error:
        cause = "the last line is no entry of this trail; see what `feedscript audit verify` says"
        raise StorageBroken(str(segment), cause) from error


def _tail(descriptor: int, size: int, length: int) -> bytes:
    """At least the last line, whole, and what is before it."""
    while True:
        length = min(length, size)
        tail = os.pread(descriptor, length, size - length)
        if length == size or b"\n" in tail[:-1]:
            return tail
        length *= 4
