"""Reads a profile from its document."""

from pathlib import Path

from feedscript.feeds.documents.document import load_document
from feedscript.feeds.engine.errors import ProfileError
from feedscript.feeds.profiles.model import Profile
from feedscript.feeds.profiles.schema import ProfileSchema


def read_profile(path: Path) -> Profile:
    """The profile in the file at `path`; raises ProfileError naming the line at fault."""
    loaded = load_document(path, ProfileSchema(), ProfileError)
    assert isinstance(loaded, Profile)
    return loaded
