"""Whether the database can be reached, and has the tables that this version works with."""

from collections.abc import Iterator

from feedscript.domain import FeedscriptError
from feedscript.entrypoints.checking.finding import Finding, Level
from feedscript.entrypoints.settings import Settings

PART = "database"


def database(settings: Settings) -> Iterator[Finding]:
    """What is wrong with it; nothing where everything is kept in files."""
    if settings.storage != "postgresql":
        return
    from feedscript.adapters.postgresql.migrations import ready_database  # noqa: PLC0415 - an extra

    try:
        ready_database(settings.database_url, size=1).close()
    except FeedscriptError as error:
        yield Finding(Level.ERROR, PART, str(error))
    else:
        yield Finding(Level.OK, PART, "nothing is wrong")
