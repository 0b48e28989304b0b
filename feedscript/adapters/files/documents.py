"""A job's file: the job, and the entries that tell of its last change."""

import json
from collections.abc import Sequence

from feedscript.codec import activity_from_document, job_from_document, job_to_json
from feedscript.domain import Activity, Job

DOCUMENT_VERSION = 1


def job_to_bytes(job: Job, entries: Sequence[bytes]) -> bytes:
    """The job's file: the job, and the entries that tell of its last change, each on a line of its own."""
    document = b'{"document_version":%d,\n"job":%b,\n"activities":[\n%b\n]}\n'
    return document % (DOCUMENT_VERSION, job_to_json(job), b",\n".join(entries))


def job_from_bytes(data: bytes) -> tuple[Job, tuple[Activity, ...]]:
    """Read a job's file; raises `ValueError` saying what is wrong with it."""
    document = json.loads(data)
    version = document.get("document_version") if isinstance(document, dict) else None
    if version != DOCUMENT_VERSION:
        raise ValueError(f"document version {version} is not known here")
    try:
        activities = tuple(activity_from_document(entry) for entry in document["activities"])
        return job_from_document(document["job"]), activities
    except Exception as error:
        raise ValueError(f"not a job document: {type(error).__name__}: {error}") from error
