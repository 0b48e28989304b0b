"""The closed list of operations that a mapping may apply to a value."""

from feedscript.feeds.mapping.operations.addresses import Absolute, Url
from feedscript.feeds.mapping.operations.amounts import Currency, Measure, Price, SaidCurrency, UnlessSameAs
from feedscript.feeds.mapping.operations.arithmetic import (
    HigherOf,
    NetToGross,
    OnlyBelow,
    Plus,
    ReducedBy,
    Times,
)
from feedscript.feeds.mapping.operations.dates import Date, Range
from feedscript.feeds.mapping.operations.exports import Micros, NamedUnit, Unit, Without
from feedscript.feeds.mapping.operations.identifiers import Gtin
from feedscript.feeds.mapping.operations.links import DeepLink, Parameters, Unwrap
from feedscript.feeds.mapping.operations.lists import Joined, Listed
from feedscript.feeds.mapping.operations.operation import Layer, Operation
from feedscript.feeds.mapping.operations.parts import (
    Extract,
    First,
    Last,
    Lower,
    Part,
    Replace,
    ReplacePattern,
    Rest,
    TitleCase,
)
from feedscript.feeds.mapping.operations.stock import Oversell, StockCount
from feedscript.feeds.mapping.operations.texts import PlainText, Truncate, Upper
from feedscript.feeds.mapping.operations.words import Blank, Default, UnlessZero, Values, Words

__all__ = [
    "Absolute",
    "Blank",
    "Currency",
    "Date",
    "DeepLink",
    "Default",
    "Extract",
    "First",
    "Gtin",
    "HigherOf",
    "Joined",
    "Last",
    "Layer",
    "Listed",
    "Lower",
    "Measure",
    "Micros",
    "NamedUnit",
    "NetToGross",
    "OnlyBelow",
    "Operation",
    "Oversell",
    "Parameters",
    "Part",
    "PlainText",
    "Plus",
    "Price",
    "Range",
    "ReducedBy",
    "Replace",
    "ReplacePattern",
    "Rest",
    "SaidCurrency",
    "StockCount",
    "Times",
    "TitleCase",
    "Truncate",
    "Unit",
    "UnlessSameAs",
    "UnlessZero",
    "Unwrap",
    "Upper",
    "Url",
    "Values",
    "Without",
    "Words",
]
