"""Jobs as rows: the document, and beside it what they are looked up by."""

import logging
import uuid
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from typing import Any, LiteralString

from feedscript.adapters.holdings import in_batches
from feedscript.adapters.lead import Lead
from feedscript.adapters.postgresql.activity_log import PostgresActivityLog
from feedscript.adapters.postgresql.database import Database
from feedscript.adapters.postgresql.stored_text import stored
from feedscript.adapters.postgresql.writing import Beside, Change
from feedscript.codec import job_from_json
from feedscript.domain import Activity, FeedscriptError, Job
from feedscript.ports.errors import BadCursor, UnreadableJob
from feedscript.ports.repository import JobFilter, JobPage, JobRepository

logger = logging.getLogger(__name__)

MOST_AT_ONCE = 1000
AT_ONCE = 200
SEVERAL = "SELECT id::text, document::text FROM job WHERE id = ANY(%s::uuid[]) ORDER BY job.id"
GET = "SELECT document::text FROM job WHERE id = %s"
CLAIM = """
WITH made AS (
    INSERT INTO reference_claim (merchant, reference, job_id) VALUES (%s, %s, %s)
    ON CONFLICT (merchant, reference) DO NOTHING RETURNING job_id, set_config('synchronous_commit', 'off', true)
)
SELECT job_id::text FROM made
UNION ALL SELECT job_id::text FROM reference_claim WHERE merchant = %s AND reference = %s
"""
SETTLE = """
UPDATE job SET open = false WHERE id = %s AND stage = 'settled' AND open
RETURNING set_config('synchronous_commit', 'off', true)
"""
OPEN = "SELECT id::text FROM job WHERE open ORDER BY job.id"
# Of few jobs it is unusual, as of those of a host whose clock is wrong, and those are all that is looked at.
LEAD = "SELECT min(lead), max(lead) FROM job WHERE lead < -1000 OR lead > 1000"
USUAL = Lead(-1000, 1000)
# Not `ORDER BY id`, which would be the text that is selected, and no index's order.
PAGE: LiteralString = "SELECT id::text, document::text FROM job WHERE {} ORDER BY job.id DESC LIMIT %s"


