"""What goes wrong between the service and its database, in the words of the ports."""

from typing import Any

import psycopg
from psycopg import errors

from feedscript.domain import FeedscriptError
from feedscript.ports.errors import StorageBroken, StorageBusy, StorageFull, StorageUnavailable

Connection = psycopg.Connection[Any]

TO_BE_REPEATED = (errors.SerializationFailure, errors.DeadlockDetected)
"""The transaction has not happened, and may go well if it is begun anew."""
TOOK_TOO_LONG = (errors.LockNotAvailable, errors.QueryCanceled)
NO_ROOM = (errors.DiskFull, errors.OutOfMemory)
NOT_THERE = (
    errors.AdminShutdown,
    errors.CrashShutdown,
    errors.CannotConnectNow,
    errors.ReadOnlySqlTransaction,
    errors.IdleInTransactionSessionTimeout,
)
"""The server goes away, comes up, or is one that only reads: another connection leads to one that serves."""
NOT_OUR_SCHEMA = (errors.UndefinedTable, errors.UndefinedColumn, errors.InvalidSchemaName)


def is_cut(error: psycopg.Error, connection: Connection) -> bool:
    """Whether the connection is of no use any more, so that another is needed."""
    return isinstance(error, NOT_THERE) or connection.closed


def translated(error: psycopg.Error, where: str, *, seconds: float) -> FeedscriptError:
    """The error as the ports have it; `where` names the database, `seconds` how long was waited."""
    cause = " ".join(str(error).split()) or type(error).__name__
    if isinstance(error, (*TO_BE_REPEATED, *TOOK_TOO_LONG)):
        return StorageBusy(where, seconds)
    if isinstance(error, NO_ROOM):
        return StorageFull(f"{where} ({cause})", 0, 1)
    if isinstance(error, NOT_OUR_SCHEMA):
        return StorageBroken(where, f"{cause}; see what `feedscript db check` says")
    if isinstance(error, (*NOT_THERE, psycopg.OperationalError, psycopg.InterfaceError)):
        return StorageUnavailable(where, cause)
    return StorageBroken(where, cause)
