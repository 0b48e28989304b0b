"""Mapping: from the columns of a merchant's export to the attributes of an item, as data."""

from feedscript.feeds.mapping.column_patterns import AmbiguousColumn, is_list
from feedscript.feeds.mapping.compilation import Compiled, MisplacedReference, Step, compile_mapping
from feedscript.feeds.mapping.document import known_repairs, known_synonyms, read_mapping
from feedscript.feeds.mapping.functions import add_functions
from feedscript.feeds.mapping.languages.spoken import Spoken, spoken_in
from feedscript.feeds.mapping.matching import (
    AttributesUnmatched,
    Match,
    Matches,
    UnknownColumn,
    match_columns,
)
from feedscript.feeds.mapping.model import Mapping, Rule
from feedscript.feeds.mapping.preset import Preset, presets
from feedscript.feeds.mapping.recognition import recognised
from feedscript.feeds.mapping.said import NotSaid, with_currency, with_said
from feedscript.feeds.mapping.shortcuts import Foreknown

__all__ = [
    "AmbiguousColumn",
    "AttributesUnmatched",
    "Compiled",
    "Foreknown",
    "Mapping",
    "Match",
    "Matches",
    "MisplacedReference",
    "NotSaid",
    "Preset",
    "Rule",
    "Spoken",
    "Step",
    "UnknownColumn",
    "add_functions",
    "compile_mapping",
    "is_list",
    "known_repairs",
    "known_synonyms",
    "match_columns",
    "presets",
    "read_mapping",
    "recognised",
    "spoken_in",
    "with_currency",
    "with_said",
]
