"""What a profile says of a file of its partner, for whoever reads it back."""

import re
from dataclasses import replace
from pathlib import PurePosixPath

from feedscript.feeds.profiles.model import Profile
from feedscript.feeds.profiles.written import FeedFile
from feedscript.feeds.readers.options import SourceOptions

_DELIMITED = ("csv", "tsv", "positional")
#: What stands before the first placeholder, or all of a line that has none.
_BEGINNING = re.compile(r"[^{]*")


def as_written(profile: Profile, name: str, said: SourceOptions) -> SourceOptions:
    """How a feed of this name is to be read; what is `said` of it counts more.

    Only what cannot be told from the bytes is given: that quotes mean nothing, what the columns of a file without a
    header are called, and which lines around the items are none.
    """
    file = _form_of(profile, name)
    if file is None:
        return said
    if file.quoting == "never" and said.quoting is None:
        said = replace(said, quoting="never")
    if file.header or said.header is not None or said.columns is not None:
        return said
    return replace(
        said,
        columns=tuple(each.title for each in profile.attributes),
        delimiter=said.delimiter or file.delimiter,
        preamble=beginning(file.preamble),
        trailer=beginning(file.trailer),
    )


def _form_of(profile: Profile, name: str) -> FeedFile | None:
    """The form of delimited text that a file of this name has, the usual one where it has no ending."""
    endings = PurePosixPath(name.lower()).suffixes
    if not endings:
        return profile.files[0] if profile.files[0].format in _DELIMITED else None
    files = [each for each in profile.files if each.format in _DELIMITED]
    return next((each for each in files if not set(endings).isdisjoint(each.endings)), None)


def beginning(line: str | None) -> str | None:
    """What a line around the items begins with, up to its first placeholder; None where that is nothing."""
    found = _BEGINNING.match(line or "")
    return found[0] or None if found else None