class PostgresJobRepository(JobRepository):
    """A `JobRepository` over a database that any number of hosts may share; `beside` goes with every version."""

    def __init__(self, database: Database, log: PostgresActivityLog, *, beside: Beside | None = None) -> None:
        self._database = database
        self._writer = log.writer
        self._beside = beside

    def claim(self, affiliate_merchant_id: str, reference: str, job_id: str) -> str:
        """Insert the claim: of many racers the primary key lets one win."""
        key = (stored(affiliate_merchant_id), stored(reference))
        while True:
            rows = self._database.query(CLAIM, *key, job_id, *key)
            if rows:  # else somebody else's came while this was looking
                return str(rows[0][0])

    def get(self, job_id: str) -> Job | None:
        """Read the job's row."""
        return job_in(self._database, job_id)

    def several(self, job_ids: Iterable[str], *, unread: Callable[[FeedscriptError], None]) -> Iterator[Job]:
        """Read the rows, some at a time."""
        for ids in in_batches(filter(is_id, job_ids), AT_ONCE):
            for job_id, document in self._database.query(SEVERAL, ids):
                try:
                    yield read_job(job_id, document)
                except UnreadableJob as error:
                    unread(error)

    def commit(self, job: Job, activities: Sequence[Activity]) -> None:
        """Write the version where the one before is stored, and the activities, in one transaction."""
        self._commit(job, activities, is_open=True)

    def commit_last(self, job: Job, activities: Sequence[Activity]) -> bool:
        """Write the version without the mark."""
        self._commit(job, activities, is_open=not job.settled)
        return job.settled

    def settle(self, job_id: str) -> None:
        """Mark the job, if it is settled; one whose mark a crash takes back is found again among the open ones."""
        if is_id(job_id):
            self._database.query(SETTLE, job_id)

    def open_jobs(self, *, left_out: Container[str] = ()) -> Iterable[str]:
        """List the marked ones."""
        return [job_id for (job_id,) in self._database.query(OPEN) if job_id not in left_out]

    def page(self, wanted: JobFilter, *, limit: int, cursor: str | None = None) -> JobPage:
        """Ask by the columns, from the newest id back; the cursor is the last id shown."""
        if cursor is not None and not is_id(cursor):
            raise BadCursor("not a cursor of this service")
        jobs: list[Job] = []
        for job in self._matching(wanted, cursor, limit + 1):
            if len(jobs) == limit:
                return JobPage(tuple(jobs), jobs[-1].id)
            jobs.append(job)
        return JobPage(tuple(jobs), None)

    def close(self) -> None:
        """Let go of the database."""
        self._database.close()

    def _commit(self, job: Job, activities: Sequence[Activity], *, is_open: bool) -> None:
        if not is_id(job.id):
            raise ValueError(f"not a UUID: {job.id}")
        beside = self._beside(job) if self._beside else {}
        self._writer.write(Change(activities, job, beside={"open": is_open, **beside}))

    def _matching(self, wanted: JobFilter, before: str | None, at_once: int) -> Iterator[Job]:
        timed = wanted.created_after is not None or wanted.created_before is not None
        lead = self._lead() if timed else USUAL
        while True:
            given = conditions_of(wanted, before, lead)
            statement = PAGE.format(" AND ".join(given) or "TRUE")
            rows = self._database.query(statement, *given.values(), at_once)
            for job_id, document in rows:
                try:
                    job = read_job(job_id, document)
                except UnreadableJob as error:
                    logger.warning("left out of a listing: %s", error)
                    continue
                if wanted.matches(job):  # which may ask for more than the columns tell
                    yield job
            if len(rows) < at_once:
                return
            before, at_once = rows[-1][0], min(2 * at_once, MOST_AT_ONCE)

    def _lead(self) -> Lead:
        ((least, most),) = self._database.query(LEAD)
        return USUAL if least is None else Lead(min(least, USUAL.least), max(most, USUAL.most))


def job_in(database: Database, job_id: str) -> Job | None:
    """The job as its row has it; raises `UnreadableJob`."""
    if not is_id(job_id):
        return None
    rows = database.query(GET, job_id)
    return read_job(job_id, rows[0][0]) if rows else None


def conditions_of(wanted: JobFilter, before: str | None, lead: Lead) -> dict[LiteralString, Any]:
    """The conditions of a listing by the columns, each with its value."""
    until = None if wanted.created_before is None else lead.before(wanted.created_before)
    asked: dict[LiteralString, Any] = {
        "status = ANY(%s)": sorted(wanted.statuses) or None,
        "stage = %s": wanted.stage,
        "reason = %s": wanted.reason,
        "merchant = %s": stored(wanted.affiliate_merchant_id),
        "partner = %s": stored(wanted.partner_id),
        "reference = %s": stored(wanted.reference),
        "phase = %s": wanted.phase and wanted.phase.value,
        "id >= %s": wanted.created_after and lead.after(wanted.created_after),
        "created > %s": wanted.created_after,
        "created < %s": wanted.created_before,
        "id < %s": min(filter(None, (until, before)), default=None),
        "merchant = ANY(%s)": _names(wanted.reach.merchants),
        "partner = ANY(%s)": _names(wanted.reach.partners),
    }
    return {condition: value for condition, value in asked.items() if value is not None}


def _names(reach: Iterable[str] | None) -> list[str] | None:
    return None if reach is None else [stored(name) for name in sorted(reach)]


def is_id(text: str) -> bool:
    """Whether the text is a UUID in its canonical form.

    >>> is_id("019b796d-d600-7000-8000-000000000001"), is_id("../../etc/passwd")
    (True, False)
    """
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False


def read_job(job_id: str, document: str) -> Job:
    """The job of a row's document; raises `UnreadableJob`."""
    try:
        return job_from_json(document)
    except ValueError as error:
        raise UnreadableJob(job_id, str(error)) from error
