"""The executor, by the shipped contract."""

from feedscript.adapters.subprocess import ScriptSettings, SubprocessExecutor
from feedscript.ports import Executor
from feedscript.testing.contracts import ExecutorContract, ExecutorSetup


class TestSubprocessExecutor(ExecutorContract):
    has_builtins = True
    hears_scripts = True
    ends_stalled_scripts = True
    tells_who_is_next = True
    looked_after_by_processes = True

    def open_executor(self, setup: ExecutorSetup) -> Executor:
        scripts = ScriptSettings(
            builtins=setup.builtins,
            commands=setup.commands,
            environment=setup.environment,
            callback_url="http://127.0.0.1:9/api/callback/feed",
            timeout=setup.timeout,
            stall=setup.stall,
            kill_grace=setup.kill_grace,
            log_bytes=setup.log_bytes,
        )
        return SubprocessExecutor(
            runs=setup.folder / "runs",
            logs=setup.folder / "logs",
            capacity=setup.capacity,
            scripts=scripts,
        )
