"""`/api/feed/jobs/{id}`: a job's files, over HTTP for whoever does not reach the object store."""

from typing import Any
from urllib.parse import quote

from flask import Response

from feedscript.domain import UnknownJob
from feedscript.entrypoints.http.routes import Routes
from feedscript.entrypoints.http.schemas import ListQuerySchema
from feedscript.entrypoints.job_files import Handed, JobFile, JobFiles, NoFile
from feedscript.ports.errors import ObjectNotFound, ObjectStoreFailed

PROBLEMS = (UnknownJob, NoFile, ObjectNotFound, ObjectStoreFailed)
BYTES = {"type": "string", "format": "binary"}
TEXT = {"type": "string"}


def files_blueprint(files: JobFiles) -> Routes:
    """The routes over the files."""
    routes = Routes("files", prefix="/api/feed/jobs", description="What a job has made")

    @routes.route("/<job_id>/feed", methods=["GET"])
    @routes.response(200, BYTES, content_type="application/octet-stream", description="The generated feed")
    @routes.problems(*PROBLEMS)
    def feed(job_id: str) -> Response:
        """Read the feed that the job has generated, as it lies at its destination now."""
        return sent(files.hand_out(job_id, JobFile.FEED))

    @routes.route("/<job_id>/manifest", methods=["GET"])
    @routes.response(200, {}, description="The manifest beside the feed")
    @routes.problems(*PROBLEMS)
    def manifest(job_id: str) -> Response:
        """Read what the generation tells of its feed."""
        return sent(files.hand_out(job_id, JobFile.MANIFEST))

    @routes.route("/<job_id>/rejects", methods=["GET"])
    @routes.arguments(ListQuerySchema(), location="query")
    @routes.response(200, TEXT, content_type="application/x-ndjson", description="A finding a line")
    @routes.alt_response(200, schema=TEXT, content_type="text/csv")
    @routes.problems(*PROBLEMS)
    def rejects(query: dict[str, Any], job_id: str) -> Response:
        """Read the list of items that the generation has left out, with the rules."""
        what = JobFile.REJECTS_CSV if query["format"] == "csv" else JobFile.REJECTS
        return sent(files.hand_out(job_id, what))

    @routes.route("/<job_id>/findings", methods=["GET"])
    @routes.arguments(ListQuerySchema(), location="query")
    @routes.response(200, TEXT, content_type="application/x-ndjson", description="A finding a line")
    @routes.alt_response(200, schema=TEXT, content_type="text/csv")
    @routes.problems(*PROBLEMS)
    def findings(query: dict[str, Any], job_id: str) -> Response:
        """Read the list of all findings of the newest validation, where one is kept (`validation.findings`)."""
        what = JobFile.FINDINGS_CSV if query["format"] == "csv" else JobFile.FINDINGS
        return sent(files.hand_out(job_id, what, search=query["search"]))

    return routes


def sent(handed: Handed) -> Response:
    """The file as an answer, to be kept by its name."""
    answer = Response(handed.content, mimetype=handed.media_type)
    answer.call_on_close(handed.close)
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(handed.name)}"
    return answer
