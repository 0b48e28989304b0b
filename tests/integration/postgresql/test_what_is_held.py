"""An attempt waits once its job says so, and is run by a host only in the lease in which it was claimed."""

from collections.abc import Callable, Collection, Container, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from feedscript.adapters.postgresql import PostgresActivityLog, PostgresJobRepository
from feedscript.adapters.postgresql.database import Database
from feedscript.adapters.procrastinate.attempts import Attempts, Claim, line_up
from feedscript.adapters.procrastinate.host_listener import HostListener
from feedscript.adapters.subprocess.lease import Lease, LeaseFile, write_lease
from feedscript.codec import job_to_json
from feedscript.domain import GenerationStarted, Job, evolve
from feedscript.ports import AttemptListener, Run, ScriptEnd
from feedscript.ports.errors import UnreadableJob, VersionConflict
from feedscript.testing.contracts.executor_setup import run_of
from feedscript.testing.fakes import FrozenClock, SequentialIds
from feedscript.testing.stories import commit_all, history_of
from tests.postgresql_server import empty, server

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


class Service(AttemptListener):
    """Wants everything, and hears what is told."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.known: Job | None = None

    def backlog(self, *, waiting: Container[str] = (), of: Collection[str] | None = None) -> Iterator[Run]:
        """Nothing."""
        del waiting, of
        return iter(())

    def wanted(self, job_id: str, attempt: int, *, known: Job | None = None) -> Run | None:
        """As it is."""
        self.told.append("asked")
        self.known = known
        return replace(run_of(job_id), attempt=attempt)

    def script_started(self, job_id: str, attempt: int, log: str) -> None:
        """Note it."""
        del job_id, attempt, log
        self.told.append("started")

    def script_ended(self, end: ScriptEnd) -> None:
        """Note it."""
        del end
        self.told.append("ended")

    def script_ran(self, started_at: datetime, log: str, end: ScriptEnd) -> None:
        """Note it."""
        del started_at, log, end
        self.told.append("ran")

    def tick(self, *, waiting: Container[str] = ()) -> None:
        """Nothing."""


class Host:
    """A host with its lease, as the worker keeps it."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.attempts = Attempts(database, "here")
        self.service = Service()
        self._time = 0.0
        self._lease = LeaseFile(folder / "lease", now=lambda: self._time)
        self.ended: list[str] = []
        self.listener = self.listening(self.attempts)
        self.renew(60)

    def listening(self, attempts: Attempts) -> HostListener:
        """What stands between the host's scripts and the service."""
        return HostListener(
            self.service,
            attempts,
            self._lease,
            claims=attempts.claimed,
            adopted=lambda *_: None,
            ending=lambda *_: None,
            over=lambda job_id, _: self.ended.append(job_id),
        )

    @property
    def epoch(self) -> int:
        """That of its lease, which holds."""
        epoch = self._lease.epoch()
        assert epoch is not None
        return epoch

    def renew(self, lasts: float) -> None:
        epoch = self.attempts.renew("host", 5, lasts)
        write_lease(self._lease.path, Lease(self._time + lasts, epoch))

    def is_silent(self) -> None:
        """Its lease is over, here and in the database."""
        self.attempts.renew("host", 5, -1)
        self._time += 3600

    def claims(self) -> Claim:
        """Claim the next attempt, as the intake does."""
        epoch = self.epoch
        (claim,) = self.attempts.claim()
        self.listener.claimed(claim, epoch)
        return claim


@pytest.fixture
def database() -> Iterator[Database]:
    empty(server().url())
    database = Database(server().url(), size=4)
    yield database
    database.close()


@pytest.fixture
def host(database: Database, tmp_path: Path) -> Host:
    return Host(database, tmp_path)


def test_what_is_held_is_told_and_let_go(host: Host) -> None:
    for job_id in ("j1", "j2"):
        host.attempts.offer(run_of(job_id))
        host.claims()
        assert host.listener.wanted(job_id, 1) == run_of(job_id)
    host.listener.script_started("j1", 1, "log")
    host.listener.script_ended(ScriptEnd(job_id="j1", attempt=1, exit_code=0))
    host.listener.script_ran(NOON, "log", ScriptEnd(job_id="j2", attempt=1, exit_code=0))
    assert host.service.told == ["asked", "asked", "started", "ended", "ran"]
    assert host.ended == ["j1", "j2"]
    assert list(host.listener.backlog()) == []
    assert host.attempts.known() == set()


def test_what_is_wanted_is_not_let_go_before_its_end_whatever_the_backlog_says(host: Host) -> None:
    for job_id in ("j1", "j2"):
        host.attempts.offer(run_of(job_id))
        host.claims()
    assert host.listener.wanted("j1", 1)
    assert list(host.listener.backlog()) == []
    assert host.attempts.known() == {("j1", 1)}, "the other was called off before it was asked for"
    assert host.listener.wanted("j2", 1) is None


def test_what_is_wanted_waits_until_no_earlier_attempt_of_its_job_is_claimed_anywhere(
    database: Database, host: Host
) -> None:
    """Its script may be about to start, although it was cancelled: two of one job would run at once."""
    elsewhere = Attempts(database, "elsewhere")
    elsewhere.renew("other", 5, 60)
    host.attempts.offer(run_of("j1"))
    host.attempts.offer(run_of("j2"))
    assert [claim.job_id for claim in elsewhere.claim()] == ["j1"]
    for job_id in ("j1", "j2"):
        host.attempts.offer(replace(run_of(job_id), attempt=2))
    host.attempts.withdraw("j2", 1)
    for _ in range(2):
        host.claims()
    assert host.listener.wanted("j2", 2), "the one before was called off while it waited"
    assert host.listener.wanted("j1", 2) is None
    assert ("j1", 2) not in host.attempts.known(), "it is offered again by who looks after the whole"
    elsewhere.let_go("j1", 1)
    host.attempts.offer(replace(run_of("j1"), attempt=2))
    host.claims()
    assert host.listener.wanted("j1", 2)


