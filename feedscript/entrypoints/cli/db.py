"""`feedscript db`: the schema of the database that `STORAGE=postgresql` keeps everything in."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from feedscript.entrypoints.settings import Settings, database_complaint, settings_or_exit

if TYPE_CHECKING:
    from feedscript.adapters.postgresql import Database


@click.group()
def db() -> None:
    """Bring the schema of the database in DATABASE_URL up to date, and check it.

    STORAGE may say files still: so a database is made ready before anything is moved to it.
    """


@db.command()
def upgrade() -> None:
    """Take the steps that the schema lacks, each in a transaction; of several that do so at once one does.

    Stop the service first where a release says so; else it may go on meanwhile.
    """
    from feedscript.adapters.postgresql.migrations import migrations, upgrade  # noqa: PLC0415 - an extra
    from feedscript.adapters.procrastinate.schema import make_tables  # noqa: PLC0415 - an extra

    database = database_or_exit(settings_or_exit())
    try:
        for step in upgrade(database):
            click.echo(f"{step.version:04}: {step.name}")
        if make_tables(database):
            click.echo("made the tables of Procrastinate")
    finally:
        database.close()
    click.echo(f"the schema is at {migrations()[-1].version}")


@db.command()
def check() -> None:
    """Tell whether the schema is the one that this version works with: exits with 0 if so, else with 74."""
    from feedscript.adapters.postgresql.migrations import check  # noqa: PLC0415 - an extra
    from feedscript.adapters.procrastinate.schema import need_tables  # noqa: PLC0415 - an extra

    database = database_or_exit(settings_or_exit())
    try:
        with database.alone() as connection:
            version = check(database.where, connection)
        need_tables(database)
    finally:
        database.close()
    click.echo(f"the schema is at {version}, as it should be")


def database_or_exit(settings: Settings) -> Database:
    """The database, whatever its schema; settings that lead to none are one clear line and exit status 2."""
    complaint = database_complaint(settings)
    if complaint is not None:
        click.echo(f"feedscript: bad settings: {complaint}", err=True)
        sys.exit(2)
    from feedscript.adapters.postgresql import Database  # noqa: PLC0415 - an extra

    return Database(settings.database_url)
