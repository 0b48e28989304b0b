"""Finds profiles by id, or by the path of one's own."""

from functools import cache, lru_cache
from pathlib import Path

from feedscript.feeds.documents.shipped import load_shipped
from feedscript.feeds.engine.errors import UnknownProfile
from feedscript.feeds.profiles.model import Profile

_HERE = Path(__file__).parent
_OWN_ENDINGS = (".yaml", ".yml")
_KEPT = 64


def profile_ids() -> tuple[str, ...]:
    """The ids of the profiles that come with the package."""
    return tuple(sorted(path.stem for path in _HERE.glob("*.yaml")))


def is_own(profile: str) -> bool:
    """Whether it is the path of a profile of one's own, and no id."""
    return profile.endswith(_OWN_ENDINGS)


def pinned(text: str) -> tuple[str, str | None]:
    """The profile that a file names, and the version that it is pinned to; None where it is to none.

    >>> pinned("meta@2026-11"), pinned("../profiles/shop.yaml@1"), pinned("../a@b/shop.yaml")
    (('meta', '2026-11'), ('../profiles/shop.yaml', '1'), ('../a@b/shop.yaml', None))
    """
    if is_own(text):
        return text, None
    own, _, version = text.rpartition("@")
    if is_own(own):
        return own, version
    profile, at, version = text.partition("@")
    return profile, version if at else None


def load_profile(profile: str) -> Profile:
    """The profile of this id, or in the YAML file at this path, which is read again once it has changed.

    Raises UnknownProfile, or ProfileError naming the line at fault.
    """
    if is_own(profile):
        return _own(Path(profile), profile)
    return shipped_profile(profile)


def _own(path: Path, profile: str) -> Profile:
    try:
        about = path.stat()
    except OSError:
        raise UnknownProfile(profile, profile_ids()) from None
    return _read(path.absolute(), about.st_mtime_ns, about.st_size)


@lru_cache(_KEPT)
def _read(path: Path, *_: int) -> Profile:
    # It extends a profile that is found here.
    from feedscript.feeds.profiles.reading import read_profile  # noqa: PLC0415

    return read_profile(path)


@cache
def shipped_profile(profile: str) -> Profile:
    """The shipped profile of this id; raises UnknownProfile."""
    if profile not in profile_ids():
        raise UnknownProfile(profile, profile_ids())
    loaded = load_shipped(_HERE / f"{profile}.yaml", "feedscript.feeds.profiles.reading:read_profile")
    assert isinstance(loaded, Profile)
    return loaded
