"""`feedscript jobs show` and `logs`: one job, and what its script has written."""

import sys
from functools import partial

import click

from feedscript.entrypoints.cli.jobs.desk import Desk, find
from feedscript.entrypoints.cli.jobs.options import at_desk

MERCHANT = click.option(
    "--merchant", metavar="ID", help="Whose reference it is, where several merchants have it."
)


@click.command()
@click.argument("job", metavar="ID|REFERENCE")
@MERCHANT
@click.option("--json", "as_json", is_flag=True, help="As the API answers it.")
@at_desk
def show(desk: Desk, job: str, merchant: str | None, *, as_json: bool) -> None:
    """Tell where a job stands, what came of each attempt, and why the last one failed.

    Exits with 0 whatever its state is.
    """
    from feedscript.entrypoints.cli.jobs.tables import show_json, told  # noqa: PLC0415 - not for --help

    found = find(desk, job, merchant)
    if as_json:
        show_json(found)
        return
    for line in told(found):
        click.echo(line)


@click.command()
@click.argument("job", metavar="ID|REFERENCE")
@MERCHANT
@click.option("--follow", "-f", is_flag=True, help="Go on as the script writes, until the attempt is over.")
@click.option("--attempt", type=click.IntRange(min=1), help="Of this attempt; by default of the newest.")
@at_desk
def logs(desk: Desk, job: str, merchant: str | None, attempt: int | None, *, follow: bool) -> None:
    """Print what a job's script has written.

    On a terminal control characters are told rather than sent to it; elsewhere the log is passed on as it is.
    """
    from feedscript.entrypoints.cli.jobs.watching import Watch  # noqa: PLC0415 - not for --help

    found = find(desk, job, merchant)
    # The newest attempt now: the offsets are those of one log, whatever is begun meanwhile.
    number = attempt or found["attempts"][-1]["number"]
    watch, offset = Watch() if follow else Watch(away_for=0), 0
    while True:
        piece = watch.ask(partial(desk.log, found["id"], number, offset))
        _write(piece["text"])
        if piece["next_offset"] > offset:
            offset = piece["next_offset"]
            watch.again()
            continue
        if piece["complete"] or not follow:
            break
        watch.rest()
    if piece.get("truncated"):
        click.echo("feedscript: the log was cut here: SCRIPT_LOG_BYTES", err=True)


def _write(text: str) -> None:
    if sys.stdout.isatty():
        from feedscript.feeds.reports.presentation import visible  # noqa: PLC0415 - for a terminal alone

        text = visible(text.replace("\r\n", "\n"))
    click.echo(text, nl=False, color=True)  # else click would leave out what it takes for colours
