"""Jobs and entries of the trail that the contracts, and tests beside them, put together."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

from feedscript.domain import (
    Activity,
    Event,
    FeedRequest,
    GenerationStarted,
    Job,
    ValidationStarted,
    evolve,
    record_of,
)
from feedscript.ports import ActivityFilter, ActivityLog, JobFilter, JobRepository
from feedscript.testing.fakes import FrozenClock, SequentialIds
from feedscript.testing.model import GENERATION, VALIDATION
from feedscript.testing.rig import Rig


def commit(repository: JobRepository, job: Job) -> None:
    """Commit a job with an entry of its version."""
    repository.commit(
        job, [Activity(id=f"{job.id}/{job.version}", at=job.updated_at, type="t", job_id=job.id)]
    )


def commit_all(repository: JobRepository, history: Iterable[Event], job: Job | None = None) -> Job:
    """Commit an event after the other, as the service does."""
    for event in history:
        job = evolve(job, event)
        repository.commit(job, [record_of(event, job.version, stage=job.stage.value)])
    assert job is not None, "a history has a first event"
    return job


def history_of(job_id: str, clock: FrozenClock, *, length: int) -> list[Event]:
    """The first events of a job that is generated, and whose validation is begun and cancelled: five in all."""
    rig = Rig(clock=FrozenClock(clock.now()))
    request = FeedRequest(affiliate_merchant_id="m1", source="s3://in/a.csv", destination="s3://out/a.csv")
    made = rig.service.start(GENERATION, request, actor="a test").job
    rig.executor.begin(made.id, 1)
    rig.executor.end(made.id, 1, exit_code=0, result={"rows": 1})
    rig.service.start(VALIDATION, replace(request, reference=made.id), actor="a test")
    rig.service.cancel(made.id, actor="a test")
    trail = rig.activities.of_job(made.id, since=made.created_at)
    events = [replace(entry.event, job_id=job_id) for entry in trail if entry.event][:length]
    return [_asking(request, event) for event in events]


def many_jobs(repository: JobRepository, ids: SequentialIds, clock: FrozenClock, number: int) -> list[Job]:
    """Jobs of two merchants and three partners, in several states, made over several days; oldest first."""
    made = []
    for n in range(number):
        history = history_of(ids.new_id(), clock, length=1 + n % 5)
        request = FeedRequest(
            affiliate_merchant_id=f"m{n % 2}",
            source="s3://in/a.csv",
            destination="s3://out/a.csv",
            reference=str(n),
            partner_id=f"p{n % 3}",
        )
        made.append(commit_all(repository, [_asking(request, event) for event in history]))
        clock.tick(timedelta(hours=5))
    return made


def _asking(request: FeedRequest, event: Event) -> Event:
    return (
        replace(event, request=request) if isinstance(event, GenerationStarted | ValidationStarted) else event
    )


def notes(clock: FrozenClock, number: int, *, first: int = 0) -> list[Activity]:
    """Entries that are no transitions, a second apart."""
    return [
        Activity(
            id=f"note {n}",
            at=clock.tick(),
            type=f"feedscript.kind.{n % 3}",
            job_id=(None, "job 0", "job 1")[n % 3],
            actor=f"key {n % 2}",
            data={"n": n},
        )
        for n in range(first, first + number)
    ]


def paged(log: ActivityLog, wanted: ActivityFilter, limit: int) -> Iterable[Activity]:
    """All that the pages show, one after the other; a cursor that leads in a circle is an error."""
    cursor, known = None, set[str]()
    while True:
        page = log.page(wanted, limit=limit, cursor=cursor)
        assert len(page.activities) <= limit
        assert all(newer.at >= older.at for newer, older in pairwise(page.activities))
        yield from page.activities
        cursor = page.cursor
        if cursor is None:
            return
        assert cursor not in known, f"cursor {cursor!r} was given before: the pages would never end"
        known.add(cursor)


def paged_jobs(repository: JobRepository, wanted: JobFilter, limit: int) -> Iterable[Job]:
    """All that the pages show, one after the other; a cursor that leads in a circle is an error."""
    cursor, known = None, set[str]()
    while True:
        page = repository.page(wanted, limit=limit, cursor=cursor)
        assert len(page.jobs) <= limit
        yield from page.jobs
        cursor = page.cursor
        if cursor is None:
            return
        assert cursor not in known, f"cursor {cursor!r} was given before: the pages would never end"
        known.add(cursor)
