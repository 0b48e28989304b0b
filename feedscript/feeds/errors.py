"""What can go wrong in the feed engine: one root, the facts as attributes."""

from pathlib import Path


class FeedError(Exception):
    """The engine cannot do what was asked; the message says what was wrong, where, and what to do."""


class SourceUnavailable(FeedError):
    """The source is not there or may not be read.

    Attributes: `uri`, `cause` (one line).
    """

    def __init__(self, uri: str, cause: str) -> None:
        super().__init__(f"{uri}: {cause}")
        self.uri = uri
        self.cause = cause


class SourceUnreadable(FeedError):
    """The source is there, but is no feed of any known format.

    Attributes: `uri`, `cause` (one line).
    """

    def __init__(self, uri: str, cause: str) -> None:
        super().__init__(f"{uri} cannot be read as a feed: {cause}")
        self.uri = uri
        self.cause = cause


class UnknownProfile(FeedError):
    """No profile has this id.

    Attributes: `profile`, `known` (the ids that exist).
    """

    def __init__(self, profile: str, known: tuple[str, ...]) -> None:
        super().__init__(f"there is no profile {profile!r}; known are {', '.join(known)}")
        self.profile = profile
        self.known = known


class DocumentError(FeedError):
    """A YAML document of ours or of the user's is wrong.

    Attributes: `path`, `line` (from 1, None where it cannot be told), `key` (dotted), `cause`.
    """

    def __init__(self, path: Path, line: int | None, key: str, cause: str) -> None:
        place = f"{path}:{line}" if line is not None else str(path)
        super().__init__(f"{place}: {key}: {cause}" if key else f"{place}: {cause}")
        self.path = path
        self.line = line
        self.key = key
        self.cause = cause


class ProfileError(DocumentError):
    """A profile says something that no profile may say."""


class ConfigError(DocumentError):
    """A merchant's or partner's configuration says something that it may not say."""
