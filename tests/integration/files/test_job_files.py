"""Jobs' files are parsed once, and never shown as they were."""

import json
from pathlib import Path

import pytest

from feedscript.adapters.files.documents import job_from_bytes, job_to_bytes
from feedscript.adapters.files.job_files import SEALED, SETTLED_AFTER_NS, UNSEALED, JobFiles
from feedscript.domain import Job, fold
from feedscript.testing.fakes import FrozenClock, SequentialIds
from feedscript.testing.stories import history_of
from tests.integration.live_server import poll


@pytest.fixture
def versions() -> list[Job]:
    clock = FrozenClock()
    history = history_of(SequentialIds(clock).new_id(), clock, length=4)
    return [fold(history[:length]) for length in range(1, 5)]


def put(path: Path, job: Job, mode: int = SEALED) -> None:
    temporary = path.with_suffix(".tmp")
    temporary.write_bytes(job_to_bytes(job, ()))
    temporary.chmod(mode)
    temporary.rename(path)


def remembered(files: JobFiles, path: Path) -> Job:
    """The job, once the file is old enough to be remembered."""

    def twice_the_same() -> bool:
        return files.read(path) is files.read(path)

    poll(twice_the_same)
    return files.read(path).job


def test_an_unchanged_file_is_parsed_once(tmp_path: Path, versions: list[Job]) -> None:
    files, path = JobFiles(), tmp_path / "job.json"
    put(path, versions[0])
    first, second = files.read(path), files.read(path)
    assert first.job is second.job
    assert first is not second, f"younger than {SETTLED_AFTER_NS} ns, it is read again"
    assert remembered(files, path) == versions[0]


def test_what_was_written_is_known_by_its_bytes_alone(tmp_path: Path, versions: list[Job]) -> None:
    files, path = JobFiles(), tmp_path / "job.json"
    put(path, versions[0])
    files.written(path, job_to_bytes(versions[0], ()), versions[0], ())
    assert files.read(path).job is versions[0]
    assert files.read(path).sealed
    path.chmod(UNSEALED)
    assert not files.read(path).sealed
    # Somebody else's is another one, as young as it may be.
    put(path, versions[1])
    assert files.read(path).job == versions[1]


def test_a_changed_file_is_read_again(tmp_path: Path, versions: list[Job]) -> None:
    files, path = JobFiles(), tmp_path / "job.json"
    put(path, versions[0])
    for following in versions[1:]:
        remembered(files, path)
        put(path, following)
        assert files.read(path).job == following


def test_an_unsealed_file_is_not_taken_for_a_sealed_one(tmp_path: Path, versions: list[Job]) -> None:
    files, path = JobFiles(), tmp_path / "job.json"
    put(path, versions[0])
    remembered(files, path)
    path.chmod(UNSEALED)
    assert not files.read(path).sealed


def test_a_file_that_is_gone_is_gone(tmp_path: Path, versions: list[Job]) -> None:
    files, path = JobFiles(), tmp_path / "job.json"
    put(path, versions[0])
    remembered(files, path)
    path.unlink()
    with pytest.raises(FileNotFoundError):
        files.read(path)


def test_a_file_from_before_countries_and_automatic_retries_is_read(versions: list[Job]) -> None:
    job = versions[-1]
    document = json.loads(job_to_bytes(job, ()))
    for attempt in document["job"]["attempts"]:
        del attempt["automatic"], attempt["request"]["country"]
    assert job_from_bytes(json.dumps(document).encode()) == (job, ())
