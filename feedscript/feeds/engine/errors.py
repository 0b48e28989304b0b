"""What can go wrong in the feed engine: one root, the facts as attributes."""

from dataclasses import dataclass
from pathlib import Path

from feedscript.feeds.engine.unknown_names import UnknownName

MISTAKES_TOLD = 20
"""How many mistakes a message tells; the error has all of them."""


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


class Unwritable(FeedError):
    """What is made cannot be written: nothing is wrong with the source, and it may be tried again."""


class NoRoom(Unwritable):
    """The folder for what is made on the way takes no more.

    Attributes: `folder`, `cause` (one line).
    """

    def __init__(self, folder: Path, cause: str) -> None:
        super().__init__(f"the temporary folder {folder} (TMPDIR) takes no more: {cause}")
        self.folder = folder
        self.cause = cause


class BadConfig(FeedError):
    """The configuration asks for what cannot be done; whoever keeps it has to change it."""


class UnknownProfile(BadConfig):
    """No profile has this id.

    Attributes: `profile`, `known` (the ids that exist).
    """

    def __init__(self, profile: str, known: tuple[str, ...]) -> None:
        super().__init__(UnknownName(f"there is no profile {profile!r}", profile, known))
        self.profile = profile
        self.known = known


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong at one place of a document.

    `line` counts from 1, and is None where it cannot be told; `key` is dotted. For a name that is not known `near`
    holds the names that are likely meant, and `known` all there are.
    """

    path: Path
    line: int | None
    key: str
    cause: str
    near: tuple[str, ...] = ()
    known: tuple[str, ...] = ()

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.line is not None else str(self.path)
        return f"{place}: {self.key}: {self.cause}" if self.key else f"{place}: {self.cause}"


class DocumentError(FeedError):
    """YAML documents of ours or of the user's are wrong; the message has a line for each mistake.

    Attributes: `mistakes`, all of them; and of the first one `path`, `line`, `key`, `cause`.
    """

    def __init__(self, *mistakes: Mistake) -> None:
        more = len(mistakes) - MISTAKES_TOLD
        told = [str(mistake) for mistake in mistakes[:MISTAKES_TOLD]] + ([f"{more} more"] if more > 0 else [])
        super().__init__("\n".join(told))
        self.mistakes = mistakes
        self.path = mistakes[0].path
        self.line = mistakes[0].line
        self.key = mistakes[0].key
        self.cause = mistakes[0].cause


class ProfileError(DocumentError):
    """A profile says something that no profile may say."""


class ConfigError(DocumentError, BadConfig):
    """A merchant's or partner's configuration says something that it may not say."""
