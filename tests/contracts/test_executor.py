"""The executor, by the shipped contract."""

from feedscript.adapters.subprocess import SubprocessExecutor
from feedscript.ports import Executor
from feedscript.testing.contracts import ExecutorContract, ExecutorSetup
from tests.executing import scripts_of


class TestSubprocessExecutor(ExecutorContract):
    has_builtins = True
    hears_scripts = True
    ends_stalled_scripts = True
    tells_who_is_next = True
    looked_after_by_processes = True

    def open_executor(self, setup: ExecutorSetup) -> Executor:
        return SubprocessExecutor(
            runs=setup.folder / "runs",
            logs=setup.folder / "logs",
            capacity=setup.capacity,
            scripts=scripts_of(setup),
        )
