"""Everything that folders keep, for another storage to take over, and the other way round."""

import os
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path

from feedscript.adapters._flock import is_locked
from feedscript.adapters.files.activity_log import FileActivityLog
from feedscript.adapters.files.audit import verify
from feedscript.adapters.files.claimed_places import FilePlaces
from feedscript.adapters.files.documents import job_to_bytes
from feedscript.adapters.files.fsio import Disk
from feedscript.adapters.files.job_files import SEALED
from feedscript.adapters.files.keys import FileKeys
from feedscript.adapters.files.repository import FileJobRepository
from feedscript.adapters.files.segments import Segments, lines
from feedscript.adapters.holdings import KeptLetters
from feedscript.adapters.trail.chain import Trail
from feedscript.adapters.trail.digests import FOLDER, digest_name
from feedscript.domain import Job
from feedscript.ports.errors import StorageBroken, UnreadableJob

PIECE = 1024 * 1024


class FileHoldings:
    """What the folders keep (`feedscript.adapters.holdings`).

    `leader` is the lock of the process that runs the scripts: where it is free, no service is at work. What is put into
    folders stays where a move is cut off; the next one refuses them then.
    """

    def __init__(
        self,
        jobs: Path,
        activities: Path,
        disk: Disk,
        *,
        leader: Path,
        letters: KeptLetters,
        keys: Sequence[bytes],
    ) -> None:
        self._disk = disk
        self._trail = activities
        self._audit_keys = keys
        self._leader = leader
        self._repository = FileJobRepository(jobs, FileActivityLog(activities, disk), disk)
        self._places = self._repository.places
        self.places = FilePlaces(jobs, disk)
        self.letters = letters
        self.keys = FileKeys(jobs, disk)

    def need_idle(self) -> None:
        """Try the leader's lock, and finish what a crash has cut off."""
        if is_locked(self._leader):
            raise StorageBroken(str(self._leader), "the service is at work; stop it, and repeat this")
        quarantined = sorted(self._places.quarantine.glob("*.json"))
        if quarantined:
            raise StorageBroken(
                str(self._places.quarantine),
                f"{quarantined[0].name} cannot be read; mend it, or take it away",
            )
        self._open()

    def need_empty(self) -> None:
        """Look for a job and an entry."""
        if next(self._repository.ids(), None) is not None:
            raise StorageBroken(str(self._places.root), "holds jobs; only empty folders take over")
        if any(segment.stat().st_size for segment in Segments(self._trail).listed()):
            raise StorageBroken(str(self._trail), "holds a trail; only empty folders take over")

    def verify(self, *, expect_head: str | None = None) -> Trail:
        """Walk along the trail."""
        return verify(self._trail, expect_head=expect_head, keys=self._audit_keys, disk=self._disk)

    def days(self) -> Iterator[tuple[date, Iterator[bytes]]]:
        """Read the segments one after the other."""
        segments = Segments(self._trail)
        for segment in segments.listed():
            if segment.stat().st_size:
                yield segments.date_of(segment), lines(segment)

    def digests(self) -> Iterator[tuple[date, bytes]]:
        """Read the digests; the trail has been verified, so each is a day's."""
        for path in sorted((self._trail / FOLDER).glob("*.json")):
            yield date.fromisoformat(path.stem), path.read_bytes()

    def jobs(self) -> Iterator[tuple[Job, bool]]:
        """Read the jobs' files."""
        marked = self._open()
        for job_id in self._repository.ids():
            job = self._repository.get(job_id)
            if job is None:
                raise UnreadableJob(job_id, "its file is gone")
            yield job, job_id in marked

    def put_day(self, day: date, lines: Iterable[bytes]) -> None:
        """Write the day's segment."""
        segment = self._trail / f"{day:%Y/%m/%d}.jsonl"
        descriptor = self._disk.open_append(segment)
        try:
            text = bytearray()
            for line in lines:
                text += line + b"\n"
                if len(text) >= PIECE:
                    self._disk.append(descriptor, bytes(text), segment)
                    text.clear()
            self._disk.append(descriptor, bytes(text), segment)
            self._disk.sync(descriptor, segment)
        finally:
            os.close(descriptor)
        self._disk.sync_folder(segment.parent)

    def put_digest(self, day: date, digest: bytes) -> None:
        """Write the digest's file."""
        self._disk.create(self._trail / digest_name(day), digest)

    def put_jobs(self, jobs: Sequence[tuple[Job, bool]]) -> None:
        """Write the jobs' files, marks and references."""
        for job, is_open in jobs:
            path = self._places.document(job.id)
            if path is None:
                raise UnreadableJob(job.id, "not a UUIDv7: files are named by their day")
            error = self._disk.put_in_place(
                self._disk.stage(path, job_to_bytes(job, []), mode=SEALED, durable=False)
            )
            if error is not None:
                raise error
            if is_open:
                self._disk.mark(self._places.mark(job.id), self._places.blank)
            if job.reference is not None:
                self._disk.point(self._places.claim(job.affiliate_merchant_id, job.reference), job.id)

    def finish(self) -> None:
        """Sync the file system."""
        self._disk.sync_file_system(self._places.root)

    def close(self) -> None:
        """Let go of the journal and the index."""
        self._repository.close()

    def _open(self) -> frozenset[str]:
        return frozenset(self._repository.open_jobs())
