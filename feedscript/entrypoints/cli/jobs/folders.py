"""The desk over the folders themselves, for whoever runs the service: what it changes, a running one goes on with."""

from collections.abc import Callable, Mapping
from typing import Any, ParamSpec, TypeVar

from marshmallow import Schema, ValidationError

from feedscript.adapters.subprocess.leader import is_led
from feedscript.domain import FeedscriptError, Phase, RefusalCode
from feedscript.entrypoints.cli.jobs.desk import Desk, Document, Exit, NotDone, exit_for
from feedscript.entrypoints.cli.kept import kept_or_exit
from feedscript.entrypoints.container import wired_or_exit
from feedscript.entrypoints.http.problems import CONFLICT, STATUS_OF_ERROR
from feedscript.entrypoints.http.schemas import FeedRequestSchema, JobQuerySchema, ValidateRequestSchema
from feedscript.entrypoints.http.views import job_document
from feedscript.service import Answer, JobService

ACTOR = "operator"
LOG_PIECE = 256 * 1024
_REQUEST = {Phase.GENERATION: FeedRequestSchema, Phase.VALIDATION: ValidateRequestSchema}
P = ParamSpec("P")
T = TypeVar("T")


class FolderDesk(Desk):
    """The service over the settings' folders, in this process; the trail names the operator."""

    def __init__(self) -> None:
        self._settings = kept_or_exit("jobs_dir", "activities_dir")
        container = wired_or_exit(self._settings)
        self._service: JobService = _told(container.service)
        self._repository = container.repository()

    def page(self, query: Mapping[str, str]) -> Document:
        """List as the API does."""
        asked = _read(JobQuerySchema(), query)
        page = _told(self._service.page, asked["wanted"], limit=asked["limit"], cursor=asked["cursor"])
        jobs = [job_document(job, compact=asked["compact"]) for job in page.jobs]
        return {"jobs": jobs, "cursor": page.cursor}

    def job(self, job_id: str) -> Document:
        """Read the job's file, and what its script says of its progress."""
        job = _told(self._service.job, job_id)
        return job_document(job, seen=self._service.observe(job))

    def log(self, job_id: str, attempt: int, offset: int) -> Document:
        """Read the log's file."""
        chunk = _told(self._service.log, job_id, attempt, offset=offset, limit=LOG_PIECE)
        return {
            "text": chunk.text,
            "next_offset": chunk.next_offset,
            "complete": chunk.complete,
            "truncated": chunk.truncated,
        }

    def start(self, phase: Phase, body: Document) -> Document:
        """Commit the start; the process that leads begins with it."""
        request = _read(_REQUEST[phase](), body)
        return self._accepted(_told(self._service.start, phase, request, actor=ACTOR))

    def retry(self, job_id: str) -> Document:
        """Commit the retry; the process that leads begins with it."""
        return self._accepted(_told(self._service.repeat, job_id, actor=ACTOR))

    def cancel(self, job_id: str) -> Document:
        """Commit the end, and leave word for whoever looks after the script."""
        answer = _told(self._service.cancel, job_id, actor=ACTOR)
        _refuse(answer)
        return job_document(answer.job)

    def close(self) -> None:
        """Close the index and the journal; an adapter of the operator's own need not have anything to let go of."""
        getattr(self._repository, "close", lambda: None)()

    def _accepted(self, answer: Answer) -> Document:
        _refuse(answer)
        job, warnings = answer.job, list(answer.job.latest.warnings)
        if not self._settings.adapters and not is_led(self._settings.runs_dir):
            warnings.append("no service runs over these folders: the job begins when one is started")
        return {
            "job_id": job.id,
            "status": job.state.value,
            "deduplicated": answer.refusal is not None,
            "warnings": warnings,
        }


def _read(schema: Schema, given: Mapping[str, Any]) -> Any:
    try:
        return schema.load(dict(given))
    except ValidationError as error:
        wrong = "; ".join(f"{name}: {' '.join(map(str, said))}" for name, said in error.messages_dict.items())
        raise NotDone(wrong, Exit.WRONG) from error


def _refuse(answer: Answer) -> None:
    if answer.refusal is not None and answer.refusal.code is not RefusalCode.DEDUPLICATED:
        raise NotDone(answer.refusal.detail, exit_for(CONFLICT, answer.refusal.code.value))


def _told(ask: Callable[P, T], *args: P.args, **named: P.kwargs) -> T:
    """What is answered; an error of the service's is told as the API would."""
    try:
        return ask(*args, **named)
    except FeedscriptError as error:
        kinds = (STATUS_OF_ERROR[kind] for kind in type(error).__mro__ if kind in STATUS_OF_ERROR)
        raise NotDone(str(error), exit_for(*next(kinds, (500, "")))) from error
    except OSError as error:
        raise NotDone(f"{error.filename}: {error.strerror}", Exit.NO_ANSWER) from error
