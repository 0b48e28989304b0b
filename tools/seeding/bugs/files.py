"""The bugs of jobs and the trail as files."""

from tools.seeding.bug import of as _of

BUGS = (
    *_of(
        "files",
        "adapters/files/activity_log.py",
        (
            "of appends that meet, only the first is written",
            "for batch in batches for entry in batch.entries]",
            "for batch in batches[:1] for entry in batch.entries]",
        ),
        (
            "a torn end is not cut off before the next append",
            "if tear is not None:",
            "if tear is not None and not tear:",
        ),
        ("appends asked to be durable are not synced", "if durable or self._unsynced", "if self._unsynced"),
        (
            "the page's cursor repeats",
            "return ActivityPage(tuple(shown), last)",
            'return ActivityPage(tuple(shown), f"{last[:10]}:999999999")',
        ),
        (
            "of_job is a day exact",
            "return dropwhile(lambda entry: entry.at < since, entries)",
            "return entries",
        ),
        (
            "entries of other jobs that name it are told",
            "for entry in self._entries(job_id, since=since) if entry.job_id == job_id)",
            "for entry in self._entries(job_id, since=since))",
        ),
        (
            "a clock set back forks the trail",
            "return max([today, *self._segments.listed(since=now)])",
            "return today",
        ),
        (
            "the trail's digests are not written",
            "write_digests(self.root, self._disk, key=self._key)",
            "write_digests(self.root, self._disk)",
        ),
    ),
    *_of(
        "files",
        "adapters/files/segments.py",
        ("a line that crosses a read block is lost", "(rest + block).rpartition", "block.rpartition"),
        (
            "a line that crosses a block is lost, read backwards",
            "file.read(length) + unread",
            "file.read(length)",
        ),
    ),
    *_of(
        "files",
        "adapters/trail/digests.py",
        (
            "any signature of a digest is taken",
            'if not hmac.compare_digest(mac, str(given.get("value"))):',
            "if not mac:",
        ),
    ),
    *_of(
        "files",
        "adapters/files/repository.py",
        (
            "commit without the job's lock",
            "with self._lock(job.id):\n            stored = self._read(job.id) if",
            "with suppress():\n            stored = self._read(job.id) if",
        ),
        ("a replay does not restore references", "if job.reference is not None:", "if job.reference == '':"),
        ("an archived job is not found", "return self._read_archived(job_id, path)", "return None"),
        (
            "settle drops a job that was started again",
            "if stored is None or stored.job.settled:\n                self._disk.remove",
            "if True:\n                self._disk.remove",
        ),
        (
            "a job that goes on is not open again",
            "if stored is None or stored.job.settled:\n                # Even",
            "if stored is None:\n                # Even",
        ),
        (
            "of commits that meet, one is told",
            "for commit in written for entry in",
            "for commit in written[:1] for entry in",
        ),
        (
            "a listing's cursor repeats",
            "return JobPage(tuple(jobs), jobs[-1].id)",
            "return JobPage(tuple(jobs), jobs[0].id)",
        ),
        (
            "a listing skips the page's edge",
            "return JobPage(tuple(jobs), jobs[-1].id)",
            "return JobPage(tuple(jobs), job_id)",
        ),
        (
            "a stale version is accepted",
            "if found != (before := version_before(job, activities)):",
            "if found > (before := version_before(job, activities)):",
        ),
        (
            "the first of several versions may be any",
            "raise VersionConflict(job.id, before, found)",
            "raise VersionConflict(job.id, found, before)",
        ),
        (
            "a reference is not reserved",
            "return job_id if self._disk.point(path, job_id) else path.readlink().name",
            "self._disk.point(path, job_id)\n        return job_id",
        ),
        ("left-out jobs are looked at", "if name not in left_out)", ")"),
    ),
    *_of(
        "files",
        "adapters/files/job_index.py",
        ("the index forgets changes of status", "database.executemany(MOVE, changes.moved)", "pass"),
    ),
    *_of(
        "files",
        "adapters/files/fsio.py",
        ("the journal is not synced", "self._sync(descriptor, path, self._fdatasync)", "pass"),
    ),
    *_of(
        "files",
        "codec.py",
        ("data's keys take the actor's place", 'own = {f"={key}" if _ESCAPED', 'own = {f"{key}" if _ESCAPED'),
        ("times lose their microseconds", 'timespec="microseconds"', 'timespec="milliseconds"'),
        ("half surrogates are lost", '"backslashreplace"', '"replace"'),
    ),
)
