"""`feedscript diff`: which items of a feed are new, gone or changed against another."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from feedscript.entrypoints.cli.profile_name import ProfileName
from feedscript.feeds import FeedError
from feedscript.feeds.comparison.changes import Changes

_DIFFERENT, _UNUSABLE = 1, 2
_PATH = click.Path(path_type=Path)


@click.command("diff")
@click.argument("old", type=_PATH)
@click.argument("new", type=_PATH)
@click.option("--profile", default="google", show_default=True, type=ProfileName())
@click.option(
    "--key", metavar="NAME", help="The attribute by which items are found, instead of the profile's id."
)
@click.option("--format", "form", default="text", show_default=True, type=click.Choice(["text", "json"]))
@click.option(
    "--samples",
    default=20,
    show_default=True,
    type=click.IntRange(0, 10_000),
    help="Items that are shown of a kind.",
)
@click.option(
    "--changes",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Write every change here, as gzipped JSON Lines.",
)
def diff_command(
    old: Path, new: Path, profile: str, key: str | None, form: str, samples: int, changes: Path | None
) -> None:
    """Tell which items are added, removed and changed in the feed NEW against OLD, each in any format.

    Items are found by their id, and compared attribute by attribute; the order of items and columns does not matter.

    Exits with 0 if both have the same items, 1 if not, 2 for a wrong call or a feed that cannot be read.
    """
    # It brings the engine, which `--help` does not need.
    from feedscript.feeds.comparison.comparing import compare  # noqa: PLC0415 - as said

    try:
        found = compare(old, new, profile=profile, key=key, samples=samples, listing=changes)
    except FeedError as error:
        click.echo(f"feedscript: {error}", err=True)
        sys.exit(_UNUSABLE)
    except OSError as error:
        click.echo(f"feedscript: {error.filename}: {error.strerror}", err=True)
        sys.exit(_UNUSABLE)
    if form == "json":
        click.echo(json.dumps(found.document(), ensure_ascii=False, indent=2))
    else:
        click.echo("\n".join(_lines(found)))
    sys.exit(0 if found.same else _DIFFERENT)


def _lines(changes: Changes) -> Iterator[str]:
    for name, side in (("old", changes.old), ("new", changes.new)):
        unread = f", {side.unread} records could not be read" if side.unread else ""
        yield f"{name}: {side.uri}, {side.items} items{unread}"
    yield changes.headline()
    if changes.by_attribute:
        yield "changed by attribute: " + ", ".join(
            f"{name} x{total}" for name, total in changes.by_attribute.items()
        )
    for sign, listed, total in (
        ("+", changes.first_added, changes.added),
        ("-", changes.first_removed, changes.removed),
    ):
        yield from (f"{sign} {_shown(item_id)}" for item_id in listed)
        if total > len(listed):
            yield f"{sign} ... and {total - len(listed)} more"
    for each in changes.first_changed:
        yield f"~ {_shown(each.item_id)}"
        for name, (before, after) in each.values.items():
            yield f"    {name}: {_shown(before)} -> {_shown(after)}"
    if changes.changed > len(changes.first_changed):
        yield f"~ ... and {changes.changed - len(changes.first_changed)} more"


def _shown(value: str | None) -> str:
    """A value on one line, whatever it holds; several values parted by commas."""
    if value is None:
        return "(none)"
    plain = value.replace("\x1f", ",")
    return plain if plain.isprintable() and plain else repr(plain)
