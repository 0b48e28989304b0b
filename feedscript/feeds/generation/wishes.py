"""What merchants and partners say of generations, and what holds where they say nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from feedscript.feeds.generation.excluding import MAX_REJECTED_RATIO, Standard
from feedscript.feeds.generation.publishing import MAX_DROP, Guard
from feedscript.feeds.policy import Policy


@dataclass(frozen=True, kw_only=True)
class GenerationWishes:
    """What one file says of generations; None where it says nothing.

    `max_lost_ratio` is the part of a source's records that may be lost, `max_rejected_ratio` of the items that may be
    left out since the partner would reject them, if they are (`exclude`), and `max_drop` of the last feed's items that
    may be missing; `allow_drop_from` is the sha256 (or its beginning) of a last feed that may be followed by any.
    `deltas` asks for what changed against the last feed. `names` are what the partner's file tells of the merchant in
    lines of its own.
    """

    max_lost_ratio: float | None = None
    exclude: bool | None = None
    max_rejected_ratio: float | None = None
    max_drop: float | None = None
    allow_drop_from: str | None = None
    deltas: bool | None = None
    names: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def over(self, before: "GenerationWishes") -> "GenerationWishes":
        """These wishes where they say something, and those of the file before elsewhere."""
        said = {name: value for name, value in vars(self).items() if value is not None}
        return replace(before, **said | {"names": MappingProxyType({**before.names, **self.names})})

    def standard(self, country: str | None, policy: Policy) -> Standard:
        """By what items are judged, in this country (US if None), under the policy of validations."""
        ratio = MAX_REJECTED_RATIO if self.max_rejected_ratio is None else self.max_rejected_ratio
        return Standard(
            exclude=self.exclude is not False,
            country=country or "US",
            policy=policy,
            max_rejected_ratio=ratio,
        )

    def guard(self) -> Guard:
        """How far the feed may fall below the last one."""
        drop = MAX_DROP if self.max_drop is None else self.max_drop
        return Guard(max_drop=drop, allow_drop_from=self.allow_drop_from)
