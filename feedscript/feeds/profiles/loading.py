"""Finds profiles by id, or reads one from a path."""

from functools import cache
from pathlib import Path

from feedscript.feeds.documents import load_document
from feedscript.feeds.errors import ProfileError, UnknownProfile
from feedscript.feeds.profiles.model import Profile
from feedscript.feeds.profiles.schema import ProfileSchema

_HERE = Path(__file__).parent


def profile_ids() -> tuple[str, ...]:
    """The ids of the profiles that come with the package."""
    return tuple(sorted(path.stem for path in _HERE.glob("*.yaml")))


@cache
def load_profile(profile: str) -> Profile:
    """The profile of this id; raises UnknownProfile, or ProfileError naming the line at fault."""
    if profile not in profile_ids():
        raise UnknownProfile(profile, profile_ids())
    return read_profile(_HERE / f"{profile}.yaml")


def read_profile(path: Path) -> Profile:
    """The profile in the file at `path`; raises ProfileError naming the line at fault."""
    loaded = load_document(path, ProfileSchema(), ProfileError)
    assert isinstance(loaded, Profile)
    return loaded
