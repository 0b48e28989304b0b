"""Who is told of what happens, to log and to count it."""

from typing import Protocol

from feedscript.domain import Activity, Job


class Observer(Protocol):
    """Is told of every entry of the audit trail once it is there; holds nobody up, and changes nothing."""

    def entered(self, activity: Activity, job: Job | None = None) -> None:
        """Take note of an entry; `job` is the one that it has changed, as it is now. Raises nothing."""
