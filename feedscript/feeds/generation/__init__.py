"""Generation: from a merchant's export to a partner's feed."""

from feedscript.feeds.generation.errors import (
    DestinationUnwritable,
    EmptyFeed,
    FeedDropped,
    LimitPassed,
    TooManyRejected,
    TooMuchLost,
    UnknownAttribute,
)
from feedscript.feeds.generation.excluding import MAX_REJECTED_RATIO, Rejects, Standard
from feedscript.feeds.generation.generated import Generated
from feedscript.feeds.generation.generation import MAX_LOST_RATIO, generate
from feedscript.feeds.generation.one_currency import SeveralCurrencies
from feedscript.feeds.generation.publishing import MAX_DROP, Guard
from feedscript.feeds.generation.repairs import Change, Repair
from feedscript.feeds.writers.file_form import WrongEnding

__all__ = [
    "MAX_DROP",
    "MAX_LOST_RATIO",
    "MAX_REJECTED_RATIO",
    "Change",
    "DestinationUnwritable",
    "EmptyFeed",
    "FeedDropped",
    "Generated",
    "Guard",
    "LimitPassed",
    "Rejects",
    "Repair",
    "SeveralCurrencies",
    "Standard",
    "TooManyRejected",
    "TooMuchLost",
    "UnknownAttribute",
    "WrongEnding",
    "generate",
]
