"""Reads a profile from its document."""

from pathlib import Path

from feedscript.feeds.documents.document import load_document, read_document
from feedscript.feeds.engine.errors import ProfileError
from feedscript.feeds.profiles.loading import load_profile
from feedscript.feeds.profiles.model import Profile
from feedscript.feeds.profiles.profile_schema import ExtendingSchema, ProfileSchema


def read_profile(path: Path) -> Profile:
    """The profile in the file at `path`, with what it extends; raises ProfileError naming the line at fault."""
    extended = read_document(path, ProfileSchema()).given_at("extends")
    schema = ExtendingSchema(load_profile(extended)) if isinstance(extended, str) else ProfileSchema()
    loaded = load_document(path, schema, ProfileError)
    assert isinstance(loaded, Profile)
    return loaded
