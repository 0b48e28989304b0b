"""Jobs as JSON files: `jobs/YYYY/MM/DD/<id>.json`, one each, in the folder that the id's own time gives.

A commit is one rename: the file carries the job's new state and the activities that tell of it. The activities are
then appended to the log, and the file is made read-only: *sealed*. A file that is not sealed is one whose append a
crash cut off; whoever next commits the job, or lists the open ones, finishes it.

`open/<id>` names every job that is not settled, `references/` holds a symbolic link per caller's reference, and
`locks/` the lock files. Nothing here is a cache: all of it is the truth.
"""

import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from feedscript.adapters._flock import locked
from feedscript.adapters.files.activity_log import FileActivityLog
from feedscript.adapters.files.documents import job_from_bytes, job_to_bytes
from feedscript.adapters.files.fsio import Disk
from feedscript.adapters.files.places import JOB_ID, JobPlaces
from feedscript.domain import Activity, Job
from feedscript.ports.errors import BadCursor, UnreadableJob, VersionConflict
from feedscript.ports.repository import JobFilter, JobPage

logger = logging.getLogger(__name__)

SEALED, UNSEALED = 0o400, 0o600


class FileJobRepository:
    """A `JobRepository` over a folder that any number of processes of one machine may share."""

    def __init__(self, root: Path, log: FileActivityLog, disk: Disk) -> None:
        self._places = JobPlaces(root)
        self._log = log
        self._disk = disk
        for folder in (
            self._places.open,
            self._places.references,
            self._places.locks,
            self._places.quarantine,
        ):
            disk.make_folder(folder)

    def claim(self, affiliate_merchant_id: str, reference: str, job_id: str) -> str:
        """Reserve the reference by making a symbolic link: the file system lets one of many racers win."""
        path = self._places.claim(affiliate_merchant_id, reference)
        self._disk.point(path, job_id)
        return path.readlink().name

    def get(self, job_id: str) -> Job | None:
        """Read the job's file; an unreadable one goes to `quarantine/`, as it is."""
        stored = self._read(job_id)
        return stored[0] if stored else None

    def commit(self, job: Job, activities: Sequence[Activity]) -> None:
        """Write under the job's lock, append to the log, seal."""
        path = self._places.document(job.id)
        if path is None:
            raise ValueError(f"not a UUIDv7: {job.id}")
        with self._lock(job.id):
            stored = self._read(job.id)
            found = stored[0].version if stored else 0
            if found != job.version - 1:
                raise VersionConflict(job.id, job.version - 1, found)
            if stored is None:
                self._disk.need_room(self._places.root)
            self._finish_append(path, stored)
            names = self._announce(job, new=stored is None)
            self._disk.replace(path, job_to_bytes(job, activities), mode=UNSEALED, after=names)
            self._log.append(activities)
            self._disk.set_mode(path, SEALED)

    def settle(self, job_id: str) -> None:
        """Remove the name from `open/`, unless somebody has started the job again meanwhile."""
        with self._lock(job_id):
            stored = self._read(job_id)
            if stored is None or stored[0].settled:
                self._disk.remove(self._places.mark(job_id))

    def open_jobs(self) -> Iterable[str]:
        """List `open/`; a job whose append was cut off is finished on the way."""
        for job_id in sorted(entry.name for entry in self._places.open.iterdir()):
            path = self._places.document(job_id)
            if path is None:
                logger.warning("%s is no job's name; left alone", self._places.mark(job_id))
                continue
            self._repair(job_id, path)
            yield job_id

    def page(self, wanted: JobFilter, *, limit: int, cursor: str | None = None) -> JobPage:
        """Walk the days from the newest back; the cursor is the id of the last job shown."""
        if cursor is not None and not JOB_ID.fullmatch(cursor):
            raise BadCursor("not a cursor of this service")
        jobs: list[Job] = []
        for job_id in self._ids_before(cursor):
            try:
                job = self.get(job_id)
            except UnreadableJob as error:
                logger.warning("left out of a listing: %s", error)
                continue
            if job is not None and wanted.matches(job):
                if len(jobs) == limit:
                    return JobPage(tuple(jobs), jobs[-1].id)
                jobs.append(job)
        return JobPage(tuple(jobs), None)

    def _lock(self, job_id: str) -> AbstractContextManager[None]:
        return locked(self._places.lock(job_id))

    # The steps of a commit

    def _read(self, job_id: str) -> tuple[Job, tuple[Activity, ...]] | None:
        path = self._places.document(job_id)
        if path is None:
            return None
        try:
            return job_from_bytes(path.read_bytes())
        except FileNotFoundError:
            self._refuse_quarantined(job_id)
            return None
        except ValueError as error:
            self._quarantine(job_id, path, str(error))
            raise UnreadableJob(job_id, str(error)) from error
        except OSError as error:
            raise UnreadableJob(job_id, error.strerror or str(error)) from error

    def _quarantine(self, job_id: str, path: Path, cause: str) -> None:
        logger.error("job %s is unreadable (%s); moved to %s", job_id, cause, self._places.quarantine)
        self._disk.move(path, self._places.quarantine / path.name)
        self._disk.remove(self._places.mark(job_id))

    def _refuse_quarantined(self, job_id: str) -> None:
        if (self._places.quarantine / f"{job_id}.json").exists():
            raise UnreadableJob(job_id, "in quarantine; mend the file and put it back")

    def _announce(self, job: Job, *, new: bool) -> list[Path]:
        """Make the open mark; answers the folders whose names must be durable before the job can be seen."""
        marked = not job.settled and self._disk.point(self._places.mark(job.id), job.id)
        names = [self._places.open] if marked or new else []
        if new and job.reference is not None:
            names.append(self._places.claim(job.affiliate_merchant_id, job.reference).parent)
        return names

    def _finish_append(self, path: Path, stored: tuple[Job, tuple[Activity, ...]] | None) -> None:
        if stored is not None and path.stat().st_mode & 0o777 != SEALED:
            self._log.append_missing(stored[1])

    def _repair(self, job_id: str, path: Path) -> None:
        try:
            if path.stat().st_mode & 0o777 == SEALED:
                return
        except FileNotFoundError:
            return
        with self._lock(job_id):
            try:
                self._finish_append(path, self._read(job_id))
            except (UnreadableJob, FileNotFoundError):
                return
            self._disk.set_mode(path, SEALED)

    # Listing

    def _ids_before(self, cursor: str | None) -> Iterator[str]:
        last = cursor and self._places.document(cursor)
        bound = last.parent if last else None
        for day in self._places.days():
            if bound is not None and day > bound:
                continue
            names = sorted((entry.stem for entry in day.glob("*.json")), reverse=True)
            yield from (name for name in names if cursor is None or name < cursor)
