"""Readers: any source, of any format, becomes a `Staged` file."""

from feedscript.feeds.readers.delimited import with_plain_line_ends
from feedscript.feeds.readers.intake import Shapes
from feedscript.feeds.readers.options import SourceOptions
from feedscript.feeds.readers.staged import VALUE_SEPARATOR, Fault, FaultTally, Source, Staged
from feedscript.feeds.readers.staging import stage

__all__ = [
    "VALUE_SEPARATOR",
    "Fault",
    "FaultTally",
    "Shapes",
    "Source",
    "SourceOptions",
    "Staged",
    "stage",
    "with_plain_line_ends",
]
