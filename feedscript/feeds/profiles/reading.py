"""Reads a profile from its document."""

from pathlib import Path

from marshmallow import INCLUDE, Schema

from feedscript.feeds.documents.document import Document, load_document, read_document
from feedscript.feeds.engine.errors import ProfileError
from feedscript.feeds.engine.paths import AnyPath
from feedscript.feeds.engine.unknown_names import UnknownName
from feedscript.feeds.profiles.loading import profile_ids, shipped_profile
from feedscript.feeds.profiles.model import Profile
from feedscript.feeds.profiles.profile_schema import ExtendingSchema, ProfileSchema
from feedscript.feeds.profiles.written import Mark


def read_profile(path: AnyPath) -> Profile:
    """The profile in the file at `path`, with what it extends; raises ProfileError naming the line at fault."""
    path = Path(path)
    # Only what it extends tells which schema it is held against.
    document = read_document(path, Schema(unknown=INCLUDE))
    extended = document.given_at("extends")
    schema = ProfileSchema()
    if isinstance(extended, str):
        if extended not in profile_ids():
            cause = UnknownName(f"there is no shipped profile {extended!r}", extended, profile_ids())
            raise ProfileError(*document.mistakes, document.mistake(("extends",), cause))
        schema = ExtendingSchema(base := shipped_profile(extended), _inherited(document, base))
    loaded = load_document(path, schema, ProfileError)
    assert isinstance(loaded, Profile)
    return loaded


def _inherited(document: Document, base: Profile) -> Mark | None:
    """How sure it is that what is inherited holds here: not at all of another partner's, unless the profile says so."""
    said: Mark | None = document.given_at("inherited")
    if said is None and base.extends is None:
        return "unconfirmed"
    return said
