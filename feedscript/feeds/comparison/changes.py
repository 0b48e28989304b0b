"""What came of a comparison of two feeds."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

#: The version of the document that `Changes.document` makes.
CHANGES_VERSION = "1"


@dataclass(frozen=True)
class Side:
    """One of the two feeds: how many items it has, and how many records of it could not be read."""

    uri: str
    items: int
    unread: int

    def document(self) -> dict[str, Any]:
        """The feed in JSON's types."""
        return {"feed": self.uri, "items": self.items, "records_unread": self.unread}


@dataclass(frozen=True)
class Changed:
    """An item that is otherwise in the new feed: its id, and the values that differ, before and after, by attribute.

    Several values are parted by U+001F, and each is cut to 200 characters.
    """

    item_id: str
    values: Mapping[str, tuple[str | None, str | None]]

    def document(self) -> dict[str, Any]:
        """The item in JSON's types."""
        values = {name: {"before": before, "after": after} for name, (before, after) in self.values.items()}
        return {"item_id": self.item_id, "values": values}


@dataclass(frozen=True)
class Changes:
    """How the new feed differs from the old one; the order of items and of columns is no difference.

    `by_attribute` counts the changed items in which an attribute differs. The lists hold the first of each kind.
    """

    old: Side
    new: Side
    added: int
    removed: int
    changed: int
    by_attribute: Mapping[str, int]
    first_added: tuple[str, ...] = ()
    first_removed: tuple[str, ...] = ()
    first_changed: tuple[Changed, ...] = ()

    @property
    def same(self) -> bool:
        """Whether both have the same items."""
        return not (self.added or self.removed or self.changed)

    def headline(self) -> str:
        """One line for a person."""
        if self.same:
            return f"the same {self.new.items} items"
        return f"{self.added} items added, {self.removed} removed, {self.changed} changed"

    def document(self) -> dict[str, Any]:
        """The changes in JSON's types."""
        return {
            "changes_version": CHANGES_VERSION,
            "same": self.same,
            "old": self.old.document(),
            "new": self.new.document(),
            "added": {"total": self.added, "first": list(self.first_added)},
            "removed": {"total": self.removed, "first": list(self.first_removed)},
            "changed": {
                "total": self.changed,
                "by_attribute": dict(self.by_attribute),
                "first": [each.document() for each in self.first_changed],
            },
        }
