"""What a generation did."""

from collections.abc import Mapping as AbstractMapping
from dataclasses import dataclass

from feedscript.feeds.comparison.changes import Changes
from feedscript.feeds.generation.excluding import Rejects
from feedscript.feeds.generation.repairs import Repair
from feedscript.feeds.profiles import Profile
from feedscript.feeds.readers.staged import Source
from feedscript.feeds.scanning.account import Account


@dataclass(frozen=True)
class Generated:
    """What a generation did.

    `account` tells of the source's records, `repairs` which values were changed and how; nothing else differs between
    source and feed. `rejects` tells of the items that were left out since the partner would reject them (None: nobody
    asked), `changes` what is new against the feed before, if that was asked for. `faults` counts what was wrong with
    the file, by code. `matched` holds the source's columns by attribute (none: a constant); `unmatched` are the columns
    that were not used. `mapping_sha256` is of all that was asked of the values. `preset` is the platform whose export
    the source was taken for. `warnings` say what may keep the partner from taking the feed as a file. `files` are the
    names of what was put at the destination and beside it, in that order.
    """

    profile: Profile
    account: Account
    repairs: tuple[Repair, ...]
    rejects: Rejects | None
    matched: AbstractMapping[str, tuple[str, ...]]
    unmatched: tuple[str, ...]
    faults: AbstractMapping[str, int]
    source: Source
    mapping_sha256: str
    preset: str | None = None
    changes: Changes | None = None
    warnings: tuple[str, ...] = ()
    files: tuple[str, ...] = ()

    @property
    def items_written(self) -> int:
        """How many items the feed has."""
        return self.account.items - (self.rejects.total if self.rejects else 0)

    def headline(self) -> str:
        """One line for a person."""
        account = self.account
        lost = f", {account.lost_total} malformed records left out" if account.lost_total else ""
        faults = ", ".join(f"{code} x{total}" for code, total in self.faults.items())
        told = f"; the source has {faults}" if faults else ""
        written = f"{self.items_written} of {account.seen} items written"
        left_out = ", ".join(f"{reason} x{total}" for reason, total in account.excluded.items())
        excluded = f", {account.excluded_total} rows left out ({left_out})" if left_out else ""
        if self.rejects and self.rejects.total:
            excluded += f", {self.rejects.total} with errors left out ({self.rejects.told()})"
        repaired = sum(repair.total for repair in self.repairs)
        repairs = f", {repaired} values repaired" if repaired else ""
        taken = f", read as {self.preset}" if self.preset else ""
        return f"{written} with {len(self.matched)} attributes{taken}{repairs}{excluded}{lost}{told}"
