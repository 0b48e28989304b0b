"""The files of a job, handed out: its feed and what lies beside it, and the list of its findings.

A file is served as it lies at its address now. Only where the job's own attempts write is looked: what a result claims
decides whether a file is there, never where.
"""

import csv
import gzip
import io
import json
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, BinaryIO, cast

from feedscript.domain import Attempt, FeedscriptError, Job, Outcome, Phase, artifacts
from feedscript.feeds.engine.endings import (
    DELTAS_ENDING,
    MANIFEST_ENDING,
    REJECTS_ENDING,
    REJECTS_TABLE_ENDING,
)
from feedscript.ports import ObjectStore
from feedscript.service import JobService

BLOCK = 256 * 1024
DAMAGE = (OSError, EOFError, ValueError)
FINDING_COLUMNS = ("rule_id", "severity", "attribute", "item", "line", "item_id", "value")
#: What a spreadsheet would take for a formula (OWASP, CSV Injection).
FORMULA = ("=", "+", "-", "@", "\t", "\r")


class JobFile(StrEnum):
    """What a job may have left."""

    FEED = "feed"
    MANIFEST = "manifest"
    REJECTS = "rejects"
    REJECTS_CSV = "rejects.csv"
    DELTAS = "deltas"
    FINDINGS = "findings"
    FINDINGS_CSV = "findings.csv"


#: What the file's attempt has told where there is one, and how its address ends.
_OF_GENERATION = {
    JobFile.MANIFEST: ("manifest_s3_path", MANIFEST_ENDING),
    JobFile.REJECTS: ("rejects_s3_path", REJECTS_ENDING),
    JobFile.REJECTS_CSV: ("rejects_s3_path", REJECTS_TABLE_ENDING),
    JobFile.DELTAS: ("deltas_s3_path", DELTAS_ENDING),
}
_TYPES = {".csv": "text/csv", ".jsonl": "application/x-ndjson", ".json": "application/json"}


class NoFile(FeedscriptError):
    """The job has left no such file (yet)."""

    def __init__(self, job_id: str, what: str) -> None:
        self.job_id = job_id
        self.what = what
        super().__init__(f"job {job_id} has left no {what}")


@dataclass(frozen=True, slots=True)
class Handed:
    """A file on its way: its bytes, by what name, and of what media type; `close` lets go of it, read or not."""

    content: Iterator[bytes]
    name: str
    media_type: str
    close: Callable[[], None] = lambda: None


def address_of(job: Job, what: JobFile) -> str | None:
    """Where the job has left the file; None where it has not."""
    if what is JobFile.FEED:
        made = _newest(job, Phase.GENERATION, "destination_s3_path", Outcome.SUCCESS)
        return made.request.destination if made else None
    if what in (JobFile.FINDINGS, JobFile.FINDINGS_CSV):
        checked = _newest(job, Phase.VALIDATION, "findings_s3_path")
        return artifacts(Phase.VALIDATION, checked.request.destination)[2] if checked else None
    told, ending = _OF_GENERATION[what]
    made = _newest(job, Phase.GENERATION, told)
    return made.request.destination + ending if made else None


class JobFiles:
    """Hands out the files of jobs; a copy of each lies in `folder` while it is read, under no name."""

    def __init__(self, service: JobService, objects: ObjectStore, folder: Path) -> None:
        self._service = service
        self._objects = objects
        self._folder = folder

    def hand_out(self, job_id: str, what: JobFile, *, search: str = "") -> Handed:
        """The file, unpacked but for the feed; of a list only the lines that hold every word of `search`.

        Raises `UnknownJob`, `NoFile`, and the object store's errors.
        """
        file, name = self._fetched(job_id, what)
        if what is JobFile.FEED:
            return Handed(_blocks(file), name, "application/octet-stream", file.close)
        name = name.removesuffix(".gz")
        if what is JobFile.FINDINGS_CSV:
            rows = _as_csv(_holding(file, search))
            return Handed(rows, name.removesuffix(".jsonl") + ".csv", "text/csv", file.close)
        content = _holding(file, search) if search else _blocks(file)
        return Handed(content, name, _TYPES.get(Path(name).suffix, "application/octet-stream"), file.close)

    def findings(self, job_id: str, *, search: str, most: int, looked_through: int) -> "Search":
        """Up to `most` findings that hold every word, of the first `looked_through` of the list."""
        file, _ = self._fetched(job_id, JobFile.FINDINGS)
        found: list[Mapping[str, Any]] = []
        seen = 0
        with file:
            for line in file:
                if seen == looked_through or len(found) == most:
                    return Search(found, seen, whole=False)
                seen += 1
                if _holds(line, _words(search)):
                    found.append(json.loads(line))
        return Search(found, seen, whole=True)

    def _fetched(self, job_id: str, what: JobFile) -> tuple[BinaryIO, str]:
        uri = address_of(self._service.job(job_id), what)
        if uri is None:
            raise NoFile(job_id, what.value)
        with tempfile.TemporaryDirectory(prefix=".handed-", dir=self._folder) as folder:
            path = Path(folder) / "file"
            self._objects.fetch(uri, path)
            name = uri.rpartition("/")[2]
            is_packed = name.endswith(".gz") and what is not JobFile.FEED
            return cast("BinaryIO", gzip.open(path)) if is_packed else path.open("rb"), name


@dataclass(frozen=True, slots=True)
class Search:
    """What was found among the findings, how many were looked at, and whether these were all."""

    found: list[Mapping[str, Any]]
    seen: int
    whole: bool


def _newest(job: Job, phase: Phase, told: str, outcome: Outcome | None = None) -> Attempt | None:
    ended = (a for a in reversed(job.attempts) if a.phase is phase and outcome in (None, a.outcome))
    return next((a for a in ended if (a.result or {}).get(told)), None)


def _blocks(file: BinaryIO) -> Iterator[bytes]:
    with file:
        while block := file.read(BLOCK):
            yield block


def _holding(file: BinaryIO, search: str) -> Iterator[bytes]:
    words = _words(search)
    with file:
        yield from (line for line in file if _holds(line, words))


def _words(search: str) -> list[str]:
    return search.casefold().split()


def _holds(line: bytes, words: list[str]) -> bool:
    if not words:
        return True
    text = " ".join(map(str, json.loads(line).values())).casefold()
    return all(word in text for word in words)


def _as_csv(lines: Iterator[bytes]) -> Iterator[bytes]:
    """The findings as rows, in blocks."""
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(FINDING_COLUMNS)
    for line in lines:
        finding = json.loads(line)
        rows.writerow([_as_cell(finding.get(name)) for name in FINDING_COLUMNS])
        if text.tell() > BLOCK:
            yield text.getvalue().encode()
            text.seek(0)
            text.truncate()
    yield text.getvalue().encode()


def _as_cell(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
