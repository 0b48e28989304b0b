"""Where things lie in the jobs' folder; every path is made here."""

import hashlib
import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path

from feedscript.codec import to_json

JOB_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
LOCK_STRIPES = 256
DAY = timedelta(days=1) // timedelta(milliseconds=1)
LAST_DAY = int(datetime(9999, 12, 31, tzinfo=UTC).timestamp() * 1000) // DAY
REMEMBERED = 4096


class JobPlaces:
    """The paths below a root: a job's document, its marks and its lock."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.open = root / "open"
        self.blank = root / ".blank"
        self.references = root / "references"
        self.quarantine = root / "quarantine"
        self.index = root / "index"
        self.journal = root / "journal"
        self.archive = root / "archive"
        self.locks = root / "locks"
        self._locks = [self.locks / f"{stripe:02x}" for stripe in range(LOCK_STRIPES)]
        self._day = lru_cache(REMEMBERED)(self._folder_of_day)
        self._document = lru_cache(REMEMBERED)(self._make_document)

    def document(self, job_id: str) -> Path | None:
        """The job's file, in the folder that the id's own time gives; None for what is no job's id."""
        return self._document(job_id)

    def mark(self, job_id: str) -> Path:
        """The name that says that the job is not settled."""
        return self.open / job_id

    def claim(self, affiliate_merchant_id: str, reference: str) -> Path:
        """The link that says whose a merchant's reference is."""
        # Hashed, so that no text of a caller's becomes part of a path; as JSON, so that no two pairs read the same.
        name = hashlib.sha256(to_json([affiliate_merchant_id, reference])).hexdigest()
        return self.references / name

    def lock(self, job_id: str) -> Path:
        """The lock file that guards the job."""
        # The id's end is random, its beginning is the time.
        return self._locks[int(job_id[-4:], 16) % LOCK_STRIPES]

    def days(self) -> list[Path]:
        """The folders of all days, newest first; one whose jobs are archived need not be there."""
        found = set(self.root.glob("[0-9][0-9][0-9][0-9]/[0-9][0-9]/[0-9][0-9]"))
        archives = self.archive.glob("[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9].zip")
        found.update(self.root / path.stem.replace("-", "/") for path in archives)
        return sorted(found, reverse=True)

    def archive_of(self, day: Path) -> Path:
        """The archive of the jobs of a day, which is given as its folder."""
        return self.archive / f"{self.name_of(day)}.zip"

    def name_of(self, day: Path) -> str:
        """The day of a folder as `YYYY-MM-DD`."""
        return "-".join(day.parts[-3:])

    def _make_document(self, job_id: str) -> Path | None:
        if not JOB_ID.fullmatch(job_id):
            return None
        # RFC 9562, 5.7: the first 48 bits are milliseconds since the epoch.
        day = int(job_id[:8] + job_id[9:13], 16) // DAY
        # The field reaches into the year 10889, a date only to 9999: no job is from there.
        return self._day(day) / f"{job_id}.json" if day <= LAST_DAY else None

    def _folder_of_day(self, day: int) -> Path:
        return self.root / f"{datetime.fromtimestamp(day * DAY / 1000, UTC):%Y/%m/%d}"
