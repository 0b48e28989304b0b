"""Whether settings are enough for a database, and for several hosts that share it."""

from importlib.util import find_spec

from feedscript.entrypoints.settings.settings import SHORTEST_SECRET, Settings


def database_complaint(settings: Settings) -> str | None:
    """Why a database cannot be what `STORAGE` names, as far as it tells without one."""
    if not all(map(find_spec, ("psycopg", "psycopg_pool"))):
        return "DATABASE_URL needs what `pip install 'feedscript[postgresql]'` installs."
    if not settings.database_url:
        return "DATABASE_URL='': it must name the database: postgresql://USER:PASSWORD@HOST/NAME."
    from psycopg import Error, conninfo  # noqa: PLC0415 - an extra, and only needed where it is asked for

    try:
        conninfo.conninfo_to_dict(settings.database_url)
    except Error:  # whose text may hold a password
        return "DATABASE_URL=(hidden): not of the form postgresql://USER:PASSWORD@HOST/NAME."
    return None


def hosts_complaint(settings: Settings) -> str | None:
    """Why several hosts cannot share the work with these settings."""
    if settings.storage != "postgresql":
        return "EXECUTOR=procrastinate needs STORAGE=postgresql: hosts share their work through the database."
    if not find_spec("procrastinate"):
        return "EXECUTOR=procrastinate needs what `pip install 'feedscript[postgresql]'` installs."
    if not settings.service_secret:
        return (
            f"EXECUTOR=procrastinate needs a SERVICE_SECRET of at least {SHORTEST_SECRET} characters, the same on "
            "every host: callbacks are proved by it, wherever the script runs."
        )
    return None
