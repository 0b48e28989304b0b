"""`feedscript jobs run`: a job from a pipeline, with its outcome as the exit code."""

import sys

import click

from feedscript.entrypoints.cli.jobs.desk import Desk, Exit, has_failed
from feedscript.entrypoints.cli.jobs.listing import PHASES
from feedscript.entrypoints.cli.jobs.options import at_desk
from feedscript.entrypoints.cli.jobs.steering import TIMEOUT, WAIT, check_timeout, outcome, tell_warnings


@click.command()
@click.argument("phase", type=click.Choice(sorted(PHASES)))
@click.option("--merchant", "affiliate_merchant_id", metavar="ID", required=True, help="Whose export it is.")
@click.option(
    "--source",
    "source_s3_path",
    metavar="S3",
    help="s3://bucket/key; of validate by default the job's own feed.",
)
@click.option("--destination", "destination_s3_path", metavar="S3", required=True, help="s3://bucket/key.")
@click.option("--partner", "partner_id", metavar="ID", help="Whose rules the feed has.")
@click.option(
    "--reference",
    "job_id",
    metavar="TEXT",
    help="Your own name for the job: the same call again is the same job.",
)
@click.option("--country", metavar="CODE", help="The country that the feed is for.")
@click.option("--callback-url", metavar="URL", help="Told of the outcome.")
@WAIT
@TIMEOUT
@click.option("--json", "as_json", is_flag=True, help="As the API answers it.")
@at_desk
def run(
    desk: Desk, phase: str, timeout: float | None, *, wait: bool, as_json: bool, **asked: str | None
) -> None:
    """Start a job, and print its id; with --wait its outcome, which is the exit code too.

    While it waits, changes are told on stderr, and a service that is away for up to a minute is waited for.
    """
    check_timeout(timeout, wait=wait)
    from feedscript.entrypoints.cli.jobs.tables import show_json, told  # noqa: PLC0415 - not for --help

    accepted = desk.start(PHASES[phase], {name: value for name, value in asked.items() if value is not None})
    tell_warnings(accepted)
    job_id: str = accepted["job_id"]
    if not wait:
        if as_json:
            show_json(accepted)
        else:
            click.echo(job_id)
        return
    job = outcome(desk, job_id, timeout=timeout)
    if as_json:
        show_json(job)
    else:
        for line in told(job):
            click.echo(line)
    sys.exit(Exit.REFUSED if has_failed(job) else Exit.DONE)
