"""Retention: days that are over, made small and still read by everything.

The jobs of a day go into one zip file (`day_zip`), its activities are compressed in place. Either is written beside,
fsynced, read back and compared, renamed, and its folder fsynced; only then is what it holds removed. So at whatever
step a crash comes, everything is there at least once, and the next run finishes what was begun.
"""

import gzip
import hashlib
import os
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from zipfile import ZipFile

from feedscript.adapters._flock import locked
from feedscript.adapters.files import day_zip
from feedscript.adapters.files.digests import write_digests
from feedscript.adapters.files.documents import job_from_bytes
from feedscript.adapters.files.fsio import Disk, Staged
from feedscript.adapters.files.job_files import SEALED, is_sealed
from feedscript.adapters.files.places import JobPlaces
from feedscript.adapters.files.segments import BLOCK, PACKED, Segments
from feedscript.ports.errors import StorageBroken

GZIP = 16 + zlib.MAX_WBITS


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivedDay:
    """What became of a day, `YYYY-MM-DD`: `count` jobs (1 for a segment of activities), sizes in bytes.

    `left` says why the day was left as it is; `after` is None where nothing was written.
    """

    day: str
    count: int
    before: int
    after: int | None = None
    left: str | None = None


class _Left(Exception):
    """The day is not to be archived."""


def archive_jobs(
    places: JobPlaces, disk: Disk, *, before: date, dry_run: bool = False
) -> Iterator[ArchivedDay]:
    """Move the jobs of each UTC day before that date into the day's archive, oldest day first.

    A day is moved when all of its jobs are settled. Raises `StorageBusy` where another run is at it, and what `Disk`
    raises.
    """
    days = [day for day in reversed(places.days()) if places.name_of(day) < before.isoformat()]
    if dry_run:
        yield from (found for day in days if (found := _looked_at(places, day)[0]).count)
        return
    disk.make_root(places.archive)
    with locked(places.archive / ".lock", deadline=0):
        for forgotten in places.archive.glob(".*.zip.*.tmp"):
            disk.remove(forgotten)
        for day in days:
            found, files = _looked_at(places, day)
            if found.left is None and files:
                try:
                    _archive(places, disk, day, files)
                    found = replace(found, after=places.archive_of(day).stat().st_size)
                except day_zip.DAMAGE as error:
                    found = replace(found, left=f"{places.archive_of(day)} is damaged: {error}")
            if found.count:
                yield found


def compress_activities(
    root: Path, disk: Disk, *, before: date, key: bytes | None = None, dry_run: bool = False
) -> Iterator[ArchivedDay]:
    """Compress the activities of each UTC day before that date, oldest first; their digests are written first.

    A day that no later one has followed yet is left: it has no digest. Raises `Tampered` for a broken digest.
    """
    segments = Segments(root)
    if dry_run:
        yield from (day for day, _ in _days_of(segments, before))
        return
    disk.make_root(root)
    with locked(root / ".archive-lock", deadline=0):
        for forgotten in root.glob("*/*/.*.gz.*.tmp"):
            disk.remove(forgotten)
        write_digests(root, disk, key=key)
        for day, segment in _days_of(segments, before):
            yield day if day.left else replace(day, after=_compress(segments, disk, segment))


# Jobs


def _looked_at(places: JobPlaces, day: Path) -> tuple[ArchivedDay, dict[str, bytes]]:
    """What the day holds, and the SHA-256 of each of its files by name."""
    files: dict[str, bytes] = {}
    size, left = 0, None
    paths = sorted(day.glob("*.json"))
    for path in paths:
        try:
            data = _settled(places, path)
        except _Left as reason:
            left = left or str(reason)
        else:
            files[path.name] = _sha256(data)
            size += len(data)
    return ArchivedDay(day=places.name_of(day), count=len(paths), before=size, left=left), files


def _settled(places: JobPlaces, path: Path) -> bytes:
    """The file's bytes; raises `_Left` where the job may still change by itself."""
    if places.document(path.stem) != path:
        raise _Left(f"{path} is no job of that day")
    try:
        with path.open("rb") as file:
            sealed = is_sealed(os.fstat(file.fileno()))
            data = file.read()
        job, _ = job_from_bytes(data)
    except (OSError, ValueError) as error:
        raise _Left(f"job {path.stem} cannot be read: {error}") from error
    if not sealed or not job.settled or os.path.lexists(places.mark(job.id)):
        raise _Left(f"job {job.id} is not settled")
    return data


