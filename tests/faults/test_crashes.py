"""Processes that die and machines that lose their power, at any system call of any operation: nothing acknowledged is
lost, doubled or stuck."""

import shutil
import tempfile
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from feedscript.adapters.files import FileActivityLog, FileJobRepository
from feedscript.adapters.files.audit import verify
from feedscript.domain import Event, Job, evolve, fold, record_of
from feedscript.ports import ActivityFilter, JobFilter
from feedscript.testing.crashes import CrashDisk, Killed, World
from feedscript.testing.fakes import FrozenClock, SequentialIds
from feedscript.testing.stories import history_of, notes
from tests.faults.extent import extent
from tests.integration.files.storage import SMALL_JOURNAL, FileStorage, file_storage

STATES = extent("CRASH_STATES", short=250, long=20_000)
MOST_CALLS = 60
"""More system calls than an operation makes; some lives end by themselves."""

steps = st.one_of(
    st.tuples(st.just("new"), st.integers(0, 3)),
    st.tuples(st.just("advance"), st.integers(0, 3)),
    st.tuples(st.just("look"), st.integers(0, 3)),
    st.tuples(st.just("settle"), st.integers(0, 3)),
    st.tuples(st.just("note"), st.integers(0, 1)),
    st.tuples(st.just("sleep"), st.just(0)),
)


@dataclass(frozen=True)
class Life:
    """What a process does, at which system call it dies, and whether the machine dies with it."""

    steps: list[tuple[str, int]]
    fatal_call: int
    power_cut: bool
    seed: int


lives = st.builds(
    Life,
    steps=st.lists(steps, min_size=1, max_size=8),
    fatal_call=st.integers(0, MOST_CALLS),
    power_cut=st.booleans(),
    seed=st.integers(0, 2**32),
)


