"""Everything out of folders into a database, and back: the same jobs, the same trail to the byte."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner, Result

from feedscript.adapters._flock import open_lock, try_lock
from feedscript.adapters.files import Disk, FileActivityLog, FileJobRepository, FileKeys, FilePlaces
from feedscript.adapters.webhooks import FolderLetterBox
from feedscript.entrypoints.cli import main
from feedscript.ports import DeliveryState, Owner
from feedscript.testing.contracts.keys import a_key
from feedscript.testing.fakes import FrozenClock, SequentialIds
from feedscript.testing.stories import commit_all, history_of, many_jobs, notes
from tests.postgresql_server import empty, server

BESIDE = (".", "index/", "journal/", "locks/")
KEY = "an audit key of thirty-two bytes"


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[dict[str, str]]:
    empty(server().url())
    yield places_in(tmp_path / "first")
    empty(server().url())


def places_in(folder: Path) -> dict[str, str]:
    folder.mkdir()
    names = {
        name: str(folder / name.lower()) for name in ("JOBS_DIR", "ACTIVITIES_DIR", "RUNS_DIR", "LOGS_DIR")
    }
    return {**names, "AUDIT_KEYS": KEY, "DATABASE_URL": server().url()}


def feedscript(settings: dict[str, str], *arguments: str) -> Result:
    return CliRunner(env=settings).invoke(main, arguments)


def fill(settings: dict[str, str]) -> None:
    """Days of jobs in all states, open and settled, and all else that is kept."""
    clock, disk, jobs = FrozenClock(), Disk(), Path(settings["JOBS_DIR"])
    ids = SequentialIds(clock)
    log = FileActivityLog(Path(settings["ACTIVITIES_DIR"]), disk, now=clock.now, key=KEY.encode())
    repository = FileJobRepository(jobs, log, disk)
    for job in many_jobs(repository, ids, clock, 12):
        repository.claim(job.affiliate_merchant_id, job.reference or "", job.id)
        repository.settle(job.id)
    log.append(notes(clock, 5))
    clock.tick(timedelta(days=2))
    commit_all(repository, history_of(ids.new_id(), clock, length=2))
    log.finish_days()
    repository.close()
    places = FilePlaces(jobs, disk)
    places.claim("s3://b/feed", Owner("m/1 é", "feed"))
    keys = FileKeys(jobs, disk)
    keys.add(a_key(1))
    keys.revoke(a_key(1).id, clock.now())
    keys.add(a_key(2, name="key 1"))
    keys.used(a_key(2).id, clock.now())
    box = FolderLetterBox(jobs / "outbox", disk)
    for name in ("waits", "dead", "told", "forgotten"):
        box.put(name, b'{"id": "%s"}' % name.encode())
    box.set_aside("dead")
    box.remove("told")
    box.forget("forgotten")


def kept(settings: dict[str, str]) -> dict[str, bytes | str]:
    """Each file of the truth by its path below the folders; of a job's file the job's own line, of links their text."""
    found: dict[str, bytes | str] = {}
    for name in ("JOBS_DIR", "ACTIVITIES_DIR"):
        root = Path(settings[name])
        for path in sorted(root.rglob("*")):
            place = path.relative_to(root).as_posix()
            if path.is_symlink():
                found[f"{name}/{place}"] = str(path.readlink())
            elif (
                path.is_file()
                and not place.startswith((".", "index/", "journal/", "locks/"))
                and ".lock" not in place
            ):
                data = path.read_bytes()
                a_job = name == "JOBS_DIR" and place[:2] == "20"
                found[f"{name}/{place}"] = data.split(b"\n")[1] if a_job else data
    return found


def test_there_and_back_again_everything_is_as_it_was(settings: dict[str, str], tmp_path: Path) -> None:
    fill(settings)
    head = feedscript(settings, "audit", "verify").stdout.rpartition("head: ")[2]
    there = feedscript(settings, "migrate", "--to", "postgresql")
    assert there.exit_code == 0, there.output
    assert there.stdout.startswith("13 jobs and ")
    assert there.stderr.splitlines() == [
        "verifying the trail",
        "copying entries of the trail",
        "copying jobs",
        "verifying the copy of the trail",
        "comparing jobs",
    ]
    verified = feedscript(
        {**settings, "STORAGE": "postgresql"}, "audit", "verify", f"--expect-head={head.strip()}"
    )
    assert verified.exit_code == 0, verified.output
    assert "signed by a known key, 0 not" in verified.stdout
    assert "0 signed" not in verified.stdout
    elsewhere = places_in(tmp_path / "second")
    back = feedscript(elsewhere, "migrate", "--to", "files")
    assert back.exit_code == 0, back.output
    before, after = kept(settings), kept(elsewhere)
    assert sum(name.startswith("JOBS_DIR/references/") for name in before) == 12
    assert sum(name.startswith("ACTIVITIES_DIR/digests/") for name in before) > 2
    assert before == after
    again = feedscript(settings, "migrate", "--to", "postgresql")
    assert (again.exit_code, "only an empty database takes over" in again.stderr) == (74, True)
    again = feedscript(settings, "migrate", "--to", "files")
    assert (again.exit_code, "only empty folders take over" in again.stderr) == (74, True)


def test_nothing_is_moved_from_under_a_service_that_is_at_work(settings: dict[str, str]) -> None:
    fill(settings)
    runs = Path(settings["RUNS_DIR"])
    runs.mkdir()
    lock = open_lock(runs / ".leader")
    assert try_lock(lock)
    refused = feedscript(settings, "migrate", "--to", "postgresql")
    assert (refused.exit_code, "the service is at work; stop it" in refused.stderr) == (74, True)
    (runs / ".leader").unlink()
    with psycopg.connect(server().url(), autocommit=True) as connection:
        connection.execute(
            "INSERT INTO host_lease VALUES (true, '1', 'node7', clock_timestamp() + interval '9 s')"
        )
    refused = feedscript(settings, "migrate", "--to", "postgresql")
    assert (refused.exit_code, "the service on node7 uses it" in refused.stderr) == (74, True)


def test_a_trail_that_is_not_whole_is_not_moved(settings: dict[str, str]) -> None:
    fill(settings)
    day = min(Path(settings["ACTIVITIES_DIR"]).glob("2*/*/*.jsonl"))
    day.write_bytes(day.read_bytes().replace(b"generation_started", b"generation_stopped", 1))
    refused = feedscript(settings, "migrate", "--to", "postgresql")
    assert refused.exit_code == 1
    assert "does not follow from the one before it" in refused.stderr
    with psycopg.connect(server().url()) as connection:
        assert connection.execute("SELECT count(*) FROM activity, job").fetchone() == (0,)


def test_dead_letters_arrive_among_the_dead(settings: dict[str, str], tmp_path: Path) -> None:
    fill(settings)
    assert feedscript(settings, "migrate", "--to", "postgresql").exit_code == 0
    elsewhere = places_in(tmp_path / "second")
    assert feedscript(elsewhere, "migrate", "--to", "files").exit_code == 0
    box = FolderLetterBox(Path(elsewhere["JOBS_DIR"]) / "outbox", Disk())
    assert [name for name, _ in box.all_in(DeliveryState.DEAD, after="")] == ["dead"]
    assert [name for name, _ in box.all_in(DeliveryState.WAITING, after="")] == ["forgotten", "waits"]
    assert box.known() == ["dead", "told", "waits"]
