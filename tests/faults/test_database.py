"""Connections that are cut, transactions that are refused, a server that is killed or full: nothing acknowledged is
lost, nothing is written twice, and what was not written is said not to be."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from feedscript.adapters.postgresql import Database, PostgresActivityLog, PostgresJobRepository
from feedscript.adapters.postgresql.audit import verify
from feedscript.domain import Job
from feedscript.ports.errors import StorageFull, StorageUnavailable, VersionConflict
from feedscript.testing.contracts.racing import at_once, returned
from feedscript.testing.fakes import FrozenClock, SequentialIds
from feedscript.testing.stories import commit_all, history_of
from tests.faults.extent import extent
from tests.postgresql_server import Server, empty, server

KILLS = extent("DATABASE_KILLS", short=1, long=50)
STATEMENTS = 5
"""More than a commit sends."""


@dataclass
class Scene:
    server: Server
    database: Database
    repository: PostgresJobRepository
    log: PostgresActivityLog
    ids: SequentialIds
    clock: FrozenClock

    def trail_of(self, job: Job) -> list[str]:
        return [entry.id for entry in self.log.of_job(job.id, since=job.created_at)]

    def run(self, statements: str) -> None:
        with psycopg.connect(self.server.url(), autocommit=True) as connection:
            connection.execute(statements)


class Cutting:
    """Has the server end the connection before or after the statement of that number, counted over a transaction."""

    def __init__(self, url: str, number: int, *, after: bool) -> None:
        self._url, self._left, self._after = url, number, after
        self.happened = False

    def connection(self) -> type[psycopg.Connection[Any]]:
        cutting = self

        class Cut(psycopg.Connection[Any]):
            def execute(self, *arguments: Any, **more: Any) -> Any:
                return cutting._meet(self, lambda: super(Cut, self).execute(*arguments, **more))

        return Cut

    def _meet(self, connection: psycopg.Connection[Any], call: Callable[[], Any]) -> Any:
        self._left -= 1
        if self._left:
            return call()
        if self._after:
            call()
        self.happened = True
        pid = connection.info.backend_pid
        with psycopg.connect(self._url, autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
        if not self._after:
            return call()
        connection.close()
        raise psycopg.OperationalError("the answer is lost")


@pytest.fixture
def scene() -> Iterator[Scene]:
    empty(server().url())
    clock = FrozenClock()
    database = Database(server().url(), size=4, patience=8)
    log = PostgresActivityLog(database, now=clock.now)
    yield Scene(server(), database, PostgresJobRepository(database, log), log, SequentialIds(clock), clock)
    database.close()


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_commit_survives_a_cut_at_any_statement(scene: Scene, after: bool) -> None:
    happened = 0
    for number in range(1, STATEMENTS):
        history = history_of(scene.ids.new_id(), scene.clock, length=2)
        job = commit_all(scene.repository, history[:1])
        cutting = Cutting(scene.server.url(), number, after=after)
        database = Database(scene.server.url(), size=1, patience=8, connection=cutting.connection())
        log = PostgresActivityLog(database, now=scene.clock.now)
        job = commit_all(PostgresJobRepository(database, log), history[1:], job)
        database.close()
        happened += cutting.happened
        assert scene.repository.get(job.id) == job
        assert scene.trail_of(job) == [f"{job.id}/1", f"{job.id}/2"]
    assert 2 <= happened < STATEMENTS - 1, "some beyond the last statement, so that each was met"
    assert verify(scene.database).entries == 2 * (STATEMENTS - 1)


def test_reading_survives_that_all_connections_are_cut(scene: Scene) -> None:
    job = commit_all(scene.repository, history_of(scene.ids.new_id(), scene.clock, length=3))
    returned(at_once(*[lambda: scene.repository.get(job.id)] * 4))
    for _ in range(3):
        scene.server.cut_all()
        assert returned(at_once(*[lambda: scene.repository.get(job.id)] * 4)) == [job] * 4


@pytest.mark.parametrize("code", ["40001", "40P01"])
def test_what_is_refused_as_not_serializable_is_done_again(scene: Scene, code: str) -> None:
    scene.run(
        "CREATE SEQUENCE refusals; CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF nextval('refusals') % 3 <> 0 THEN RAISE EXCEPTION 'try again' USING ERRCODE = '{code}'; END IF; "
        "RETURN NEW; END $$; CREATE TRIGGER refuse BEFORE INSERT ON activity EXECUTE FUNCTION refuse()"
    )
    try:
        job = commit_all(scene.repository, history_of(scene.ids.new_id(), scene.clock, length=4))
    finally:
        scene.run("DROP FUNCTION refuse CASCADE; DROP SEQUENCE refusals")
    assert scene.repository.get(job.id) == job
    assert scene.trail_of(job) == [f"{job.id}/{n}" for n in range(1, 5)]
    assert verify(scene.database).entries == 4


def test_a_database_whose_disk_is_full_says_so_and_keeps_what_it_had(scene: Scene) -> None:
    history = history_of(scene.ids.new_id(), scene.clock, length=3)
    job = commit_all(scene.repository, history[:1])
    scene.run(
        "CREATE FUNCTION fill() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$; "
        "CREATE TRIGGER fill BEFORE INSERT ON activity EXECUTE FUNCTION fill()"
    )
    try:
        with pytest.raises(StorageFull, match="No space left on device"):
            commit_all(scene.repository, history[1:2], job)
    finally:
        scene.run("DROP FUNCTION fill CASCADE")
    assert scene.repository.get(job.id) == job
    assert scene.trail_of(job) == [f"{job.id}/1"]
    job = commit_all(scene.repository, history[1:], job)
    assert scene.trail_of(job) == [f"{job.id}/{n}" for n in range(1, 4)]


def test_a_killed_server_that_comes_back_loses_and_doubles_nothing(scene: Scene) -> None:
    acknowledged: list[Job] = []
    stopping = threading.Event()

    def commit_on_and_on(ids: list[str]) -> None:
        for job_id in ids:
            if stopping.is_set():
                return
            try:
                acknowledged.append(commit_all(scene.repository, history_of(job_id, scene.clock, length=2)))
            except StorageUnavailable:
                continue

    def kill_and_start() -> None:
        for _ in range(KILLS):
            seen = len(acknowledged)
            while len(acknowledged) < seen + 5:
                stopping.wait(0.01)
            scene.server.kill()
            scene.server.come_back()
        stopping.set()

    ids = [[scene.ids.new_id() for _ in range(2000 * KILLS)] for _ in range(3)]
    returned(at_once(kill_and_start, *[lambda some=some: commit_on_and_on(some) for some in ids]))
    assert len(acknowledged) >= 5 * KILLS
    for job in acknowledged:
        assert scene.repository.get(job.id) == job
        assert scene.trail_of(job) == [f"{job.id}/1", f"{job.id}/2"]
    verify(scene.database)


def test_a_server_that_is_not_there_is_said_to_be_unavailable(scene: Scene) -> None:
    job = commit_all(scene.repository, history_of(scene.ids.new_id(), scene.clock, length=1))
    nobody = Database(f"{scene.server.url()}&port=1", patience=0.3)
    log = PostgresActivityLog(nobody)
    repository = PostgresJobRepository(nobody, log)
    for ask in (
        lambda: repository.get(job.id),
        lambda: repository.commit(job, []),
        lambda: log.append(list(scene.log.of_job(job.id, since=job.created_at - timedelta(1)))),
        lambda: verify(nobody),
    ):
        with pytest.raises(StorageUnavailable, match="database feedscript at"):
            ask()
    nobody.close()


def test_of_many_that_race_on_two_hosts_one_has_each_version(scene: Scene) -> None:
    elsewhere = Database(scene.server.url(), size=4)
    other = PostgresJobRepository(elsewhere, PostgresActivityLog(elsewhere, now=scene.clock.now))
    history = history_of(scene.ids.new_id(), scene.clock, length=2)
    job = commit_all(scene.repository, history[:1])
    racers = [
        lambda r=repository: commit_all(r, history[1:], job) for repository in (scene.repository, other) * 5
    ]
    came = at_once(*racers)
    assert sum(isinstance(each, Job) for each in came) == 1
    assert sum(isinstance(each, VersionConflict) for each in came) == 9
    elsewhere.close()
    assert verify(scene.database).entries == 2
