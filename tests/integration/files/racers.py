"""What the racing processes do; each is told when to start, and answers through a queue."""

from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

from feedscript.adapters.system import SystemClock, Uuid7IdFactory
from feedscript.domain import (
    Activity,
    FeedRequest,
    RetryCalledOff,
    RetryPolicy,
    StartGeneration,
    decide,
    evolve,
    record_of,
)
from feedscript.ports.errors import VersionConflict
from tests.integration.files.storage import file_storage

DEADLINE = 60


def race(racer: Callable[..., Any], folder: Path, racers: int) -> list[Any]:
    """Have so many processes do it at the same time; their answers."""
    context = get_context("spawn")
    barrier, answers = context.Barrier(racers), context.SimpleQueue()
    processes = [
        context.Process(target=_run, args=(racer, folder, barrier, answers, number))
        for number in range(racers)
    ]
    for process in processes:
        process.start()
    got = [answers.get() for _ in processes]
    for process in processes:
        process.join(DEADLINE)
        assert process.exitcode == 0
    return got


def _run(racer: Callable[..., Any], folder: Path, barrier: Barrier, answers: Any, number: int) -> None:
    try:
        barrier.wait(DEADLINE)
        answers.put(racer(folder, number))
    except BaseException as error:
        answers.put(repr(error))
        raise


def claim_and_commit(folder: Path, number: int) -> tuple[str, str]:
    repository, _ = file_storage(folder)
    job_id = repository.claim("m1", "7", Uuid7IdFactory().new_id())
    request = FeedRequest(
        affiliate_merchant_id="m1", source="s3://in/a", destination="s3://out/a", reference="7"
    )
    event = decide(None, StartGeneration(job_id=job_id, request=request), SystemClock().now(), RetryPolicy())
    job = evolve(None, event)  # type: ignore[arg-type]  # a first start is never refused
    try:
        repository.commit(job, [record_of(event, 1, actor=f"racer {number}")])  # type: ignore[arg-type]
    except VersionConflict:
        return job_id, "conflict"
    return job_id, "won"


def commit_fifteen(folder: Path, number: int) -> int:
    """Fifteen versions of the one job; answers how often somebody else was faster."""
    repository, _ = file_storage(folder)
    (job_id,) = repository.open_jobs()
    conflicts = done = 0
    while done < 15:
        job = repository.get(job_id)
        assert job is not None
        event = RetryCalledOff(job_id=job_id, attempt=1, at=SystemClock().now())
        following = evolve(job, event)
        try:
            repository.commit(following, [record_of(event, following.version, actor=f"racer {number}")])
        except VersionConflict:
            conflicts += 1
        else:
            done += 1
    return conflicts


def append_notes(folder: Path, number: int) -> int:
    """A hundred entries, one by one, durable and not."""
    _, log = file_storage(folder)
    for n in range(100):
        entry = Activity(
            id=f"{number}/{n}", at=SystemClock().now(), type="t", job_id=f"racer {number}", data={"n": n}
        )
        log.append([entry], durable=n % 3 == 0)
    return number
