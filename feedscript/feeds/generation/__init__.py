"""Generation: from a merchant's export to a partner's feed."""

from feedscript.feeds.generation.errors import (
    DestinationUnwritable,
    EmptyFeed,
    LimitPassed,
    TooMuchLost,
    UnknownAttribute,
)
from feedscript.feeds.generation.generation import MAX_LOST_RATIO, Generated, generate
from feedscript.feeds.generation.repairs import Change, Repair
from feedscript.feeds.writers.file_form import WrongEnding

__all__ = [
    "MAX_LOST_RATIO",
    "Change",
    "DestinationUnwritable",
    "EmptyFeed",
    "Generated",
    "LimitPassed",
    "Repair",
    "TooMuchLost",
    "UnknownAttribute",
    "WrongEnding",
    "generate",
]
