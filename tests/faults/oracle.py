"""What must hold whatever happened, read from the files alone, by none of the code under test."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

FINAL = ("generated", "generation_failed", "validated", "validation_failed")


def jobs_on_disk(folder: Path, jobs: str = "jobs") -> dict[str, dict[str, Any]]:
    """Every job's document, by its id."""
    return {path.stem: json.loads(path.read_bytes())["job"] for path in (folder / jobs).glob("*/*/*/*.json")}


def trail(folder: Path, activities: str = "activities") -> Iterator[bytes]:
    """The audit trail's lines, oldest first."""
    for path in sorted((folder / activities).glob("*/*/*.jsonl")):
        yield from path.read_bytes().splitlines()


def check_chain(lines: Iterable[bytes]) -> list[dict[str, Any]]:
    """The trail's documents; every line must carry the next number and the hash of the line before it."""
    documents = []
    previous = "0" * 64
    for number, line in enumerate(lines, start=1):
        document = json.loads(line)
        assert document["sequence"] == number, f"line {number} says {document['sequence']}"
        assert document["previoushash"] == previous, f"line {number} does not follow the one before it"
        previous = hashlib.sha256(b"\0" + line).hexdigest()
        documents.append(document)
    return documents


def check_story(folder: Path, *, jobs: str = "jobs", activities: str = "activities") -> None:
    """Each version of each job is on the trail, once, in order; and nothing else is."""
    documents = check_chain(trail(folder, activities))
    told = Counter(document["id"] for document in documents)
    assert not [entry for entry, times in told.items() if times > 1], "entered twice"
    stored = jobs_on_disk(folder, jobs)
    expected = {
        f"{job_id}/{version}" for job_id, job in stored.items() for version in range(1, job["version"] + 1)
    }
    transitions = {entry for entry in told if "/" in entry}
    assert transitions == expected, f"missing {expected - transitions}, too many {transitions - expected}"


def check_runs(folder: Path, marks: Path) -> int:
    """No attempt's script ran twice; answers how many ran. `marks` has a line "<job> <attempt>" for every run."""
    jobs = jobs_on_disk(folder)
    runs = Counter(tuple(line.split()) for line in marks.read_text().splitlines())
    assert not {run: times for run, times in runs.items() if times > 1}, "run twice"
    for job_id, attempt in runs:
        assert int(attempt) <= len(jobs[job_id]["attempts"]), f"{job_id} has no attempt {attempt}"
    return len(runs)


def unfinished(jobs: Mapping[str, dict[str, Any]]) -> dict[str, str]:
    """The jobs that are not at rest, and their states."""
    return {
        job_id: job["state"]
        for job_id, job in jobs.items()
        if job["state"] not in FINAL or job["next_retry_at"] is not None
    }
