"""`feedscript migrate`: from folders into a database, and back."""

import sys
import time

import click

from feedscript.adapters.files import Disk
from feedscript.adapters.files.holdings import FileHoldings
from feedscript.adapters.holdings import Holdings, OnStep, move
from feedscript.adapters.subprocess.leader import leaders_lock
from feedscript.adapters.trail.chain import Tampered
from feedscript.adapters.webhooks import FolderLetterBox
from feedscript.entrypoints.cli.db import database_or_exit
from feedscript.entrypoints.settings import Settings, settings_or_exit
from feedscript.ports.errors import StorageBusy, StorageFull, UnreadableJob

EVERY = 5.0


@click.command()
@click.option(
    "--to", type=click.Choice(["postgresql", "files"]), required=True, help="Where everything goes."
)
def migrate(to: str) -> None:
    """Copy all jobs, their references, the audit trail with its digests, destinations, outcomes to be told, and keys.

    From JOBS_DIR and ACTIVITIES_DIR to the database in DATABASE_URL, or back, while the service is stopped. The trail
    is verified before and after: it is the same, line by line, and so is its head. What is copied from stays as it is.
    Set STORAGE afterwards. How far it has come is told on stderr.

    Scripts' logs, feeds and reports stay where they are, as does JOBS_DIR/.secret. The target must be empty.
    """
    settings = settings_or_exit()
    database_side = _database(settings)
    file_side = _files(settings)
    source, target = (file_side, database_side) if to == "postgresql" else (database_side, file_side)
    try:
        moved = move(source, target, _teller())
    except (Tampered, UnreadableJob, StorageBusy, StorageFull) as error:
        click.echo(f"feedscript: {error}; what was to be copied is as it was", err=True)
        sys.exit(1)
    finally:
        source.close()
        target.close()
    click.echo(
        f"{moved.jobs} jobs and {moved.entries} entries of the trail are in {to}, and were verified there"
    )
    click.echo(f"head: {moved.head}")
    click.echo(f"next: STORAGE={to}")


def _teller() -> OnStep:
    """Says on stderr each thing that is begun, and every few seconds how far it has come."""
    doing, said_at = "", 0.0

    def tell(what: str, count: int) -> None:
        nonlocal doing, said_at
        now = time.monotonic()
        if what != doing:
            click.echo(what, err=True)
        elif now - said_at < EVERY:
            return
        else:
            click.echo(f"{what}: {count:,}", err=True)
        doing, said_at = what, now

    return tell


def _database(settings: Settings) -> Holdings:
    from feedscript.adapters.postgresql.holdings import PostgresHoldings  # noqa: PLC0415 - an extra
    from feedscript.adapters.postgresql.migrations import check  # noqa: PLC0415 - as above

    database = database_or_exit(settings)
    with database.alone() as connection:
        check(database.where, connection)
    return PostgresHoldings(database, _audit_keys(settings))


def _files(settings: Settings) -> Holdings:
    disk = Disk()
    return FileHoldings(
        settings.jobs_dir,
        settings.activities_dir,
        disk,
        leader=leaders_lock(settings.runs_dir),
        letters=FolderLetterBox(settings.outbox_dir, disk),
        keys=_audit_keys(settings),
    )


def _audit_keys(settings: Settings) -> list[bytes]:
    return [key.encode() for key in settings.audit_keys]
