"""The account of a source's records: how many it holds, how many were read, and what became of the others."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from feedscript.feeds.readers.staged import Staged
from feedscript.feeds.scanning.rejected import Rejected

#: Lost records that are listed with line and cause, of each fault.
_LISTED = 20


@dataclass(frozen=True)
class LostRecord:
    """A record that no item was made of: its ordinal and physical line, both from 1, and why."""

    code: str
    item: int | None
    line: int | None
    cause: str

    def document(self) -> dict[str, Any]:
        """The record in JSON's types."""
        return {"code": self.code, "item": self.item, "line": self.line, "cause": self.cause}


@dataclass(frozen=True)
class Account:
    """What became of the records of a source, the same for every format.

    `read` counts records of which an item was made, `lost` by fault those of which none was; `first` lists some of
    the lost. `blank` counts the rows of a spreadsheet that have no value: no records, and no loss. Of the records that
    were read the mapping's row steps leave out those `excluded`, by reason, and make `added` items more where they
    split one; `circular` are parents of others whose own parents lead in a circle.
    """

    read: int
    lost: Mapping[str, int]
    first: tuple[LostRecord, ...]
    blank: int = 0
    excluded: Mapping[str, int] = field(default_factory=dict)
    added: int = 0
    circular: int = 0

    @property
    def items(self) -> int:
        """How many items were made of the records that were read."""
        return self.read + self.added - self.excluded_total

    @property
    def excluded_total(self) -> int:
        """How many rows were left out."""
        return sum(self.excluded.values())

    @property
    def lost_total(self) -> int:
        """How many records were lost."""
        return sum(self.lost.values())

    @property
    def seen(self) -> int:
        """How many records the source holds, as far as it was read."""
        return self.read + self.lost_total

    @property
    def share_lost(self) -> float:
        """The part of the records that was lost, from 0 to 1."""
        return self.lost_total / self.seen if self.seen else 0.0

    def document(self) -> dict[str, Any]:
        """The account in JSON's types."""
        return {
            "records_seen": self.seen,
            "records_read": self.read,
            "records_lost": dict(self.lost),
            "rows_excluded": dict(self.excluded),
            "rows_added": self.added,
            "rows_in_circles": self.circular,
            "rows_blank": self.blank,
            "lost": [record.document() for record in self.first],
        }


def account_of(staged: Staged, rejected: Rejected | None, read: int) -> Account:
    """The account of a source: what the reader lost, and what the scan rejected, if there was anything to scan."""
    lost = dict(staged.faults.lost)
    first = [
        LostRecord(code, fault.item, fault.line, fault.message)
        for code, faults in staged.faults.first_lost.items()
        for fault in faults[:_LISTED]
    ]
    if rejected is None:
        return Account(read, lost, tuple(first))
    for code, total in rejected.totals.items():
        lost[code] = lost.get(code, 0) + total
    first += [LostRecord(row.code, row.item, row.line, row.cause) for row in rejected.first(_LISTED)]
    return Account(read, lost, tuple(first), rejected.blank)
