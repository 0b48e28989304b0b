"""`feedscript validate`: a feed checked against a partner's profile, from the terminal or a pipeline."""

import json
import os
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

import click

from feedscript.entrypoints.cli.endings import WRONG, fail, stoppable, told_in_one_line
from feedscript.entrypoints.cli.following import following
from feedscript.entrypoints.cli.whole import whole
from feedscript.entrypoints.cli.wishes import Wishes, wishes
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
@wishes()
@click.option(
    "--country", metavar="XX", help="The country that the feed is for; by default that of the files, else US."
)
@click.option("--report", type=_WRITTEN, help="Write the report here as JSON.")
@click.option("--html", type=_WRITTEN, help="Write the report here as a page.")
@click.option(
    "--findings", type=_WRITTEN, help="Write every finding about an item here, as gzipped JSON Lines."
)
@click.option(
    "--as-of", callback=_moment, metavar="DATE", help="Count date rules from this moment instead of now."
)
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning"]),
    help="What makes a feed invalid; by default what the files say, else an error.",
)
def validate_command(
    source: Path,
    wanted: Wishes,
    country: str | None,
    report: Path | None,
    html: Path | None,
    findings: Path | None,
    as_of: datetime | None,
    fail_on: Literal["error", "warning"] | None,
) -> None:
    """Check the feed SOURCE and tell what a partner would say of it.

    With --partner and --merchant (or --mapping) it is what the service does for them: their files in CONFIG say the
    profile, the country, and how severe and which rules are. Beside a feed that was generated lies its manifest
    (SOURCE.manifest.json): what the generation lost is told too.

    Exits with 0 for a valid feed, 1 for an invalid one, 2 for a wrong call or a mistake in a file of the configuration,
    3 if it could not be read or checked.
    """
    for written in (report, html, findings):
        if written is not None and written.exists() and source.exists() and written.samefile(source):
            fail(f"{written} is the source itself, which would be written over", WRONG)
    with told_in_one_line():
        said = _said(wanted)
    for warning in said.warnings:
        click.echo(f"feedscript: {warning}", err=True)
    try:
        country = country_code(country or said.country)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--country") from error
    policy = said.policy if fail_on is None else replace(said.policy, fail_on=fail_on)
    try:
        # Only the report and the page tell the digest.
        digest = report is not None or html is not None
        with whole(findings) as listed:
            outcome = _validated(
                source, said.profile, country, listed, as_of, policy, said.options, digest=digest
            )
        beside = {"html": str(html) if html else None, "issues_jsonl": str(findings) if findings else None}
        outcome = replace(outcome, artifacts={name: path for name, path in beside.items() if path})
        document = outcome.document()
        with whole(report) as place:
            if place:
                place.write_text(json.dumps(document, ensure_ascii=False, indent=2) + "\n", "utf-8")
        with whole(html) as place:
            if place:
                place.write_text(render_html(document), "utf-8")
    except FeedError as error:
        click.echo(f"feedscript: {error}", err=True)
        sys.exit(_UNREADABLE)
    except OSError as error:
        click.echo(f"feedscript: {error.filename}: {error.strerror}", err=True)
        sys.exit(_UNREADABLE)
    colour, width = _terminal()
    click.echo(render_text(document, colour=colour, width=width), nl=False)
    sys.exit(_UNREADABLE if outcome.status == "error" else 0 if outcome.valid else _INVALID)


class _Said(NamedTuple):
    """What the options and the files that they name say of how a feed is checked."""

    profile: str = "google"
    country: str = "US"
    policy: Policy = Policy()
    options: SourceOptions = SourceOptions()
    warnings: tuple[str, ...] = ()


def _said(wanted: Wishes) -> _Said:
    if not wanted.names_files:
        # No file is read, which takes longer than to check a small feed.
        options = SourceOptions(encoding=wanted.encoding, item=wanted.item)
        return _Said(wanted.profile or _Said().profile, options=options)
    config, policy = wanted.configured()
    return _Said(
        config.profile, config.country or _Said().country, policy, config.source, tuple(config.warnings)
    )


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
    with stoppable(), following("reading") as show:
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
