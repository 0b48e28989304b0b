"""`feedscript rules`: everything that a profile checks."""

import json

import click
from rich.console import Console
from rich.table import Table

from feedscript.feeds import load_profile, profile_ids
from feedscript.feeds.rules.catalogue import as_markdown, catalogue

_NARROW = 80


@click.command("rules")
@click.option("--profile", default="google", show_default=True, type=click.Choice(profile_ids()))
@click.option(
    "--format",
    "form",
    default="table",
    show_default=True,
    type=click.Choice(["table", "markdown", "json"]),
    help="For a person, for docs/rules.md, or for a program.",
)
def rules_command(profile: str, form: str) -> None:
    """Print the catalogue of rules: id, severity, meaning and remedy."""
    known = load_profile(profile)
    if form == "markdown":
        click.echo(as_markdown(known), nl=False)
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
            }
            for rule in catalogue(known)
        ]
        click.echo(json.dumps(rules, ensure_ascii=False, indent=2))
        return
    table = Table("Rule", "Severity", "What it means", title=f"{known.title} {known.version}")
    for rule in catalogue(known):
        table.add_row(rule.id, rule.severity, rule.message)
    console = Console()
    console.print(table, width=max(console.width, _NARROW))
