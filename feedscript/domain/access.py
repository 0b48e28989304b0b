"""Who may ask for what: keys, their scopes, and the merchants and partners that they reach."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from feedscript.domain.job import FeedRequest, Job


class Scope(StrEnum):
    """What a key is good for."""

    READ = "read"
    SUBMIT = "submit"
    OPERATE = "operate"
    AUDIT = "audit"
    CALLBACK = "callback"


@dataclass(frozen=True, slots=True)
class Reach:
    """The merchants and partners that somebody may have to do with; None is all of them, also those to come.

    >>> Reach(merchants=frozenset({"m1"})).has_merchant("m2")
    False
    """

    merchants: frozenset[str] | None = None
    partners: frozenset[str] | None = None

    @property
    def everything(self) -> bool:
        """Whether nothing is out of reach."""
        return self.merchants is None and self.partners is None

    def has_merchant(self, affiliate_merchant_id: str) -> bool:
        """Whether the merchant is one of them."""
        return self.merchants is None or affiliate_merchant_id in self.merchants

    def has_partner(self, partner_id: str | None) -> bool:
        """Whether the partner is one of them; nobody named is none of them."""
        return self.partners is None or partner_id in self.partners

    def admits(self, request: FeedRequest) -> bool:
        """Whether the work that the request asks for is within reach."""
        return self.has_merchant(request.affiliate_merchant_id) and self.has_partner(request.partner_id)

    def covers(self, job: Job) -> bool:
        """Whether the whole job is within reach, each of its attempts."""
        return all(self.admits(attempt.request) for attempt in job.attempts)


class KeyState(StrEnum):
    """Whether a key opens anything."""

    GOOD = "good"
    EXPIRED = "expired"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """What is kept of a key: never its text, only the SHA-256 of it (hex).

    `id` is part of the text and names the key for ever; `name` is the operator's, and may come again after a rotation.
    From `expires_at` and from `revoked_at` on it opens nothing. Times are aware UTC.
    """

    id: str
    name: str
    digest: str
    created_at: datetime
    scopes: frozenset[Scope] = frozenset(Scope)
    reach: Reach = field(default_factory=Reach)
    expires_at: datetime | None = None
    revoked_at: datetime | None = None

    def state(self, now: datetime) -> KeyState:
        """Whether it opens anything at that time."""
        if self.revoked_at is not None and self.revoked_at <= now:
            return KeyState.REVOKED
        if self.expires_at is not None and self.expires_at <= now:
            return KeyState.EXPIRED
        return KeyState.GOOD

    def has_its_name(self, now: datetime) -> bool:
        """Whether no other key may have the name: it is good, and its end is not set by whoever replaced it."""
        return self.revoked_at is None and self.state(now) is KeyState.GOOD

    def bars(self, new: "ApiKey") -> bool:
        """Whether a new key may not be, because this one has its name when that one is made."""
        return self.name == new.name and self.has_its_name(new.created_at)

    def revoked(self, at: datetime) -> "ApiKey":
        """The key as it is when it is to open nothing from `at` on: an earlier end stays."""
        return replace(self, revoked_at=min(self.revoked_at or at, at))
