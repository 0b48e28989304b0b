"""Where jobs are asked for and steered: the same questions to a service over HTTP, and to the folders."""

import re
from collections.abc import Mapping
from enum import IntEnum
from typing import Any, Protocol

from feedscript.domain import Phase, Stage

Document = Mapping[str, Any]
ROUTE = {Phase.GENERATION: "generate", Phase.VALIDATION: "validate"}
_ID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
UNDER_WAY = ("generating", "validating")


class Exit(IntEnum):
    """How a command about jobs ends."""

    DONE = 0
    REFUSED = 1
    WRONG = 2
    NO_ANSWER = 3
    NO_SUCH_JOB = 4
    NOT_LET_IN = 5
    #: As timeout(1) of the GNU coreutils.
    TIMED_OUT = 124


class NotDone(Exception):
    """What was asked for was not done; the message says why, and what to do.

    Attributes: `code`.
    """

    def __init__(self, message: str, code: Exit) -> None:
        super().__init__(message)
        self.code = code


class Desk(Protocol):
    """Jobs in the documents of the API (docs/reference/http.md); each question raises `NotDone`."""

    def page(self, query: Mapping[str, str]) -> Document:
        """`jobs` and `cursor` of a page, for the query of `GET /api/feed/jobs`."""

    def job(self, job_id: str) -> Document:
        """The job as it is now."""

    def log(self, job_id: str, attempt: int, offset: int) -> Document:
        """A piece of the attempt's log from a byte offset: `text`, `next_offset`, `complete`, `truncated`."""

    def start(self, phase: Phase, body: Document) -> Document:
        """Start a phase, for the body of `POST /api/feed/generate`: `job_id`, `status`, `deduplicated` ..."""

    def retry(self, job_id: str) -> Document:
        """Repeat the phase that failed; answers as `start`."""

    def cancel(self, job_id: str) -> Document:
        """End what is under way; answers the job."""

    def close(self) -> None:
        """Let go of connections and files."""


def exit_for(status: int, code: str) -> Exit:
    """How to end over an answer of the API with this HTTP status and code of problem.

    >>> exit_for(404, "unknown_job"), exit_for(503, "draining")
    (<Exit.NO_SUCH_JOB: 4>, <Exit.NO_ANSWER: 3>)
    """
    match status, code:
        case (404, "unknown_job" | "unknown_attempt"):
            return Exit.NO_SUCH_JOB
        case (401 | 403, _):
            return Exit.NOT_LET_IN
        case (409, _) | (429, "queue_full"):
            return Exit.REFUSED
        case (429, _):
            return Exit.NO_ANSWER
        case _ if 400 <= status < 500:  # noqa: PLR2004 - client errors (RFC 9110, 15.5)
            return Exit.WRONG
    return Exit.NO_ANSWER


def is_settled(job: Document) -> bool:
    """Whether nothing more happens to the job by itself."""
    # Between a generation and what is to follow it the job is queued for that; a script may run on after its outcome.
    follows = job.get("stage") == Stage.QUEUED
    return job["status"] not in UNDER_WAY and not job.get("next_retry_at") and not follows


def has_failed(job: Document) -> bool:
    """Whether the job's newest phase failed."""
    return str(job["status"]).endswith("_failed")


def find(desk: Desk, wanted: str, merchant: str | None = None) -> Document:
    """The job of this id, or of this reference of a caller's (of `merchant`, where that is said)."""
    if _ID.fullmatch(wanted):
        try:
            return desk.job(wanted)
        except NotDone as error:
            if error.code is not Exit.NO_SUCH_JOB:
                raise
    query = query_of(reference=wanted, affiliate_merchant_id=merchant, limit=2)
    named = desk.page(query)["jobs"] if wanted else []
    if not named:
        of = f" of the merchant {merchant!r}" if merchant else ""
        raise NotDone(f"no job{of} within reach has the id or the reference {wanted!r}", Exit.NO_SUCH_JOB)
    if len(named) > 1:
        raise NotDone(
            f"several jobs have the reference {wanted!r}: {', '.join(map(_named, named))} ...; "
            "give the id, or --merchant",
            Exit.WRONG,
        )
    job: Document = desk.job(named[0]["id"])
    return job


def query_of(**given: object) -> dict[str, str]:
    """The query of a listing: what is said of it, in the API's words."""
    return {name: str(value) for name, value in given.items() if value is not None}


def _named(job: Document) -> str:
    return f"{job['id']} ({job['affiliate_merchant_id']})"
