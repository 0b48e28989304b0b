"""`feedscript check`: what is wrong with a deployment, all of it at once."""

import json
import sys
from dataclasses import asdict

import click

COLOURS = {"error": "red", "warning": "yellow", "ok": "green"}
WRONG = 1


@click.command()
@click.option(
    "--bucket",
    "buckets",
    metavar="NAME",
    multiple=True,
    help="Try this bucket of the object store too; those in ALLOWED_BUCKETS are tried anyway.",
)
@click.option("--offline", is_flag=True, help="Ask no object store.")
@click.option("--strict", is_flag=True, help="Warnings count as errors.")
@click.option("--json", "as_json", is_flag=True, help="As JSON Lines: level, part, message.")
def check(buckets: tuple[str, ...], *, offline: bool, strict: bool, as_json: bool) -> None:
    """Look at settings, folders, disk, scripts, credentials, every file in CONFIG_DIR, and the object store.

    Nothing is made or changed, but for the small object .feedscript-check in each bucket that is tried. Run it where
    the service runs, as its user.

    Exits with 0 where nothing keeps jobs from ending well, 1 where something does, 2 for a wrong call.
    """
    from feedscript.entrypoints.checking.deployment import whole  # noqa: PLC0415 - not for --help
    from feedscript.feeds.reports.presentation import counted, visible  # noqa: PLC0415

    levels = {"error": 0, "warning": 0, "ok": 0}
    for finding in whole(more_buckets=buckets, offline=offline):
        levels[finding.level] += 1
        if as_json:
            click.echo(json.dumps(asdict(finding), ensure_ascii=False))
        else:
            level = click.style(f"{finding.level.value:8}", fg=COLOURS[finding.level])
            click.echo(f"{level} {visible(str(finding))}")
    errors, warnings = levels["error"], levels["warning"]
    if not as_json:
        click.echo(f"{counted(errors, 'error')}, {counted(warnings, 'warning')}")
    sys.exit(WRONG if errors or (strict and warnings) else 0)
