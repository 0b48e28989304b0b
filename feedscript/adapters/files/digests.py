"""The digests of the finished days (`feedscript.adapters.trail.digests`) as files: `digests/YYYY-MM-DD.json`."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from feedscript.adapters._flock import locked
from feedscript.adapters.files.fsio import Disk
from feedscript.adapters.files.segments import BLOCK, Segments, lines_backwards, opened
from feedscript.adapters.trail import digests
from feedscript.adapters.trail.chain import line_hash
from feedscript.adapters.trail.digests import FOLDER, DayHeld, due_digests


def write_digests(root: Path, disk: Disk, *, key: bytes | None = None) -> list[Path]:
    """Write the digests of finished days that have none yet; answers the files made, oldest first."""
    segments = Segments(root)
    with locked(root / ".digests-lock"):
        days = {segments.date_of(each): each for each in segments.listed() if each.stat().st_size}
        if not days:
            return []
        made = []
        for day, digest in due_digests(
            min(days),
            max(days),
            known=lambda day: _known(_path(root, day)),
            held=lambda day: _held(days[day]) if day in days else None,
            key=key,
        ):
            disk.create(_path(root, day), digest)
            made.append(_path(root, day))
        return made


def check_digests(
    segments: Segments, ends: Mapping[str, tuple[int, str]], keys: Sequence[bytes]
) -> tuple[int, int]:
    """Compare the digests with the days, whose last sequence number and hash are `ends`.

    Answers how many bear one of the keys' signatures, and how many do not; raises `Tampered`.
    """
    held = {segments.date_of(path): path for path in segments.listed() if path.stat().st_size}
    return digests.check_digests(
        (
            (f"{FOLDER}/{path.name}", path.read_bytes())
            for path in sorted((segments.root / FOLDER).glob("*.json"))
        ),
        first=min(held, default=None),
        ends={day: ends[segments.day_of(path)] for day, path in held.items()},
        held=lambda day: _held(held[day]),
        keys=keys,
    )


def _held(segment: Path) -> DayHeld:
    digest, size = hashlib.sha256(), 0
    with opened(segment) as file:
        while block := file.read(BLOCK):
            digest.update(block)
            size += len(block)
    _, line = next(lines_backwards(segment))
    return DayHeld(size, digest.hexdigest(), json.loads(line)["sequence"], line_hash(line))


def _known(path: Path) -> bytes | None:
    return path.read_bytes() if path.exists() else None


def _path(root: Path, day: date) -> Path:
    return root / digests.digest_name(day)
