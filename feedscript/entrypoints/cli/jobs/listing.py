"""`feedscript jobs list`."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from itertools import islice

import click

from feedscript.domain import JobState, Phase, Reason, Stage
from feedscript.entrypoints.cli.jobs.desk import Desk, Document, query_of
from feedscript.entrypoints.cli.jobs.options import at_desk

LARGEST_PAGE = 200
PHASES = {"generate": Phase.GENERATION, "validate": Phase.VALIDATION}
TIMES = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%SZ"]


@click.command("list")
@click.option(
    "--status",
    type=click.Choice([state.value for state in JobState]),
    multiple=True,
    help="In this state alone, or in one of several: give it again.",
)
@click.option("--stage", type=click.Choice([stage.value for stage in Stage]), help="Waiting for this alone.")
@click.option(
    "--reason", type=click.Choice([reason.value for reason in Reason]), help="Failed for this reason alone."
)
@click.option("--type", "phase", type=click.Choice(sorted(PHASES)), help="Whose newest phase is this one.")
@click.option("--merchant", metavar="ID", help="Of this merchant alone.")
@click.option("--partner", metavar="ID", help="For this partner alone.")
@click.option("--reference", metavar="TEXT", help="Of this reference of a caller's alone.")
@click.option("--since", type=click.DateTime(TIMES), help="Made after this time (UTC).")
@click.option("--until", type=click.DateTime(TIMES), help="Made before this time (UTC).")
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True, help="So many at most.")
@click.option("--all", "everything", is_flag=True, help="However many there are.")
@click.option("--json", "as_json", is_flag=True, help="As JSON Lines: each job as the API answers it.")
@at_desk
def list_jobs(
    desk: Desk,
    status: tuple[str, ...],
    stage: str | None,
    reason: str | None,
    phase: str | None,
    merchant: str | None,
    partner: str | None,
    reference: str | None,
    since: datetime | None,
    until: datetime | None,
    limit: int,
    *,
    everything: bool,
    as_json: bool,
) -> None:
    """List jobs, newest first.

    Those that failed with why they did: feedscript jobs list --status generation_failed
    """
    from feedscript.entrypoints.cli.jobs.tables import listed, show_json, show_table  # noqa: PLC0415 - not for --help

    query = query_of(
        status=",".join(status) or None,
        stage=stage,
        reason=reason,
        type=phase and PHASES[phase].value,
        affiliate_merchant_id=merchant,
        partner_id=partner,
        reference=reference,
        created_after=_utc(since),
        created_before=_utc(until),
    )
    found = _jobs(desk, query, None if everything else limit)
    if as_json:
        for job in found if everything else islice(found, limit):
            show_json(job)
        return
    jobs = list(found if everything else islice(found, limit))
    if not jobs:
        click.echo("no job is of that kind", err=True)
        return
    show_table(listed(jobs))
    if not everything and next(found, None) is not None:
        click.echo(f"there are more than these {limit}: --limit N, or --all", err=True)


def _jobs(desk: Desk, query: Mapping[str, str], limit: int | None) -> Iterator[Document]:
    """Every job of the query; a page is as large as what is wanted, and one job more, which tells that there is one."""
    size = LARGEST_PAGE if limit is None else min(LARGEST_PAGE, limit + 1)
    cursor: str | None = None
    while True:
        page = desk.page({**query, **query_of(limit=size, cursor=cursor)})
        yield from page["jobs"]
        cursor = page["cursor"]
        if cursor is None:
            return


def _utc(time: datetime | None) -> str | None:
    return None if time is None else time.replace(tzinfo=UTC).isoformat()
