"""The closed list of operations that a mapping may apply to a value."""

from feedscript.feeds.mapping.operations.addresses import Url
from feedscript.feeds.mapping.operations.amounts import Currency, Measure, Price, UnlessSameAs
from feedscript.feeds.mapping.operations.exports import Micros, Unit, Without
from feedscript.feeds.mapping.operations.identifiers import Gtin
from feedscript.feeds.mapping.operations.lists import Joined, Listed
from feedscript.feeds.mapping.operations.operation import Layer, Operation
from feedscript.feeds.mapping.operations.stock import StockCount
from feedscript.feeds.mapping.operations.texts import PlainText, Truncate, Upper
from feedscript.feeds.mapping.operations.words import Blank, Default, UnlessZero, Values

__all__ = [
    "Blank",
    "Currency",
    "Default",
    "Gtin",
    "Joined",
    "Layer",
    "Listed",
    "Measure",
    "Micros",
    "Operation",
    "PlainText",
    "Price",
    "StockCount",
    "Truncate",
    "Unit",
    "UnlessSameAs",
    "UnlessZero",
    "Upper",
    "Url",
    "Values",
    "Without",
]