def _archive(places: JobPlaces, disk: Disk, day: Path, files: dict[str, bytes]) -> None:
    path, held = places.archive_of(day), dict[str, bytes]()
    staged = disk.stage_pieces(path, day_zip.packed(_members(path, day, files, held)), mode=SEALED)
    _verify(disk, staged, lambda: _holds(staged.temporary, held))
    disk.publish(staged)
    for name in files:
        with locked(places.lock(name.removesuffix(".json"))):
            # A retry may have written the file anew since: then it stays, and counts.
            if _digest_of(day / name) == held.get(name):
                disk.remove(day / name)
    # The folder itself stays: other processes know it as one that is there.
    disk.sync_folder(day)


def _members(
    path: Path, day: Path, files: dict[str, bytes], held: dict[str, bytes]
) -> Iterator[tuple[str, bytes]]:
    """The files as they were looked at, and what the archive held before, by name; `held` is told the SHA-256s."""
    with ExitStack() as stack:
        earlier = stack.enter_context(ZipFile(path)) if path.exists() else None
        archived = set(earlier.namelist()) if earlier else set()
        for name in sorted(archived | files.keys()):
            data = _read(day / name) if name in files else None
            if earlier and name in archived and (data is None or _sha256(data) != files[name]):
                data = earlier.read(name)
            elif data is None or _sha256(data) != files[name]:
                continue
            held[name] = _sha256(data)
            yield name, data


def _holds(path: Path, held: dict[str, bytes]) -> bool:
    with ZipFile(path) as archive:
        return archive.namelist() == list(held) and all(
            _sha256(archive.read(name)) == digest for name, digest in held.items()
        )


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _digest_of(path: Path) -> bytes | None:
    data = _read(path)
    return None if data is None else _sha256(data)


# Activities


def _days_of(segments: Segments, before: date) -> list[tuple[ArchivedDay, Path]]:
    """The days that are not compressed yet, and their segments."""
    listed = segments.listed()
    sizes = {segment: segment.stat().st_size for segment in listed}
    newest = max((segments.day_of(segment) for segment in listed if sizes[segment]), default="")
    found = []
    for segment in listed:
        day = segments.day_of(segment)
        name = day.replace("/", "-")
        if name < before.isoformat() and segment.suffix != PACKED:
            left = None if day < newest else "no later day has begun, so it has no digest"
            found.append((ArchivedDay(day=name, count=1, before=sizes[segment], left=left), segment))
    return found


def _compress(segments: Segments, disk: Disk, segment: Path) -> int:
    """Compress a finished day; answers its size after."""
    target = segments.packed(segment)
    staged = disk.stage_pieces(target, _gzipped(segment))
    _verify(disk, staged, lambda: _same(segment, staged.temporary))
    # Whoever writes to the trail opens earlier days under these locks.
    with locked(segments.root / ".digests-lock"), locked(segments.root / ".lock"):
        disk.publish(staged)
        disk.remove(segment)
    disk.sync_folder(segment.parent)
    return target.stat().st_size


def _gzipped(segment: Path) -> Iterator[bytes]:
    packing = zlib.compressobj(wbits=GZIP)
    with segment.open("rb") as file:
        while block := file.read(BLOCK):
            yield packing.compress(block)
    yield packing.flush()


def _same(segment: Path, packed: Path) -> bool:
    with segment.open("rb") as before, gzip.open(packed) as after:
        while block := before.read(BLOCK):
            if after.read(len(block)) != block:
                return False
        return not after.read(1)


# Both


def _verify(disk: Disk, staged: Staged, holds: Callable[[], bool]) -> None:
    """Read back what was written; raises `StorageBroken` where it is not what was to be written."""
    try:
        whole = holds()
    except (OSError, *day_zip.DAMAGE):
        whole = False
    if not whole:
        disk.discard(staged)
        raise StorageBroken(str(staged.path), "what was written could not be read back; nothing was removed")


def _sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()
