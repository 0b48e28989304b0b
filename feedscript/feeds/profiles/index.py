"""What the shipped profiles call things, told without loading them.

`index.json` is derived from the profiles by tools/build_profile_index.py; a test says when it is stale.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from feedscript.feeds.profiles.as_written import beginning
from feedscript.feeds.profiles.header import normalised, title_and_parts
from feedscript.feeds.profiles.model import Attribute, Profile

INDEX = Path(__file__).with_name("index.json")

#: The profile whose names the canonical product has.
CANONICAL = "google"
#: So many columns tell a partner: those that all its feeds have, and others that Google does not know; of a partner all
#: of whose required columns are Google's, so many others.
_TELLING, _OTHERS = 7, 2


@dataclass(frozen=True)
class Entry:
    """What a profile calls its columns, as `normalised` writes them.

    Of each group in `asked` one is there in every feed of it. `alone` are the attributes of the canonical product that
    this partner alone knows. `lines` are forms of file without names of columns: what stands before the items, what
    parts the cells, and how many of these there are.
    """

    names: frozenset[str]
    asked: tuple[tuple[str, ...], ...]
    alone: tuple[str, ...]
    lines: tuple[tuple[str, str, int], ...] = ()


def entry_of(profile: Profile, canonical: Profile) -> dict[str, Any]:
    """The profile's entry as the index holds it."""
    known = {each.name for each in canonical.attributes}
    return {
        "names": sorted({name for each in profile.attributes for name in _names(each)}),
        "asked": [sorted(set(group)) for group in _asked(profile)],
        "alone": sorted({each.origin for each in profile.attributes} - known),
        "lines": [
            [begin, file.delimiter, len(profile.attributes)]
            for file in profile.files
            if not file.header and (begin := beginning(file.preamble))
        ],
    }


def _asked(profile: Profile) -> Iterator[tuple[str, ...]]:
    """The columns of each attribute that every item must have, as is sure, with those that do as well."""
    for attribute in profile.attributes:
        if attribute.required and attribute.mark_of("missing_required") != "unconfirmed":
            others = map(profile.attribute, attribute.alternatives)
            yield tuple(name for each in (attribute, *others) for name in _names(each))


def _names(attribute: Attribute) -> tuple[str, ...]:
    """What its column is called in feeds: not by the attribute's name, where that is only what rules call it."""
    own = {attribute.name} if attribute.column else set()
    return tuple(
        dict.fromkeys(normalised(name) for name in (attribute.title, *attribute.names) if name not in own)
    )


@cache
def profile_index() -> Mapping[str, Entry]:
    """The entries of all shipped profiles by their ids, in the order of these."""
    read = json.loads(INDEX.read_text("utf-8"))
    return {
        name: Entry(
            frozenset(each["names"]),
            tuple(map(tuple, each["asked"])),
            tuple(each["alone"]),
            tuple((begin, sign, cells) for begin, sign, cells in each["lines"]),
        )
        for name, each in read.items()
    }


@cache
def known_to_one_alone() -> frozenset[str]:
    """The attributes that the canonical product has only for some partner who knows them."""
    return frozenset(name for each in profile_index().values() for name in each.alone)


def whose_columns(columns: Iterable[str]) -> str | None:
    """The profile that a feed with these columns was made for; None where they may be Google's, or anybody's.

    It is the one that knows most of them, more than Google does, and has all that it asks of every item.
    """
    there = {normalised(title_and_parts(name)[0]) for name in columns}
    entries = profile_index()
    usual = entries[CANONICAL].names
    found = {
        name: len(entry.names & there)
        for name, entry in entries.items()
        if len(entry.names & there) - len(usual & there) >= _least(entry, usual)
        and all(not there.isdisjoint(group) for group in entry.asked)
    }
    return max(found, key=lambda name: found[name], default=None)


def whose_lines(text: str) -> str | None:
    """The profile of a feed without names of columns that begins with this text, some lines long; None of any other."""
    first, _, rest = text.partition("\n")
    cells = rest.partition("\n")[0]
    for name, entry in profile_index().items():
        for begin, sign, count in entry.lines:
            if first.startswith(begin) and cells.count(sign) == count - 1:
                return name
    return None


def _least(entry: Entry, usual: frozenset[str]) -> int:
    """How many more columns than Google the profile must know to be told from it, and from any export."""
    if not any(usual.isdisjoint(group) for group in entry.asked):
        return _OTHERS
    return max(1, _TELLING - len(entry.asked))
