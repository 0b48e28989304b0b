"""The columns of a table that is being written, learned from what occurs in its items."""

from collections.abc import Collection

from feedscript.feeds.engine.limits import Limits
from feedscript.feeds.readers.intake import Stopped, refuse_long_names
from feedscript.feeds.readers.staged import Fault, FaultTally

#: Of the columns, names in lists of values take one in so many at most: a marketplace has thousands of them.
_LISTED_SHARE = 2


class TableColumns:
    """The names that occur, in the order of their first occurrence, as far as they may become columns."""

    def __init__(self, limits: Limits, faults: FaultTally) -> None:
        self._limits = limits
        self._faults = faults
        self._listed: set[str] = set()
        self._told = False
        self.names: tuple[str, ...] = ()

    def learn(self, names: Collection[str]) -> None:
        """Add the names that are new as columns; raises `Stopped` past `max_columns`, or for a name without end."""
        columns = dict.fromkeys((*self.names, *filter(self._has_room, names)))
        refuse_long_names(names)
        if len(columns) > self._limits.max_columns:
            raise Stopped(f"the feed has more than {self._limits.max_columns} columns (max_columns)")
        if len(columns) > len(self.names):
            self.names = tuple(columns)

    def _has_room(self, name: str) -> bool:
        """Whether a name may become a column: those in lists, such as `param[Color]`, only while there are few."""
        if name in self._listed or not (name.endswith("]") and "[" in name):
            return True
        most = self._limits.max_columns // _LISTED_SHARE
        if len(self._listed) < most:
            self._listed.add(name)
            return True
        if not self._told:
            self._told = True
            message = f"lists of values have more than {most} names; those of others, such as {name!r}, were not read"
            self._faults.add(Fault("unknown_column", message, severity="info", value=name))
        return False
