"""A disk and a database of which a call fails: what the contracts' faults are made with (`contracts.faults`)."""

import errno
import os
from typing import TYPE_CHECKING, Any

from feedscript.testing.contracts.faults import Died, Fault
from feedscript.testing.faults import FaultyDisk

if TYPE_CHECKING:
    import psycopg


class FailingDisk(FaultyDisk):
    """A `Disk` of which a call fails, of whatever kind; nothing is synced, as no power is lost."""

    def __init__(self, fault: Fault) -> None:
        self._fault = fault
        super().__init__()

    def _meet(self, kind: str) -> None:  # noqa: ARG002 - any kind fails
        if self._fault.meets():
            raise OSError(errno.EIO, os.strerror(errno.EIO))

    def _fsync(self, descriptor: int) -> None:  # noqa: ARG002 - the real one takes most of the time
        self._meet("fsync")

    def _fdatasync(self, descriptor: int) -> None:  # noqa: ARG002
        self._meet("fsync")

    def _syncfs(self, descriptor: int) -> None:  # noqa: ARG002
        self._meet("syncfs")


CUT = "a cut"


def failing_connection(fault: Fault) -> "type[psycopg.Connection[Any]]":
    """A kind of connection of which a statement fails, or that is lost once a statement was carried out (`CUT`)."""
    import psycopg  # noqa: PLC0415 - which not every installation has

    class Failing(psycopg.Connection[Any]):
        def execute(self, query: Any, *arguments: Any, **more: Any) -> Any:
            if isinstance(query, str) and query.startswith("SET "):
                return super().execute(query, *arguments, **more)  # as the pool makes it
            try:
                fails = fault.meets()
            except Died:
                self.close()
                raise
            if fails and fault.name != CUT:
                raise psycopg.errors.DiskFull("on purpose")
            done = super().execute(query, *arguments, **more)
            if fails:
                with self.pipeline():
                    pass  # what is on its way arrives first
                self.close()
                raise psycopg.OperationalError("the connection is lost, and the answer with it")
            return done

    return Failing
