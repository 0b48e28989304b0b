"""`feedscript validate`: a feed checked against a partner's profile, from the terminal or a pipeline."""

import json
import os
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from feedscript.entrypoints.cli.following import following
from feedscript.entrypoints.cli.profile_name import ProfileName
from feedscript.feeds import FeedError, Policy, SourceOptions, validate
from feedscript.feeds.engine.endings import MANIFEST_ENDING
from feedscript.feeds.profiles.countries import country_code
from feedscript.feeds.reports import render_html, render_text

if TYPE_CHECKING:
    # Imported here it would bring the whole engine, which `validate` imports while it reads the file.
    from feedscript.feeds import Report

_INVALID, _UNREADABLE = 1, 3


def _moment(_: click.Context, __: click.Parameter, value: str | None) -> datetime | None:
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError as error:
        raise click.BadParameter(f"{value!r} is no ISO 8601 date or time, such as 2026-08-01") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _terminal() -> tuple[bool, int]:
    """Whether what is written is shown in colours, and how many characters wide."""
    told = {"FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE", "COLUMNS"} & os.environ.keys()
    if not told and not any(map(os.isatty, range(3))):
        return False, _WIDTH_OF_NO_TERMINAL
    # It takes a tenth of a small validation to import, and pipelines have no terminal.
    from rich.console import Console  # noqa: PLC0415 - as said

    console = Console()
    return console.is_terminal, console.width


_WIDTH_OF_NO_TERMINAL = 80
_WRITTEN = click.Path(dir_okay=False, writable=True, path_type=Path)


@click.command("validate")
@click.argument("source", type=click.Path(path_type=Path))
@click.option("--profile", default="google", show_default=True, type=ProfileName())
@click.option(
    "--country", default="US", show_default=True, metavar="XX", help="The country that the feed is for."
)
@click.option("--report", type=_WRITTEN, help="Write the report here as JSON.")
@click.option("--html", type=_WRITTEN, help="Write the report here as a page.")
@click.option("--findings", type=_WRITTEN, help="Write every finding here, as gzipped JSON Lines.")
@click.option(
    "--as-of", callback=_moment, metavar="DATE", help="Count date rules from this moment instead of now."
)
@click.option(
    "--encoding", metavar="LABEL", help="The source's encoding, such as windows-1251, instead of a guess."
)
@click.option("--item", metavar="NAME", help="The XML element, or the JSON list, that holds the items.")
@click.option("--fail-on", default="error", show_default=True, type=click.Choice(["error", "warning"]))
def validate_command(
    source: Path,
    profile: str,
    country: str,
    report: Path | None,
    html: Path | None,
    findings: Path | None,
    as_of: datetime | None,
    encoding: str | None,
    item: str | None,
    fail_on: str,
) -> None:
    """Check the feed SOURCE and tell what a partner would say of it.

    Beside a feed that was generated lies its manifest (SOURCE.manifest.json): what the generation lost is told too.

    Exits with 0 for a valid feed, 1 for an invalid one, 2 for a wrong call, 3 if it could not be read or checked.
    """
    try:
        country = country_code(country)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--country") from error
    policy = Policy(fail_on="warning" if fail_on == "warning" else "error")
    try:
        # Only the report and the page tell the digest.
        digest = report is not None or html is not None
        options = SourceOptions(encoding=encoding, item=item)
        outcome = _validated(source, profile, country, findings, as_of, policy, options, digest=digest)
        written = {"html": str(html) if html else None, "issues_jsonl": str(findings) if findings else None}
        outcome = replace(outcome, artifacts={name: path for name, path in written.items() if path})
        document = outcome.document()
        if report:
            report.write_text(json.dumps(document, ensure_ascii=False, indent=2) + "\n", "utf-8")
        if html:
            html.write_text(render_html(document), "utf-8")
    except FeedError as error:
        click.echo(f"feedscript: {error}", err=True)
        sys.exit(_UNREADABLE)
    except OSError as error:
        click.echo(f"feedscript: {error.filename}: {error.strerror}", err=True)
        sys.exit(_UNREADABLE)
    colour, width = _terminal()
    click.echo(render_text(document, colour=colour, width=width), nl=False)
    sys.exit(_UNREADABLE if outcome.status == "error" else 0 if outcome.valid else _INVALID)


def _validated(
    source: Path,
    profile: str,
    country: str,
    findings: Path | None,
    as_of: datetime | None,
    policy: Policy,
    options: SourceOptions,
    *,
    digest: bool,
) -> "Report":
    with following("reading") as show:
        return validate(
            source,
            profile=profile,
            country=country,
            as_of=as_of,
            policy=policy,
            options=options,
            findings=findings,
            progress=show,
            manifest=source.with_name(source.name + MANIFEST_ENDING),
            digest=digest,
        )