@pytest.mark.parametrize(
    "leave",
    [lambda listener: list(listener.backlog()), lambda listener: listener.give_back()],
    ids=["let go", "given back"],
)
def test_what_is_just_being_let_go_is_not_run(
    database: Database, host: Host, leave: Callable[[HostListener], object]
) -> None:
    """A place is about to ask just then."""

    class Meanwhile(Attempts):
        def let_go(self, job_id: str, attempt: int, *, host: str | None = None) -> None:
            asked.append(listener.wanted(job_id, attempt))
            super().let_go(job_id, attempt, host=host)

        def give_back(self, job_id: str, attempt: int) -> None:
            asked.append(listener.wanted(job_id, attempt))
            super().give_back(job_id, attempt)

    asked: list[Run | None] = []
    listener = host.listening(Meanwhile(database, "here"))
    host.attempts.offer(run_of("j1"))
    listener.claimed(host.claims(), host.epoch)
    leave(listener)
    assert asked == [None]
    assert not host.attempts.claimed()


def test_what_could_not_be_looked_at_may_be_let_go(host: Host) -> None:
    host.attempts.offer(run_of("j1"))
    epoch = host.epoch
    (claim,) = host.attempts.claim()
    host.listener.claimed(replace(claim, document="{"), epoch)
    with pytest.raises(UnreadableJob):
        host.listener.wanted("j1", 1)
    assert list(host.listener.backlog()) == []
    assert host.attempts.known() == set()


def test_what_was_claimed_and_is_not_asked_for_is_given_back(host: Host) -> None:
    for job_id in ("j1", "j2"):
        host.attempts.offer(run_of(job_id))
        host.claims()
    assert host.listener.wanted("j1", 1)
    host.listener.give_back()
    assert host.listener.wanted("j2", 1) is None, "a place that comes to it late"
    assert [claim.job_id for claim in host.attempts.claimed()] == ["j1"]
    assert [claim.job_id for claim in host.attempts.claim()] == ["j2"]


def test_the_job_of_a_claim_is_believed_while_the_lease_holds_that_it_was_made_in(host: Host) -> None:
    clock = FrozenClock()
    (started,) = history_of(SequentialIds(clock).new_id(), clock, length=1)
    job = evolve(None, started)
    for job_id in ("j1", "j2"):
        host.attempts.offer(run_of(job_id))
        epoch = host.epoch
        (claim,) = host.attempts.claim()
        host.listener.claimed(replace(claim, document=job_to_json(job).decode()), epoch)
    assert host.listener.wanted("j1", 1)
    assert host.service.known == job
    host.is_silent()
    host.renew(60)
    assert host.listener.wanted("j2", 1), "nobody has declared it lost"
    assert host.service.known is None


def test_a_host_that_was_silent_begins_nothing_that_was_declared_lost_meanwhile(
    database: Database, host: Host
) -> None:
    for job_id in ("j1", "j2"):
        host.attempts.offer(run_of(job_id))
        host.claims()
    assert host.listener.wanted("j1", 1) is not None
    host.is_silent()
    elsewhere = Attempts(database, "elsewhere")
    for lost in elsewhere.lost():
        elsewhere.let_go(*lost[:2], host=lost[2])
    host.renew(60)
    assert host.listener.wanted("j1", 1) is None
    assert host.listener.wanted("j2", 1) is None
    host.listener.script_started("j1", 1, "log")
    host.listener.script_ended(ScriptEnd(job_id="j1", attempt=1, exit_code=0))
    host.listener.script_ran(NOON, "log", ScriptEnd(job_id="j1", attempt=1, exit_code=0))
    assert host.service.told == ["asked"], "its start and its end are nobody's any more"


def test_an_attempt_waits_with_the_commit_of_its_job_or_not_at_all(database: Database) -> None:
    clock = FrozenClock()
    ids = SequentialIds(clock)
    log = PostgresActivityLog(database, now=clock.now)
    repository = PostgresJobRepository(database, log, beside=line_up)
    attempts = Attempts(database, "here")
    history = history_of(ids.new_id(), clock, length=2)
    job = commit_all(repository, history[:1])
    assert attempts.known() == {(job.id, 1)}
    attempts.withdraw(job.id, 1)
    with pytest.raises(VersionConflict):
        repository.commit(job, [])
    assert attempts.known() == set(), "what was not written offers nothing"
    commit_all(repository, history[1:], job)
    assert evolve(job, history[1]).latest.started_at is not None
    assert attempts.known() == set(), "its script has been started"


def test_who_waits_is_told_by_the_merchants_own_name(database: Database) -> None:
    clock = FrozenClock()
    odd = "m" * 300
    repository = PostgresJobRepository(database, PostgresActivityLog(database, now=clock.now), beside=line_up)
    (started,) = history_of(SequentialIds(clock).new_id(), clock, length=1)
    assert isinstance(started, GenerationStarted)
    of_odd = replace(started, request=replace(started.request, affiliate_merchant_id=odd))
    commit_all(repository, [of_odd])
    attempts = Attempts(database, "here")
    attempts.offer(run_of("j1", merchant="m1"))
    assert attempts.health().waiting == {odd: 1, "m1": 1}
