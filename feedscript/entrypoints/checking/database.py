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
    found = [*_unready(settings), *_apart(settings)]
    yield from found or [Finding(Level.OK, PART, "nothing is wrong")]


def _unready(settings: Settings) -> Iterator[Finding]:
    from feedscript.adapters.postgresql.migrations import ready_database  # noqa: PLC0415 - an extra

    try:
        ready = ready_database(settings.database_url, size=1)
        try:
            if settings.executor == "procrastinate":
                from feedscript.adapters.procrastinate.schema import need_tables  # noqa: PLC0415 - an extra

                need_tables(ready)
        finally:
            ready.close()
    except FeedscriptError as error:
        yield Finding(Level.ERROR, PART, str(error))


def _apart(settings: Settings) -> Iterator[Finding]:
    """That hosts share the work, and not the feeds."""
    if settings.executor == "procrastinate" and settings.object_store == "local" and not settings.adapters:
        yield Finding(
            Level.WARNING,
            PART,
            f"EXECUTOR=procrastinate with OBJECT_STORE=local: what one host makes the others find only where "
            f"{settings.object_store_root} is the same folder on all of them; else OBJECT_STORE=s3",
        )
