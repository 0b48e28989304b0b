"""A DuckDB that a process opens before it forks, for children that have little to ask."""

import os
from pathlib import Path

import duckdb

from feedscript.feeds.engine.connection import bounds, configuration
from feedscript.feeds.engine.limits import MIB, Limits

#: To check all items of a text of so many bytes takes less time than to plan what would save some for each.
SMALL_BYTES = 512 * 1024
#: What is prepared takes a few megabytes for each query, and nothing is read before the fork.
_BYTES_BEFORE_FORK = 256 * MIB


class ReadyEngine:
    """A DuckDB without a thread of its own, as none outlives a fork: each child has a copy, and is alone with it."""

    def __init__(self) -> None:
        self._connection: duckdb.DuckDBPyConnection | None = None
        self._opener = 0
        self._is_taken = False

    def open(self) -> duckdb.DuckDBPyConnection:
        """The DuckDB, opened by the first call in the process that is to fork."""
        if self._connection is None:
            config = configuration() | {"threads": 1, "async_threads": 0}
            self._connection = duckdb.connect(":memory:", config=config)
            self._connection.execute(bounds(_BYTES_BEFORE_FORK, Path(os.devnull), 0))
            self._opener = os.getpid()
        return self._connection

    def of_child(self, limits: Limits, workdir: Path) -> duckdb.DuckDBPyConnection | None:
        """The copy of a child, bounded as one of its own would be; None elsewhere, and where it has taken it before."""
        connection = self._connection
        if connection is None or self._is_taken or os.getpid() == self._opener:
            return None
        # It stays open to the end of the child: to close it would copy all memory that it shares with its parent.
        self._is_taken = True
        connection.execute(bounds(limits.scan_bytes, workdir / "spill", limits.max_spill_bytes))
        return connection


READY_ENGINE = ReadyEngine()
