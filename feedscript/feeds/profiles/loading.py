"""Finds profiles by id."""

from functools import cache
from pathlib import Path

from feedscript.feeds.documents.shipped import load_shipped
from feedscript.feeds.engine.errors import UnknownProfile
from feedscript.feeds.profiles.model import Profile

_HERE = Path(__file__).parent


def profile_ids() -> tuple[str, ...]:
    """The ids of the profiles that come with the package."""
    return tuple(sorted(path.stem for path in _HERE.glob("*.yaml")))


@cache
def load_profile(profile: str) -> Profile:
    """The profile of this id; raises UnknownProfile, or ProfileError naming the line at fault."""
    if profile not in profile_ids():
        raise UnknownProfile(profile, profile_ids())
    loaded = load_shipped(_HERE / f"{profile}.yaml", "feedscript.feeds.profiles.reading:read_profile")
    assert isinstance(loaded, Profile)
    return loaded
