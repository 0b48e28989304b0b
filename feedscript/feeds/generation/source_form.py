"""How a source is to be read that is a feed made for a partner, where its bytes alone do not tell."""

from dataclasses import replace
from pathlib import Path

from feedscript.feeds.engine.limits import Limits
from feedscript.feeds.profiles import load_profile, profile_ids
from feedscript.feeds.profiles.as_written import as_written
from feedscript.feeds.profiles.index import whose_lines
from feedscript.feeds.readers.compression import first_bytes
from feedscript.feeds.readers.options import SourceOptions

#: So many bytes hold the line before the items, and the first item.
_LOOKED_AT = 64 * 1024


def in_its_form(source: Path, name: str, said: SourceOptions, limits: Limits) -> SourceOptions:
    """How the source called `name` is to be read; what is `said` of it counts more.

    A feed without names of columns is known by its first lines, or by the partner that is said; then the partner's
    profile tells what its columns are.
    """
    if said.platform in profile_ids():
        return as_written(load_profile(said.platform), name, said)
    if said.platform is not None or said.header is not None or said.columns is not None:
        return said
    partner = whose_lines(first_bytes(source, _LOOKED_AT, limits).decode("utf-8", "replace"))
    return as_written(load_profile(partner), "", replace(said, platform=partner)) if partner else said
