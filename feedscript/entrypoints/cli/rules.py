"""`feedscript rules`: everything that a profile checks."""

import json
import sys
from shutil import get_terminal_size
from textwrap import fill

import click

from feedscript.entrypoints.cli.profile_name import ProfileName
from feedscript.feeds import load_profile
from feedscript.feeds.rules.catalogue import as_markdown, catalogue
from feedscript.feeds.rules.profile_page import as_page
from feedscript.feeds.rules.rule import SOURCES

_COLOURS = {"error": "red", "warning": "yellow", "info": "cyan"}
_MARGIN = "    "
_NARROWEST = 40
#: Lines that go to another program are left whole, so that it can search them.
_UNBROKEN = 10_000


@click.command("rules")
@click.option("--profile", default="google", show_default=True, type=ProfileName())
@click.option(
    "--format",
    "form",
    default="text",
    show_default=True,
    type=click.Choice(["text", "markdown", "profile", "json"]),
    help="For a person, for docs/rules.md, for docs/profiles, or for a program.",
)
def rules_command(profile: str, form: str) -> None:
    """Print the catalogue of rules: id, severity, meaning and remedy."""
    known = load_profile(profile)
    if form == "markdown":
        click.echo(as_markdown(known), nl=False)
        return
    if form == "profile":
        click.echo(as_page(known), nl=False)
        return
    if form == "json":
        rules = [
            {
                "rule_id": rule.id,
                "code": rule.code,
                "severity": rule.severity,
                "category": rule.category,
                "scope": rule.scope,
                "attribute": rule.attribute,
                "message": rule.message,
                "remediation": rule.remediation,
                "doc_url": rule.doc_url,
                "source": rule.mark,
            }
            for rule in catalogue(known)
        ]
        click.echo(json.dumps(rules, ensure_ascii=False, indent=2))
        return
    click.echo(f"{known.title}, profile {known.id} {known.version}\n")
    width = max(get_terminal_size().columns, _NARROWEST) if sys.stdout.isatty() else _UNBROKEN
    for rule in catalogue(known):
        click.echo(
            f"{click.style(rule.id, bold=True)}  {click.style(rule.severity, fg=_COLOURS[rule.severity])}"
        )
        sources = () if rule.mark == "vendor" else (f"Source: {SOURCES[rule.mark]}.",)
        for text in (rule.message, f"→ {rule.remedy}", *sources):
            click.echo(fill(text, width, initial_indent=_MARGIN, subsequent_indent=_MARGIN))
