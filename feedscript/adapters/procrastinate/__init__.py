"""Scripts on several hosts: PostgreSQL says which host runs which attempt, Procrastinate wakes the hosts."""

from feedscript.adapters.procrastinate.executor import ProcrastinateExecutor

__all__ = ["ProcrastinateExecutor"]
