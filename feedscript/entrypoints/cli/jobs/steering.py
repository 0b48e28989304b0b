"""`feedscript jobs retry` and `cancel`."""

import sys
from collections.abc import Callable

import click

from feedscript.entrypoints.cli.jobs.desk import Desk, Document, Exit, NotDone, find, has_failed
from feedscript.entrypoints.cli.jobs.options import at_desk
from feedscript.entrypoints.cli.jobs.showing import MERCHANT

WAIT = click.option("--wait", is_flag=True, help="Wait for the outcome; exit with 1 where it is a failure.")
TIMEOUT = click.option(
    "--timeout", type=click.FloatRange(min=0), metavar="SECONDS", help="Wait so long at most (exit 124)."
)


@click.command()
@click.argument("jobs", metavar="ID|REFERENCE...", nargs=-1, required=True)
@MERCHANT
@WAIT
@TIMEOUT
@click.option("--json", "as_json", is_flag=True, help="As the API answers it, a line each.")
@at_desk
def retry(
    desk: Desk,
    jobs: tuple[str, ...],
    merchant: str | None,
    timeout: float | None,
    *,
    wait: bool,
    as_json: bool,
) -> None:
    """Repeat the phase that failed, with the request of its last attempt."""
    check_timeout(timeout, wait=wait)

    def repeat(job_id: str) -> Document:
        answer = desk.retry(job_id)
        tell_warnings(answer)
        return outcome(desk, job_id, timeout=timeout) if wait else answer

    _for_each(desk, jobs, merchant, repeat, as_json=as_json)


@click.command()
@click.argument("jobs", metavar="ID|REFERENCE...", nargs=-1, required=True)
@MERCHANT
@click.option("--json", "as_json", is_flag=True, help="As the API answers it, a line each.")
@at_desk
def cancel(desk: Desk, jobs: tuple[str, ...], merchant: str | None, *, as_json: bool) -> None:
    """End what is under way for jobs, queued or running; a retry starts it anew."""
    _for_each(desk, jobs, merchant, desk.cancel, as_json=as_json, succeeds=True)


def outcome(desk: Desk, job_id: str, *, timeout: float | None) -> Document:
    """The job, once it is settled."""
    from feedscript.entrypoints.cli.jobs.watching import settled  # noqa: PLC0415 - where somebody waits

    return settled(desk, job_id, timeout=timeout)


def tell_warnings(accepted: Document) -> None:
    """Say what there is to know of a job that was accepted."""
    for warning in accepted.get("warnings") or ():
        click.echo(f"feedscript: {warning}", err=True)


def check_timeout(timeout: float | None, *, wait: bool) -> None:
    """Refuse a time for what is not waited for."""
    if timeout is not None and not wait:
        raise click.UsageError("--timeout is of --wait")


def _for_each(
    desk: Desk,
    jobs: tuple[str, ...],
    merchant: str | None,
    act: Callable[[str], Document],
    *,
    as_json: bool,
    succeeds: bool = False,
) -> None:
    """Do it to each, whatever became of those before; end as the first that was not done.

    A job that has failed after it is no success, unless `succeeds` says that this is what was wanted.
    """
    from feedscript.entrypoints.cli.jobs.tables import show_json  # noqa: PLC0415 - not for --help

    ends = Exit.DONE
    for wanted in jobs:
        try:
            answer = act(find(desk, wanted, merchant)["id"])
        except NotDone as error:
            click.echo(f"feedscript: {wanted}: {error}", err=True)
            ends = ends or error.code
            continue
        if as_json:
            show_json(answer)
        else:
            click.echo(f"{answer.get('job_id') or answer['id']}: {answer['status']}")
        if has_failed(answer) and not succeeds:
            ends = ends or Exit.REFUSED
    sys.exit(ends)
