"""Several processes over the same folders at the same time."""

import threading
from datetime import timedelta
from pathlib import Path

from feedscript.adapters.files.audit import verify
from feedscript.adapters.system import SystemClock
from feedscript.domain import Activity, fold
from feedscript.ports import JobFilter
from feedscript.testing.fakes import FrozenClock, SequentialIds
from feedscript.testing.rig import as_the_trail_tells
from feedscript.testing.stories import commit_all, history_of
from tests.integration.files.racers import append_notes, claim_and_commit, commit_fifteen, race
from tests.integration.files.storage import file_storage

YESTERDAY = SystemClock().now() - timedelta(days=1)


def test_twenty_processes_make_one_job(tmp_path: Path) -> None:
    answers = race(claim_and_commit, tmp_path, 20)
    assert sorted(outcome for _, outcome in answers) == ["conflict"] * 19 + ["won"]
    assert len({job_id for job_id, _ in answers}) == 1
    repository, log = file_storage(tmp_path)
    (job,) = repository.page(JobFilter(), limit=9).jobs
    assert (job.id, job.version) == (answers[0][0], 1)
    assert len(list(log.of_job(job.id, since=YESTERDAY))) == 1


def test_concurrent_commits_conflict_and_lose_nothing(tmp_path: Path) -> None:
    repository, log = file_storage(tmp_path)
    clock = FrozenClock(SystemClock().now())
    made = commit_all(repository, history_of(SequentialIds(clock).new_id(), clock, length=1))
    conflicts = race(commit_fifteen, tmp_path, 6)
    job = repository.get(made.id)
    assert job is not None
    assert job.version == 1 + 6 * 15
    trail = list(log.of_job(job.id, since=YESTERDAY))
    assert [entry.id for entry in trail] == [f"{job.id}/{n}" for n in range(1, job.version + 1)]
    assert fold(entry.event for entry in trail if entry.event) == as_the_trail_tells(job)
    assert sum(conflicts) > 0, "nobody met anybody: this was no race"


def test_four_processes_keep_one_chain(tmp_path: Path) -> None:
    race(append_notes, tmp_path, 4)
    trail = verify(tmp_path / "activities")
    assert (trail.entries, trail.torn) == (400, False)
    _, log = file_storage(tmp_path)
    for number in range(4):
        entries = list(log.of_job(f"racer {number}", since=YESTERDAY))
        assert [entry.data["n"] for entry in entries] == list(range(100))


def test_threads_share_writes_and_lose_nothing(tmp_path: Path) -> None:
    _, log = file_storage(tmp_path)

    def append(number: int) -> None:
        for n in range(40):
            log.append(
                [
                    Activity(
                        id=f"{number}/{n}",
                        at=SystemClock().now(),
                        type="t",
                        job_id=str(number),
                        data={"n": n},
                    )
                ]
            )

    threads = [threading.Thread(target=append, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert verify(tmp_path / "activities").entries == 320
    for number in range(8):
        assert [e.data["n"] for e in log.of_job(str(number), since=YESTERDAY)] == list(range(40))
