"""Whether the audit trail is whole: the chain of its lines, and the digests of its days.

The chain shows that a line was changed, removed, added or moved; only a head or a digest that is kept elsewhere shows
that the end was cut off, or everything written anew.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from feedscript.adapters.files.chain import GENESIS, Tampered, line_hash
from feedscript.adapters.files.digests import check_digests
from feedscript.adapters.files.fsio import Disk
from feedscript.adapters.files.segments import DAMAGE, Segments, opened


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
class _Walk:
    """How far the walk along the chain has come."""

    sequence: int = 0
    hash: str = GENESIS
    torn: bool = False
    repaired: int = 0
    expected_head_seen: bool = False


def verify(
    root: Path, *, expect_head: str | None = None, keys: Sequence[bytes] = (), disk: Disk | None = None
) -> Trail:
    """Walk the whole chain, and check the digests; raises `Tampered` for the first fault.

    `expect_head` is an earlier answer's head (`<sequence>:<hash>`): the trail must still hold that line. `keys` are
    those that digests were signed with. With `disk` the trail's end is made durable first, so that no power cut takes
    back the head that is answered.
    """
    segments = Segments(root)
    walk = _Walk(expected_head_seen=expect_head in (None, f"0:{GENESIS}"))
    listed = segments.listed()
    if disk is not None and listed:
        disk.sync_file(listed[-1])
    ends: dict[str, tuple[int, str]] = {}
    for segment in listed:
        try:
            _walk_segment(segments, segment, walk, expect_head, last=segment == listed[-1])
        except DAMAGE as error:
            raise Tampered(segments.name_of(segment), 0, f"cannot be unpacked: {error}") from error
        ends[segments.day_of(segment)] = (walk.sequence, walk.hash)
    if not walk.expected_head_seen:
        name = segments.name_of(listed[-1]) if listed else "."
        raise Tampered(name, 0, f"the trail ends at {walk.sequence} without the expected head {expect_head}")
    signed, unsigned = check_digests(segments, ends, keys)
    return Trail(
        segments=len(listed),
        entries=walk.sequence,
        head=f"{walk.sequence}:{walk.hash}",
        torn=walk.torn,
        repaired=walk.repaired,
        signed=signed,
        unsigned=unsigned,
    )


def _walk_segment(
    segments: Segments, segment: Path, walk: _Walk, expect_head: str | None, *, last: bool
) -> None:
    name = segments.name_of(segment)
    for number, line in _numbered_lines(segment):
        if not line.endswith(b"\n"):
            if not last:
                raise Tampered(name, number, "the line has no end, though later days follow")
            walk.torn = True
            return
        entry = _entry(line[:-1], name, number)
        if entry.get("sequence") != walk.sequence + 1 or entry.get("previoushash") != walk.hash:
            raise Tampered(name, number, _break_in(entry, walk))
        walk.sequence, walk.hash = walk.sequence + 1, line_hash(line[:-1])
        walk.repaired += entry.get("type") == "feedscript.audit.repaired"
        if expect_head == f"{walk.sequence}:{walk.hash}":
            walk.expected_head_seen = True


def _numbered_lines(segment: Path) -> Iterator[tuple[int, bytes]]:
    with opened(segment) as file:
        yield from enumerate(file, start=1)


def _entry(line: bytes, name: str, number: int) -> dict[str, Any]:
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise Tampered(name, number, f"not JSON: {error}") from error
    if not isinstance(entry, dict):
        raise Tampered(name, number, "not a JSON object")
    return entry


def _break_in(entry: dict[str, Any], walk: _Walk) -> str:
    found, expected = entry.get("sequence"), walk.sequence + 1
    if found != expected:
        return f"sequence {found} where {expected} was due: lines were removed, added or moved"
    return f"entry {found} does not follow from the one before it: one of the two was changed"
