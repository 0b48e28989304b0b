"""Jobs as JSON files: `jobs/YYYY/MM/DD/<id>.json`, one each, in the folder that the id's own time gives.

A commit is durable with its record in the journal (`journal.py`), which is the job's new file: its state, and the
activities that tell of it. Then the file is put in its place, the activities are appended to the log, and the file is
made read-only: *sealed*. A file that is not sealed is one that is being committed, or whose commit a crash cut off;
whoever next opens the job, or lists the open ones, waits for the one and finishes the other. So everybody acts on, and
answers from, what is durable and told.

A day that is over may be moved into an archive (`archive.py`), where its jobs are read as before; a job that is retried
has a file again, which counts.

`open/<id>` is there for every job that is not settled: the name counts, and all are names of one empty file, since a
name costs less than a file. `references/` holds a symbolic link per caller's reference, and `locks/` the lock files.
But for `index/`, nothing here is a cache: all of it is the truth.
"""

import logging
import os
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from pathlib import Path

from feedscript.adapters._flock import locked
from feedscript.adapters._group import Group
from feedscript.adapters.files import day_zip
from feedscript.adapters.files.activity_log import FileActivityLog
from feedscript.adapters.files.documents import job_from_bytes, job_to_bytes
from feedscript.adapters.files.fsio import Disk, DiskError, Staged
from feedscript.adapters.files.job_files import SEALED, UNSEALED, JobFiles, StoredJob, is_sealed
from feedscript.adapters.files.job_index import JobIndex
from feedscript.adapters.files.journal import Journal
from feedscript.adapters.files.places import JOB_ID, JobPlaces
from feedscript.codec import activity_to_json
from feedscript.domain import Activity, FeedscriptError, Job
from feedscript.ports.errors import BadCursor, StorageBusy, StorageFull, UnreadableJob, VersionConflict
from feedscript.ports.repository import JobFilter, JobPage, JobRepository, version_before

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Commit:
    """A job's next file, staged, and the entries that it carries."""

    document: bytes
    staged: Staged
    entries: Sequence[bytes]


