"""A PostgreSQL server of the tests' own: Debian's, run by an ordinary user, with a socket in its folder."""

import atexit
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from functools import cache
from pathlib import Path

import psycopg
import pytest

from feedscript.adapters.postgresql.database import Database
from feedscript.adapters.postgresql.migrations import upgrade
from feedscript.adapters.procrastinate.schema import make_tables
from tests.integration.live_server import poll

VERSIONS = Path("/usr/lib/postgresql")
TABLES = (
    "job, reference_claim, activity, trail_day, trail_digest, place_claim, letter, letter_known, api_key, "
    "host_lease, host, attempt, caller_turn, merchant_turn, script_sign, script_output, procrastinate_jobs"
)
#: Nothing here outlives its test, so nothing need reach a disk.
SETTINGS = {"fsync": "off", "full_page_writes": "off", "listen_addresses": "", "max_connections": "400"}
DURABLE = {"fsync": "on", "full_page_writes": "on"}


class Server:
    """Started with the first test that asks for it, and gone with the tests' process."""

    def __init__(self, programs: Path, **settings: str) -> None:
        self._programs = programs
        self._settings = {**SETTINGS, **settings}
        self._user = _ordinary_user()
        self.folder = Path(tempfile.mkdtemp(prefix="feedscript-postgresql-"))
        self.data = self.folder / "data"
        if self._user is not None:
            shutil.chown(self.folder, *self._user)
        self._run(
            "initdb", "--no-sync", "--encoding=UTF8", "--locale=C.UTF-8", "--auth=trust", "--username=tests"
        )
        with (self.data / "pg_hba.conf").open("a") as rules:
            rules.write("host all tests samenet trust\n")  # where it listens to a network of the tests' own
        self.start()
        atexit.register(self.remove)
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute("CREATE DATABASE feedscript")
        database = Database(self.url())
        upgrade(database)
        make_tables(database)
        database.close()

    def url(self, name: str = "feedscript", *, host: str | None = None) -> str:
        """Its address, over its socket, or from where it is reached as `host`."""
        return f"postgresql://tests@/{name}?host={host or self.folder}"

    def new_database(self, name: str) -> str:
        """The address of a database without any table."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            connection.execute(f"CREATE DATABASE {name}")
        return self.url(name)

    def start(self) -> None:
        options = " ".join(f"-c {name}={value!r}" for name, value in self._settings.items())
        self._run(
            "pg_ctl", "start", "--wait", f"--log={self.folder}/log", f"--options=-k {self.folder} {options}"
        )

    def stop(self, mode: str = "immediate") -> None:
        self._run("pg_ctl", "stop", "--wait", f"--mode={mode}")

    def kill(self) -> None:
        """kill -9 of the postmaster; its children go with it."""
        os.kill(int((self.data / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)

    def come_back(self) -> None:
        """Start it again after a kill: it refuses until the last of its processes is gone."""
        poll(self._starts)

    def _starts(self) -> bool:
        try:
            self.start()
        except AssertionError:
            return False
        return True

    def remove(self) -> None:
        subprocess.run(
            self._command("pg_ctl", "stop", "--mode=immediate"),
            check=False,
            capture_output=True,
            **self._as_user(),
        )
        shutil.rmtree(self.folder, ignore_errors=True)

    def cut_all(self) -> None:
        """End every connection but this one."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'feedscript'"
            )

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            self._command(program, *arguments),
            check=False,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            cwd=self.folder,
            **self._as_user(),
        )
        assert done.returncode == 0, done.stderr.decode()

    def _command(self, program: str, *arguments: str) -> list[str]:
        return [str(self._programs / program), f"--pgdata={self.data}", *arguments]

    def _as_user(self) -> dict[str, object]:
        if self._user is None:
            return {}
        user, group = self._user
        return {"user": user, "group": group, "extra_groups": []}


def empty(url: str) -> None:
    """Forget all that is in the database."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"TRUNCATE {TABLES} CASCADE")


@cache
def server(**settings: str) -> Server:
    """The server of this process with these settings; the test is skipped where there is none to be had."""
    programs = _programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed (apt-get install postgresql)", allow_module_level=True)
    return Server(programs, **settings)


def _programs() -> Path | None:
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    return max(
        (path.parent for path in VERSIONS.glob("*/bin/initdb")), key=lambda path: path.parts, default=None
    )


def _ordinary_user() -> tuple[int, int] | None:
    """Whom to run the server as: PostgreSQL refuses to be root's; None where this is an ordinary user already."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return entry.pw_uid, entry.pw_gid
    pytest.skip("there is no ordinary user to run PostgreSQL as")
