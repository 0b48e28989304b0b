"""The executor of several hosts, by the shipped contract: here of one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from feedscript.adapters.postgresql.database import Database
from feedscript.adapters.procrastinate import ProcrastinateExecutor
from feedscript.ports import Executor
from feedscript.testing.contracts import ExecutorContract, ExecutorSetup
from tests.executing import scripts_of
from tests.postgresql_server import empty, server


@pytest.fixture(scope="module", autouse=True)
def _server() -> None:
    server()


@pytest.fixture(autouse=True)
def database(tmp_path: Path) -> Iterator[Database]:
    empty(server().url())
    database = Database(server().url(), size=8)
    yield database
    database.close()


class TestProcrastinateExecutor(ExecutorContract):
    has_builtins = True
    hears_scripts = True
    ends_stalled_scripts = True
    tells_who_is_next = True
    looked_after_by_processes = True

    @pytest.fixture(autouse=True)
    def _over(self, database: Database) -> None:
        self.database = database

    def open_executor(self, setup: ExecutorSetup) -> Executor:
        return ProcrastinateExecutor(
            self.database,
            host_id=str(setup.folder),
            host_name="here",
            runs=setup.folder / "runs",
            logs=setup.folder / "logs",
            capacity=setup.capacity,
            scripts=scripts_of(setup),
            works=True,
        )
