"""`feedscript audit`: whether the trail is whole, and what it holds."""

import json
import sys
from datetime import UTC, datetime

import click

from feedscript.adapters.files import Disk
from feedscript.adapters.files.audit import verify as verify_files
from feedscript.adapters.trail.chain import Tampered, Trail
from feedscript.codec import activity_to_document
from feedscript.entrypoints.cli.kept import kept_or_exit
from feedscript.entrypoints.container import wired_or_exit
from feedscript.entrypoints.settings import Settings
from feedscript.ports import ActivityFilter

PAGE = 500


@click.group()
def audit() -> None:
    """Verify and read the audit trail, in ACTIVITIES_DIR or the database."""


@audit.command()
@click.option(
    "--expect-head", metavar="SEQUENCE:HASH", help="A head that was kept elsewhere: it must still be there."
)
def verify(expect_head: str | None) -> None:
    """Walk the whole chain of entries and the daily digests.

    Exits with 0 for a whole trail, whose head it prints for you to keep elsewhere, and with 1 for a broken one, whose
    first fault it names by file and line, or by table and entry. A chain alone cannot show that its end was cut off: a
    head can.
    """
    settings = kept_or_exit("activities_dir", by_adapters=False)
    try:
        trail = verified(settings, expect_head=expect_head)
    except Tampered as fault:
        click.echo(f"feedscript: the audit trail is broken: {fault}", err=True)
        sys.exit(1)
    click.echo(f"whole: {trail.entries} entries in {trail.segments} segments")
    click.echo(f"digests: {trail.signed} signed by a known key, {trail.unsigned} not")
    if trail.repaired or trail.torn:
        click.echo(
            f"torn last lines: {trail.repaired} repaired and noted{', one more now' if trail.torn else ''}"
        )
    click.echo(f"head: {trail.head}")


@audit.command("list")
@click.option("--job", "job_id", help="Of this job alone.")
@click.option(
    "--type", "type_", metavar="TYPE", help="Of this type alone, such as feedscript.job.validation_failed."
)
@click.option("--actor", help="By this actor alone.")
@click.option("--since", type=click.DateTime(), help="From this time (UTC) on.")
@click.option("--until", type=click.DateTime(), help="Before this time (UTC).")
@click.option("--limit", type=click.IntRange(min=1), default=100, show_default=True, help="So many at most.")
def list_entries(
    job_id: str | None,
    type_: str | None,
    actor: str | None,
    since: datetime | None,
    until: datetime | None,
    limit: int,
) -> None:
    """Print entries as JSON Lines, newest first."""
    activities = wired_or_exit(kept_or_exit("activities_dir")).activities()
    wanted = ActivityFilter(job_id=job_id, type=type_, actor=actor, since=_utc(since), until=_utc(until))
    cursor = None
    while limit:
        page = activities.page(wanted, limit=min(limit, PAGE), cursor=cursor)
        for activity in page.activities:
            click.echo(json.dumps(activity_to_document(activity), ensure_ascii=False))
        limit -= len(page.activities)
        cursor = page.cursor
        if cursor is None:
            return


def verified(settings: Settings, *, expect_head: str | None = None) -> Trail:
    """The trail that the settings lead to, found whole; raises `Tampered`, and the storage's errors."""
    keys = [key.encode() for key in settings.audit_keys]
    if settings.storage == "files":
        return verify_files(settings.activities_dir, expect_head=expect_head, keys=keys, disk=Disk())
    from feedscript.adapters.postgresql.audit import verify as verify_database  # noqa: PLC0415 - an extra

    database = wired_or_exit(settings).database()
    try:
        return verify_database(database, expect_head=expect_head, keys=keys)
    finally:
        database.close()


def _utc(time: datetime | None) -> datetime | None:
    return time and time.replace(tzinfo=UTC)
