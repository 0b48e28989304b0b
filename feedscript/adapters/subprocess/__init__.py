"""Scripts as processes of the same machine, looked after by long-lived runners."""

from feedscript.adapters.subprocess.executor import SubprocessExecutor
from feedscript.adapters.subprocess.script_contract import ScriptSettings

__all__ = ["ScriptSettings", "SubprocessExecutor"]
