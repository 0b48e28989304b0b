"""Profiles of one's own that files of the configuration name: where they lie, and what is wrong with them."""

import os
from dataclasses import dataclass, replace
from pathlib import Path

from marshmallow import INCLUDE, Schema

from feedscript.feeds.documents.document import Document, read_document
from feedscript.feeds.engine.errors import Mistake, ProfileError, UnknownProfile
from feedscript.feeds.engine.unknown_names import UnknownName
from feedscript.feeds.profiles.loading import is_own, load_profile, pinned, profile_ids
from feedscript.feeds.profiles.model import Profile

_KEYS = (("profile",), ("validation", "profile"))


class Anything(Schema):
    """A document of which nothing is asked but that it can be read."""

    class Meta:
        """Marshmallow's options."""

        unknown = INCLUDE


@dataclass(frozen=True, slots=True)
class Given:
    """The profile that a document names, as `load_profile` takes it, and what is wrong with one of its own.

    `profile` is None where it names none, or one that cannot be used; `misspelt` tells of an id that is no profile's,
    which is the schema's to tell.
    """

    profile: str | None = None
    mistakes: tuple[Mistake, ...] = ()
    misspelt: bool = False

    @property
    def unreadable(self) -> bool:
        """Whether it is one of its own of which nothing can be told but what is wrong with it."""
        return self.profile is None and bool(self.mistakes)


def given_profile(document: Document, folder: Path) -> Given:
    """The profile that a merchant's or partner's file names; `folder` is that of the configuration."""
    key, text = _said(document)
    profile, version = pinned(text)
    if not is_own(profile):
        known = profile in profile_ids()
        return Given(profile if known else None, misspelt=bool(text) and not known)
    path = _beside(document.path, profile)
    if cause := _misplaced(document.path, folder, profile):
        return Given(None, (document.mistake(key, cause),))
    try:
        found = load_profile(str(path))
    except ProfileError as error:
        # They are told where the configuration lies, not where the machine has it.
        return Given(None, tuple(replace(mistake, path=path) for mistake in error.mistakes))
    except UnknownProfile:
        return Given(None, (document.mistake(key, _absent(document.path, profile)),))
    if version is not None and version != found.version:
        what = f"the profile {profile} has no version {version!r} here"
        return Given(str(path), (document.mistake(key, UnknownName(what, version, (found.version,))),))
    return Given(str(path))


def own_file(document: Document) -> Path | None:
    """Where the profile of one's own lies that the document names, whether it is there or not."""
    profile, _ = pinned(_said(document)[1])
    return _beside(document.path, profile) if is_own(profile) else None


def own_profiles(folder: Path) -> tuple[Profile, ...] | None:
    """The profiles of their own that partners' files name; None where one cannot be used, so what it knows is open."""
    found = []
    for path in sorted((folder / "partners").glob("*.yaml")):
        given = given_profile(read_document(path, Anything()), folder)
        if given.unreadable:
            return None
        if given.profile and is_own(given.profile):
            found.append(load_profile(given.profile))
    return tuple(found)


def _said(document: Document) -> tuple[tuple[str, ...], str]:
    given = ((key, document.given_at(*key)) for key in _KEYS)
    return next(((key, text) for key, text in given if isinstance(text, str)), (_KEYS[0], ""))


def _beside(path: Path, profile: str) -> Path:
    return Path(os.path.normpath(path.parent / profile))


def _misplaced(path: Path, folder: Path, profile: str) -> str | None:
    """Why the profile may not be read that the file at `path` names; None where it may."""
    if Path(profile).is_absolute():
        return "a profile of one's own is named relative to this file"
    # A merchant's file that is named on the command line may lie anywhere, and its profile beside it.
    inside = Path(os.path.abspath(path)).is_relative_to(os.path.abspath(folder))  # noqa: PTH100 - without links
    root = folder if inside else path.parent
    try:
        found = _beside(path, profile).resolve()
        if not found.is_relative_to(root.resolve()):
            return f"the profile {profile!r} lies outside the folder {root.name}"
        return None if found.is_file() else _absent(path, profile)
    except (OSError, RuntimeError, ValueError):
        return f"the profile {profile!r} cannot be looked for"


def _absent(path: Path, profile: str) -> UnknownName:
    place = _beside(path, profile).parent
    names = sorted(each.name for each in place.glob("*.y*ml") if is_own(each.name) and each.is_file())
    known = [os.path.join(os.path.dirname(profile), name) for name in names]  # noqa: PTH118, PTH120 - as written
    return UnknownName(f"there is no profile {profile!r}", profile, known or profile_ids())
