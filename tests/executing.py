"""How an executor's contract sets scripts up, for every executor that runs them on this machine."""

from feedscript.adapters.subprocess import ScriptSettings
from feedscript.testing.contracts import ExecutorSetup


def scripts_of(setup: ExecutorSetup) -> ScriptSettings:
    return ScriptSettings(
        builtins=setup.builtins,
        commands=setup.commands,
        environment=setup.environment,
        callback_url="http://127.0.0.1:9/api/callback/feed",
        timeout=setup.timeout,
        stall=setup.stall,
        kill_grace=setup.kill_grace,
        log_bytes=setup.log_bytes,
    )