@dataclass
class Known:
    """What the callers know: the versions that were tried and acknowledged, the references, the durable notes."""

    histories: dict[str, list[Event]] = field(default_factory=dict)
    acknowledged: dict[str, int] = field(default_factory=dict)
    references: dict[int, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


class Story:
    """Lives of processes over one disk, one after the other."""

    def __init__(self, place: Path, **promises: bool) -> None:
        self.place = place
        self.promises = promises
        self.clock = FrozenClock()
        self.ids = SequentialIds(self.clock)
        self.known = Known()
        self.noted = 0
        self.cuts = 0
        (place / "0").mkdir()
        self.world = World(place / "0")

    def storage(self, disk: CrashDisk) -> FileStorage:
        return file_storage(self.world.base, disk=disk, now=self.clock.now, journal=SMALL_JOURNAL)

    def live(self, life: Life) -> None:
        disk = CrashDisk(self.world, fatal_call=life.fatal_call, **self.promises)
        with suppress(Killed):
            self.live_on(self.storage(disk), life.steps)
        if life.power_cut:
            self.cuts += 1
            self.world = self.world.survivors(Random(life.seed), self.place / str(self.cuts))

    def live_on(self, storage: FileStorage, steps: list[tuple[str, int]]) -> None:
        try:
            list(storage[0].open_jobs())
            for what, which in steps:
                getattr(self, what)(storage, which)
        finally:
            # What the kernel does: a lock goes with its holder. And the folder of the index may be about to go.
            storage[0].close()

    # What a process does

    def new(self, storage: FileStorage, which: int) -> None:
        repository, _ = storage
        fresh = self.ids.new_id()
        job_id = repository.claim("m1", str(which), fresh)
        history = self.known.histories.setdefault(job_id, self.history(job_id, which))
        if repository.get(job_id) is None:
            self.commit(storage, None, history[0])
            self.known.references[which] = job_id

    def advance(self, storage: FileStorage, which: int) -> None:
        job = self.look(storage, which)
        history = self.known.histories[job.id] if job else []
        if job and job.version < len(history):
            self.commit(storage, job, history[job.version])

    def look(self, storage: FileStorage, which: int) -> Job | None:
        """Whatever a caller was shown, it may count on."""
        job_id = self.known.references.get(which)
        job = storage[0].get(job_id) if job_id else None
        if job is not None:
            self.known.acknowledged[job.id] = job.version
        return job

    def settle(self, storage: FileStorage, which: int) -> None:
        if which in self.known.references:
            storage[0].settle(self.known.references[which])

    def note(self, storage: FileStorage, durable: int) -> None:
        (entry,) = notes(self.clock, 1, first=self.noted)
        self.noted += 1
        storage[1].append([entry], durable=bool(durable))
        if durable:
            self.known.notes.append(entry.id)

    def sleep(self, storage: FileStorage, _: int) -> None:
        self.clock.tick(timedelta(hours=13))

    def commit(self, storage: FileStorage, job: Job | None, event: Event) -> None:
        following = evolve(job, event)
        storage[0].commit(following, [record_of(event, following.version)])
        self.known.acknowledged[following.id] = following.version

    def history(self, job_id: str, which: int) -> list[Event]:
        first, *rest = history_of(job_id, self.clock, length=5)
        return [replace(first, request=replace(first.request, reference=str(which))), *rest]  # type: ignore[attr-defined]

    # What must hold whenever a process comes up

    def check(self) -> None:
        storage = self.storage(CrashDisk(self.world))
        try:
            self.check_all(*storage)
        finally:
            storage[0].close()

    def check_all(self, repository: FileJobRepository, log: FileActivityLog) -> None:
        open_jobs = set(repository.open_jobs())
        log.append(notes(self.clock, 1, first=self.noted))
        trail = verify(self.world.base / "activities")
        assert not trail.torn
        entries = list(reversed(log.page(ActivityFilter(), limit=10**6).activities))
        assert list((self.world.base / "jobs/quarantine").iterdir()) == []
        jobs = {job.id: job for job in repository.page(JobFilter(), limit=10**6).jobs}
        for job_id, version in self.known.acknowledged.items():
            assert job_id in jobs, "an acknowledged job is lost"
            assert jobs[job_id].version >= version, "an acknowledged change is lost"
        for job in jobs.values():
            assert job == fold(self.known.histories[job.id][: job.version])
            told = [entry.id for entry in entries if entry.job_id == job.id and entry.event is not None]
            assert told == [f"{job.id}/{n}" for n in range(1, job.version + 1)], "not once on the trail"
            assert job.settled or job.id in open_jobs, "a job is stuck"
        for which, job_id in self.known.references.items():
            assert repository.claim("m1", str(which), self.ids.new_id()) == job_id, (
                "a reference was given twice"
            )
        ids = [entry.id for entry in entries]
        assert [name for name in ids if name in set(self.known.notes)] == self.known.notes


def tell(story: list[Life], **promises: bool) -> None:
    place = Path(tempfile.mkdtemp(prefix="feedscript-crash-"))
    told = Story(place, **promises)
    try:
        for life in story:
            told.live(life)
        told.check()
    finally:
        shutil.rmtree(place)


def crash_test(*, shrink: bool = True, **promises: bool) -> None:
    @settings(
        max_examples=STATES,
        phases=(Phase.generate, Phase.shrink) if shrink else (Phase.generate,),
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(lives, min_size=1, max_size=4))
    def check(story: list[Life]) -> None:
        tell(story, **promises)

    check()


def test_nothing_acknowledged_is_lost_doubled_or_stuck() -> None:
    crash_test()


@pytest.mark.parametrize("promise", ["file_syncs", "folder_syncs"])
def test_the_test_would_notice_a_missing_fsync(promise: str) -> None:
    with pytest.raises(Exception):  # noqa: B017, PT011 - whatever the loss leads to
        crash_test(shrink=False, **{promise: False})


@pytest.mark.parametrize(
    ("first", "second"),
    [
        # What a dead process wrote and did not sync is counted on by the next one.
        ([("note", 1), ("new", 0)], [("new", 0), ("look", 0)]),
        # A day ends with entries that nobody has synced.
        ([("note", 1), ("note", 0), ("sleep", 0)], [("note", 1)]),
    ],
)
def test_a_power_cut_after_the_next_process(
    first: list[tuple[str, int]], second: list[tuple[str, int]]
) -> None:
    for call in range(30, 70):
        for seed in range(6):
            tell(
                [
                    Life(first, fatal_call=call, power_cut=False, seed=0),
                    Life(second, 0, power_cut=True, seed=seed),
                ]
            )
