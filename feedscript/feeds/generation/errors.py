"""Why a feed is not generated: nothing is published then, and an older feed stays."""

from pathlib import Path

from feedscript.feeds.engine.errors import BadConfig, FeedError, Unwritable
from feedscript.feeds.generation.excluding import Rejects
from feedscript.feeds.scanning.account import Account


class EmptyFeed(FeedError):
    """The source has no item, and an empty feed would take every product off the partner's shelves.

    Attributes: `uri`, `account`.
    """

    def __init__(self, uri: str, account: Account) -> None:
        lost = (
            f"; all its {account.lost_total} records were lost ({_by_fault(account)})" if account.lost else ""
        )
        reasons = ", ".join(f"{reason} x{total}" for reason, total in account.excluded.items())
        excluded = f"; the mapping's row steps leave out every row ({reasons})" if reasons else ""
        super().__init__(f"{uri} holds no item{lost}{excluded}: an empty feed is never published")
        self.uri = uri
        self.account = account


class TooMuchLost(FeedError):
    """More records of the source could not be read than may be left out of a feed.

    Attributes: `uri`, `account`, `max_lost_ratio`.
    """

    def __init__(self, uri: str, account: Account, max_lost_ratio: float) -> None:
        first = next(iter(account.first), None)
        where = f"; the first at line {first.line}: {first.cause}" if first and first.line else ""
        super().__init__(
            f"{account.lost_total} of {account.seen} records of {uri} could not be read ({_by_fault(account)}), "
            f"more than {max_lost_ratio:g} of them (max_lost_ratio){where}. "
            "Mend the export, or raise max_lost_ratio in the section `generation` of the merchant's file"
        )
        self.uri = uri
        self.account = account
        self.max_lost_ratio = max_lost_ratio


class TooManyRejected(FeedError):
    """More items have errors under the partner's rules than may be left out of a feed.

    Attributes: `uri`, `rejects`, `max_rejected_ratio`, `listed` (the address of the list of the errors), `files` (the
    names of the lists that were put beside the feed's place).
    """

    def __init__(
        self, uri: str, rejects: Rejects, profile: str, max_rejected_ratio: float, *, listed: str
    ) -> None:
        every = rejects.total == rejects.judged
        share = (
            "none is left for a feed"
            if every
            else f"more than {max_rejected_ratio:g} of them (max_rejected_ratio)"
        )
        remedy = (
            ""
            if every
            else ", or raise max_rejected_ratio in the section `generation` of the merchant's file"
        )
        super().__init__(
            f"{rejects.total} of {rejects.judged} items of {uri} have errors under the rules of {profile} "
            f"({rejects.told()}), {share}. Each is listed with its line in {listed}, and no feed was put. "
            f"Mend the export or its mapping{remedy}"
        )
        self.uri = uri
        self.rejects = rejects
        self.max_rejected_ratio = max_rejected_ratio
        self.listed = listed
        self.files: tuple[str, ...] = ()


class FeedDropped(FeedError):
    """The feed has so many items less than the last one that most likely something is wrong with the export.

    Attributes: `items`, `before` (those of the last feed), `sha256` (of the last feed), `max_drop`.
    """

    def __init__(self, destination: str, items: int, before: int, sha256: str, max_drop: float) -> None:
        fall = (before - items) / before
        super().__init__(
            f"the feed would have {items} items, and the one that was last published at {destination} has {before}: "
            f"a fall of {fall:.0%}, more than {max_drop:g} (max_drop). The old feed stays. If the new one is right, "
            f"allow it once by `generation: {{allow_drop_from: '{sha256[:12]}'}}` in the merchant's file (the "
            "beginning of the old feed's sha256)"
        )
        self.items = items
        self.before = before
        self.sha256 = sha256
        self.max_drop = max_drop


class UnknownAttribute(BadConfig):
    """A mapping gives an attribute that the profile has not.

    Attributes: `attribute`, `profile`.
    """

    def __init__(self, attribute: str, profile: str) -> None:
        super().__init__(f"the mapping gives {attribute!r}, which is no attribute of the profile {profile}")
        self.attribute = attribute
        self.profile = profile


class LimitPassed(FeedError):
    """The generation took more time, memory or temporary disk than its limits allow.

    Attributes: `uri`, `cause` (one line).
    """

    def __init__(self, uri: str, cause: str) -> None:
        super().__init__(f"the feed of {uri} was not generated: {cause}")
        self.uri = uri
        self.cause = cause


class DestinationUnwritable(Unwritable):
    """The feed cannot be written where it should go.

    Attributes: `path`, `cause` (one line).
    """

    def __init__(self, path: Path, cause: str) -> None:
        super().__init__(f"{path} cannot be written: {cause}")
        self.path = path
        self.cause = cause


def _by_fault(account: Account) -> str:
    return ", ".join(f"{code} x{total}" for code, total in account.lost.items())
