"""Where the callers' keys are kept."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from feedscript.domain import ApiKey


class Keys(Protocol):
    """Keys by id, shared by all server processes: what one of them, or an operator, changes counts for all at once.

    None is ever forgotten: a service that has had a key is not open to everybody because that one was revoked.
    """

    def add(self, key: ApiKey) -> None:
        """Keep a new key, durably; raises `KeyNameTaken` where another key has its name at its `created_at`.

        A key that is expired, or is or will be revoked, has its name no more.
        """

    def find(self, key_id: str) -> ApiKey | None:
        """The key of that id, or None, whatever text it is; raises `StorageBroken` for one that cannot be read."""

    def all(self) -> Sequence[ApiKey]:
        """Every key, the oldest first."""

    def revoke(self, key_id: str, at: datetime) -> ApiKey:
        """Let the key open nothing from `at` on, durably; raises `UnknownKey`.

        A second time may bring the end forward, and never puts it off.
        """

    def used(self, key_id: str, at: datetime) -> None:
        """Note that the key was used, now and then: not to the minute, not durably, and raising nothing."""

    def last_used(self, key_id: str) -> datetime | None:
        """When it was used last, within a few minutes; None where nothing is known."""

    def empty(self) -> bool:
        """Whether there has never been a key."""
