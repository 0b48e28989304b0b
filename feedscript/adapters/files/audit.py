"""Whether the audit trail is whole: the chain of its lines, and the digests of its days.

The chain shows that a line was changed, removed, added or moved; only a head or a digest that is kept elsewhere shows
that the end was cut off, or everything written anew.
"""

from collections.abc import Sequence
from pathlib import Path

from feedscript.adapters.files.digests import check_digests
from feedscript.adapters.files.fsio import Disk
from feedscript.adapters.files.segments import DAMAGE, Segments, opened
from feedscript.adapters.trail.chain import Tampered, Trail, Walk


def verify(
    root: Path, *, expect_head: str | None = None, keys: Sequence[bytes] = (), disk: Disk | None = None
) -> Trail:
    """Walk the whole chain, and check the digests; raises `Tampered` for the first fault.

    `expect_head` is an earlier answer's head (`<sequence>:<hash>`): the trail must still hold that line. `keys` are
    those that digests were signed with. With `disk` the trail's end is made durable first, so that no power cut takes
    back the head that is answered.
    """
    segments = Segments(root)
    walk, torn = Walk(expect_head), False
    listed = segments.listed()
    if disk is not None and listed:
        disk.sync_file(listed[-1])
    ends: dict[str, tuple[int, str]] = {}
    for segment in listed:
        try:
            torn = _walk_segment(segments, segment, walk, last=segment == listed[-1])
        except DAMAGE as error:
            raise Tampered(segments.name_of(segment), 0, f"cannot be unpacked: {error}") from error
        ends[segments.day_of(segment)] = (walk.sequence, walk.hash)
    walk.end(segments.name_of(listed[-1]) if listed else ".")
    signed, unsigned = check_digests(segments, ends, keys)
    return walk.trail(segments=len(listed), torn=torn, signed=signed, unsigned=unsigned)


def _walk_segment(segments: Segments, segment: Path, walk: Walk, *, last: bool) -> bool:
    """Walk along a segment; answers whether its last line has no end."""
    name = segments.name_of(segment)
    with opened(segment) as file:
        for number, line in enumerate(file, start=1):
            if not line.endswith(b"\n"):
                if not last:
                    raise Tampered(name, number, "the line has no end, though later days follow")
                return True
            walk.take(line[:-1], name, number)
    return False
