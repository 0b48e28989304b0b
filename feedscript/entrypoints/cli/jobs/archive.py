"""`feedscript jobs archive`: what is kept of jobs that are over."""

import sys
from collections.abc import Iterable
from datetime import UTC, date, datetime

import click

from feedscript.adapters.files.archive import ArchivedDay, archive_jobs, compress_activities
from feedscript.adapters.files.places import JobPlaces
from feedscript.adapters.trail.chain import Tampered
from feedscript.entrypoints.cli.kept import kept_or_exit
from feedscript.entrypoints.container import Container
from feedscript.ports.errors import StorageBroken, StorageBusy, StorageFull


def _not_after_today(_: click.Context, __: click.Parameter, given: datetime) -> date:
    if given.date() > datetime.now(UTC).date():
        raise click.BadParameter(
            f"{given:%Y-%m-%d} is after today (UTC); only days that are over are archived"
        )
    return given.date()


@click.command()
@click.option(
    "--before",
    type=click.DateTime(["%Y-%m-%d"]),
    required=True,
    callback=_not_after_today,
    metavar="DATE",
    help="The days before this one, YYYY-MM-DD (UTC); today at the latest.",
)
@click.option("--dry-run", is_flag=True, help="Tell what would be done, and change nothing.")
def archive(before: date, *, dry_run: bool) -> None:
    """Compress whole days of jobs and activities; everything still reads them.

    The jobs of a day (by the time in their ids) go into JOBS_DIR/archive/YYYY-MM-DD.zip, once all of them are settled;
    its activities become ACTIVITIES_DIR/YYYY/MM/DD.jsonl.gz, which `feedscript audit verify` accepts as before. A retry
    of an archived job works; its file is then there again, until the next archiving. The service may be running.

    The scripts' output in LOGS_DIR is left alone.
    """
    settings = kept_or_exit("jobs_dir", "activities_dir", by_adapters=False)
    if settings.storage != "files":
        click.echo(f"feedscript: STORAGE={settings.storage!r}: it is files that are archived", err=True)
        sys.exit(2)
    disk = Container(settings=settings).disk()
    try:
        places = JobPlaces(settings.jobs_dir)
        _tell("jobs", archive_jobs(places, disk, before=before, dry_run=dry_run), dry_run=dry_run)
        days = compress_activities(
            settings.activities_dir, disk, before=before, key=settings.audit_key, dry_run=dry_run
        )
        _tell("activities", days, dry_run=dry_run)
    except StorageBusy:
        click.echo("feedscript: another archiving is under way; repeat when it is done", err=True)
        sys.exit(1)
    except (Tampered, StorageBroken, StorageFull) as error:
        click.echo(f"feedscript: {error}; what is archived so far stands, the rest is as it was", err=True)
        sys.exit(1)


def _tell(what: str, days: Iterable[ArchivedDay], *, dry_run: bool) -> None:
    done = count = before = after = left = 0
    for day in days:
        if day.left is not None:
            left += 1
            click.echo(f"{day.day} {what}: left: {day.left}")
            continue
        done, count, before, after = (
            done + 1,
            count + day.count,
            before + day.before,
            after + (day.after or 0),
        )
        click.echo(f"{day.day} {what}: {_sizes(what, day.count, day.before, day.after)}")
    told = _sizes(what, count, before, None if dry_run else after)
    click.echo(f"{what}: {done} days {'to archive' if dry_run else 'archived'} ({told}), {left} left")


def _sizes(what: str, count: int, before: int, after: int | None) -> str:
    counted = f"{count} jobs, " if what == "jobs" else ""
    return f"{counted}{before} bytes" + ("" if after is None else f" -> {after}")