class FileJobRepository(JobRepository):
    """A `JobRepository` over a folder that any number of processes of one machine may share."""

    def __init__(
        self,
        root: Path,
        log: FileActivityLog,
        disk: Disk,
        *,
        journal: Callable[..., Journal] = Journal,
    ) -> None:
        self.places = places = JobPlaces(root)
        self._log = log
        self._disk = disk
        self._files = JobFiles()
        self._commits = Group(self._publish)
        disk.make_root(root)
        for folder in (places.open, places.references, places.locks, places.quarantine, places.index):
            disk.make_folder(folder)
        if not places.blank.exists():
            with suppress(StorageFull):  # marks are files of their own then
                disk.create(places.blank, b"")
        self._journal = journal(places.journal, disk, roots=(root, log.root))
        self._journal.recover(self._replay)
        self._index = JobIndex(places.index, log.root, read=self._peek, ids=lambda: self._ids_before(None))

    def claim(self, affiliate_merchant_id: str, reference: str, job_id: str) -> str:
        """Reserve the reference by making a symbolic link: the file system lets one of many racers win."""
        path = self.places.claim(affiliate_merchant_id, reference)
        return job_id if self._disk.point(path, job_id) else path.readlink().name

    def get(self, job_id: str) -> Job | None:
        """Read the job's file; an unreadable one goes to `quarantine/`, as it is."""
        stored = self._read(job_id)
        if stored is not None and not stored.sealed:
            self._finish_commit(job_id)
            stored = self._read(job_id)
        return stored.job if stored else None

    def commit(self, job: Job, activities: Sequence[Activity]) -> None:
        """Write under the job's lock, append to the log, seal; threads that commit at the same time do so together."""
        path = self.places.document(job.id)
        if path is None:
            raise ValueError(f"not a UUIDv7: {job.id}")
        self._disk.refuse_if_broken(path)
        with self._lock(job.id):
            stored = self._read(job.id) if job.version > 1 or self._is_kept(path) else None
            found = stored.job.version if stored else 0
            if found != (before := version_before(job, activities)):
                raise VersionConflict(job.id, before, found)
            if stored is None:
                self._disk.need_room(self.places.root)
            elif not stored.sealed:
                self._seal(path, stored)
            if stored is None or stored.job.settled:
                # Even where the change leaves it settled: more follows.
                self._disk.mark(self.places.mark(job.id), self.places.blank)
            entries = [activity_to_json(activity) for activity in activities]
            document = job_to_bytes(job, entries)
            staged = self._disk.stage(path, document, mode=UNSEALED, durable=False)
            self._commits.run(_Commit(document, staged, entries))
            self._files.written(path, document, job, tuple(activities))

    def settle(self, job_id: str) -> None:
        """Remove the name from `open/`, unless somebody has started the job again meanwhile."""
        with self._lock(job_id):
            stored = self._read(job_id)
            if stored is None or stored.job.settled:
                self._disk.remove(self.places.mark(job_id))

    def open_jobs(self, *, left_out: Container[str] = ()) -> Iterable[str]:
        """List `open/`; a commit that was cut off is finished on the way, and nothing holds up the others.

        Whoever looks after the open jobs also keeps the index near the trail, so that no listing has far to go.
        """
        self._index.catch_up()
        try:
            marked = sorted(name for name in os.listdir(self.places.open) if name not in left_out)  # noqa: PTH208 - no path is made for each
        except OSError as error:
            raise self._disk.translated(error, self.places.open) from error
        for job_id in marked:
            path = self.places.document(job_id)
            if path is None:
                logger.warning("%s is no job's name; left alone", self.places.mark(job_id))
            elif not _is_sealed(path) and not self._finish_commit(job_id):
                continue
            else:
                yield job_id

    def page(self, wanted: JobFilter, *, limit: int, cursor: str | None = None) -> JobPage:
        """Ask the index where to look, or walk the days from the newest back; the cursor is the last id shown.

        What is shown is what the files say now; of the index only the order of looking depends.
        """
        if cursor is not None and not JOB_ID.fullmatch(cursor):
            raise BadCursor("not a cursor of this service")
        found = (
            self._ids_indexed(wanted, cursor, limit) if self._index.catch_up() else self._ids_before(cursor)
        )
        jobs: list[Job] = []
        for job_id in found:
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

    # The steps of a commit

    def _lock(self, job_id: str) -> AbstractContextManager[None]:
        return locked(self.places.lock(job_id))

    def _read(self, job_id: str) -> StoredJob | None:
        path = self.places.document(job_id)
        if path is None:
            return None
        try:
            return self._files.read(path)
        except FileNotFoundError:
            self._refuse_quarantined(job_id)
            return self._read_archived(job_id, path)
        except ValueError as error:
            self._quarantine(job_id, path, str(error))
            raise UnreadableJob(job_id, str(error)) from error
        except OSError as error:
            raise UnreadableJob(job_id, error.strerror or str(error)) from error

    def _is_kept(self, path: Path) -> bool:
        """Whether there is a file, be it unreadable; none is in an archive before it is settled."""
        return path.exists() or self._in_quarantine(path.stem)

    def _read_archived(self, job_id: str, path: Path) -> StoredJob | None:
        # Whoever archives removes a file only once the archive is there.
        archive = self.places.archive_of(path.parent)
        try:
            data = day_zip.member(archive, path.name)
            return None if data is None else StoredJob(*job_from_bytes(data), sealed=True)
        except (OSError, ValueError, *day_zip.DAMAGE) as error:
            raise UnreadableJob(job_id, f"{archive}: {error}") from error

    def _quarantine(self, job_id: str, path: Path, cause: str) -> None:
        """Put the file aside; the name stays in `open/`, so that a mended one goes on where it stood."""
        logger.error("job %s is unreadable (%s); moved to %s", job_id, cause, self.places.quarantine)
        self._disk.move(path, self.places.quarantine / path.name)

    def _refuse_quarantined(self, job_id: str) -> None:
        if self._in_quarantine(job_id):
            raise UnreadableJob(job_id, "in quarantine; mend the file and put it back")

    def _in_quarantine(self, job_id: str) -> bool:
        return (self.places.quarantine / f"{job_id}.json").exists()

    def _publish(self, commits: Sequence[_Commit]) -> list[DiskError | None]:
        """The commit of several jobs: journal, files, log, seals; from the journal on it has happened."""
        try:
            self._journal.write([commit.document for commit in commits])
        except FeedscriptError:
            for commit in commits:
                self._disk.discard(commit.staged)
            raise
        errors = [self._disk.put_in_place(commit.staged) for commit in commits]
        written = [commit for commit, error in zip(commits, errors, strict=True) if error is None]
        self._log.append_entries([entry for commit in written for entry in commit.entries], durable=False)
        for commit in written:
            self._disk.set_mode(commit.staged.path, SEALED)
        return errors

    def _finish_commit(self, job_id: str) -> bool:
        """Wait for, or make good, a commit that is under way; answers whether there is a job to go on with."""
        path = self.places.document(job_id)
        assert path is not None, "only called for ids"
        try:
            with self._lock(job_id):
                stored = self._read(job_id)
                if stored is None:
                    # Marked by a process that died before its commit; under the lock nobody is about to write.
                    self._disk.remove(self.places.mark(job_id))
                    return False
                if not stored.sealed:
                    self._seal(path, stored)
        except UnreadableJob:
            return False
        except (StorageBusy, StorageFull) as error:
            logger.warning("job %s: its last change is not on the audit trail yet: %s", job_id, error)
        return True

    def _seal(self, path: Path, stored: StoredJob) -> None:
        """Finish a commit whose file is in its place; its journal may be gone by now."""
        self._log.append_missing(stored.activities)
        self._disk.set_mode(path, SEALED)

    def _replay(self, documents: Sequence[bytes]) -> None:
        """Put what journals hold in its place again, oldest first; nobody else is there yet."""
        stories: dict[tuple[str, int], StoredJob] = {}
        for document in documents:
            # Of two for the same change the first was not put in its place, or there had been no second.
            job, activities = job_from_bytes(document)
            stories[job.id, job.version] = StoredJob(job, activities, sealed=True)
        self._log.append_missing([a for story in stories.values() for a in story.activities])
        for story in {s.job.id: s for s in sorted(stories.values(), key=lambda s: s.job.version)}.values():
            self._restore(story)

    def _restore(self, story: StoredJob) -> None:
        job, path = story.job, self.places.document(story.job.id)
        assert path is not None, "only ids are committed"
        found = self._peek(job.id)
        if found is None or found.version < job.version:
            entries = [activity_to_json(activity) for activity in story.activities]
            staged = self._disk.stage(path, job_to_bytes(job, entries), mode=SEALED, durable=False)
            error = self._disk.put_in_place(staged)
            if error is not None:
                raise error
        self._disk.mark(self.places.mark(job.id), self.places.blank)
        if job.reference is not None:
            self._disk.point(self.places.claim(job.affiliate_merchant_id, job.reference), job.id)

    def ids(self) -> Iterator[str]:
        """The ids of all jobs, archived ones too, newest first, as the folders tell."""
        return self._ids_before(None)

    def close(self) -> None:
        """Let go of the index and of the journal, which the next that comes up puts aside."""
        self._index.close()
        self._journal.close()

    # Listing

    @property
    def indexed(self) -> bool:
        """Whether the index is there and up to date; until then listings walk the folders."""
        return self._index.catch_up()

    def _peek(self, job_id: str) -> Job | None:
        """The job as its file tells, whatever else is the matter with it."""
        path = self.places.document(job_id)
        try:
            return self._files.read(path).job if path else None
        except FileNotFoundError:
            return self._peek_archived(job_id)
        except (OSError, ValueError):
            return None  # whoever asks for the job itself is told

    def _peek_archived(self, job_id: str) -> Job | None:
        try:
            stored = self._read(job_id)
        except UnreadableJob:
            return None
        return stored.job if stored else None

    def _ids_indexed(self, wanted: JobFilter, before: str | None, limit: int) -> Iterator[str]:
        while (ids := self._index.matching(wanted, before=before, limit=limit + 1)) is not None:
            if not ids:
                return
            yield from ids
            before = ids[-1]
        yield from self._ids_before(before)

    def _ids_before(self, cursor: str | None) -> Iterator[str]:
        last = cursor and self.places.document(cursor)
        bound = last.parent if last else None
        for day in self.places.days():
            if bound is not None and day > bound:
                continue
            # Folder first: what is not there any more is in the archive by then.
            names = {entry.name for entry in day.glob("*.json")}
            names.update(self._archived_names(day))
            ids = sorted((name.removesuffix(".json") for name in names), reverse=True)
            yield from (job_id for job_id in ids if cursor is None or job_id < cursor)

    def _archived_names(self, day: Path) -> list[str]:
        archive = self.places.archive_of(day)
        try:
            return day_zip.names(archive)
        except (OSError, *day_zip.DAMAGE) as error:
            logger.warning("left out of a listing: %s: %s", archive, error)
            return []


def _is_sealed(path: Path) -> bool:
    try:
        return is_sealed(path.stat())
    except FileNotFoundError:
        return False
