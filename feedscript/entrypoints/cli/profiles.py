"""`feedscript profiles`: which partners are known, and what each of them takes."""

import json
from dataclasses import asdict
from typing import Any

import click

from feedscript.entrypoints.cli.profile_name import ProfileName
from feedscript.feeds import load_profile, profile_ids
from feedscript.feeds.profiles import Profile


@click.command("profiles")
@click.argument("name", required=False, metavar="[NAME]", type=ProfileName())
@click.option("--format", "form", default="text", show_default=True, type=click.Choice(["text", "json"]))
def profiles_command(name: str | None, form: str) -> None:
    """List the profiles; of the one called NAME print its files, its columns in order, and how sure each rule is."""
    if name is None:
        known = [load_profile(each) for each in profile_ids()]
        if form == "json":
            click.echo(json.dumps([_in_short(each) for each in known], ensure_ascii=False, indent=2))
            return
        width = max(len(each.id) for each in known)
        widest = max(len(each.version) for each in known)
        for each in known:
            formats = ", ".join(dict.fromkeys(file.format for file in each.files))
            click.echo(f"{each.id:{width}}  {each.version:{widest}}  {each.title} ({formats})")
        return
    from feedscript.feeds.rules.profile_text import as_document, as_text  # noqa: PLC0415 - brings the rules

    profile = load_profile(name)
    if form == "json":
        click.echo(json.dumps(_in_short(profile) | as_document(profile), ensure_ascii=False, indent=2))
    else:
        click.echo(as_text(profile), nl=False)


def _in_short(profile: Profile) -> dict[str, Any]:
    return {
        "id": profile.id,
        "version": profile.version,
        "title": profile.title,
        "doc": profile.doc,
        "extends": profile.extends,
        "files": [asdict(file) for file in profile.files],
    }
